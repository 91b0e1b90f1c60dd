"""--list: the choices of a group, with what each says of itself."""

import argparse

from gpen_train.cli.settings.configs import choices_of, groups_of, title_of_choice
from gpen_train.near import near_names
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Print them, a line each, or all groups; returns 0. ValueError for a group that there is not."""
    groups = groups_of(options.settings)
    if options.about is None:
        rows = {group: plural(len(choices_of(group)), "choice") for group in groups}
    else:
        group = group_named(options.about, groups)
        rows = {choice: title_of_choice(group, choice) for choice in choices_of(group)}
    width = max(map(len, rows))
    print(*(f"{name:<{width}}  {said}" for name, said in rows.items()), sep="\n")
    return 0


def group_named(name: str, groups: tuple[str, ...]) -> str:
    """The group of this name, which may be its plural; ValueError, with the nearest, where there is none."""
    by_name = {word: group for group in groups for word in (group, f"{group}s")}
    if name not in by_name:
        near = near_names(name, by_name, most=1)
        also = f"did you mean {near[0]}?" if near else f"choose one of: {', '.join(groups)}"
        raise ValueError(f"there is no group {name}; {also}")
    return by_name[name]
