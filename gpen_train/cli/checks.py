"""Checks of options that several commands share."""


def check_least(**values: tuple[float, float]) -> None:
    """Raise ValueError where the value of an option is below its least: ``check_least(num=(0, 1))``."""
    for name, (value, least) in values.items():
        if value < least:
            raise ValueError(f"--{name.replace('_', '-')} is {value}; expected {least} or more")
