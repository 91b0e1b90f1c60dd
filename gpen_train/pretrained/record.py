"""What is known of a pretrained file."""

from typing import NamedTuple

YES, NO, UNCLEAR = "yes", "no", "unclear"  # may it be used commercially, as its publisher says


class Record(NamedTuple):
    """A pretrained file. What its publisher does not say is left empty, and said to be unknown."""

    name: str  # for commands
    file: str  # the name under which it is looked for and put
    serves: str
    licence: str
    commercial: str  # one of the above; unclear where the licence is that of the code around it alone
    address: str = ""  # of the file itself
    page: str = ""  # where it is told of, where no address leads to the file itself
    sha256: str = ""  # all 64 digits, or the first of them, as a file's name gives them
    num_bytes: int | None = None
    also: tuple[str, ...] = ()  # other names that it goes by
    install: str = ""  # of a package that brings it, or fetches it by itself ..
    kept_at: str = ""  # .. to this place: below the package's own folder, or ~

    @property
    def is_fetched_here(self) -> bool:
        """Whether it lies in our folders; else a package keeps it in one of its own."""
        return not self.install

    @property
    def size(self) -> str:
        """ "244 MB"; a question mark where the publisher gives none."""
        if self.num_bytes is None:
            return "?"
        megabytes = self.num_bytes / 1e6
        return f"{megabytes:.0f} MB" if megabytes >= 1 else f"{megabytes:.1f} MB"
