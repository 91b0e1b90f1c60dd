"""Where a page's links lead: in the repository, and on the site."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
# A file beside docs/ -> its page.
TOP_PAGES = {
    "data/README.md": "datasets.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
# A place in the repository -> the page that says what is there.
ABOUT = {
    "README.md": "index.md",
    "configs": "reference/settings.md",
    "configs/train.yaml": "reference/settings.md",
    "configs/evaluate.yaml": "reference/settings.md",
    "gpen_train/cli/parsers": "reference/commands.md",
    "gpen_train/__init__.py": "reference/api.md",
    "gpen_train": "reference/messages.md",
}
LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")  # of an image inside a link, the image is found first
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.M | re.S)


class Links:
    """Those of the file at ``source``, a path from the repository's root."""

    def __init__(self, source: str) -> None:
        self.source = source

    def targets(self, text: str) -> Iterator[str]:
        """What the text links to within the repository, as paths from its root."""
        for match in re.finditer(r"\]\(([^)\s]+)\)", CODE.sub("", text)):
            if not self.is_elsewhere(match[1]):
                yield self.path(match[1])

    def copied(self, text: str) -> Iterator[str]:
        """The files among them that have no page and lie outside docs/."""
        for path in self.targets(text):
            if path not in TOP_PAGES and path not in ABOUT and not path.startswith("docs/"):
                yield path

    def on_the_site(self, text: str, uri: Path) -> str:
        """``text``, which becomes the page ``uri``, with its links changed."""

        def change(match: re.Match[str]) -> str:
            target, anchor = self.split(match[2])
            if self.is_elsewhere(match[2]):
                return match[0]
            place = site_place(self.path(target))
            return f"{match[1]}{os.path.relpath(place, uri.parent)}{anchor}{match[3]}"

        return outside_code(text, lambda part: LINK.sub(change, part))

    def path(self, target: str) -> str:
        """A link's target from the repository's root; it may lie outside."""
        file = self.split(target)[0]
        whole = os.path.normpath(PurePosixPath(self.source).parent / file)
        return PurePosixPath(whole).as_posix()

    @staticmethod
    def split(target: str) -> tuple[str, str]:
        """The file, and its anchor with the #."""
        file, sign, anchor = target.partition("#")
        return file, sign + anchor

    @staticmethod
    def is_elsewhere(target: str) -> bool:
        """On the web, or on this very page."""
        return bool(re.match(r"[a-z]+:|#", target))


def site_place(path: str) -> str:
    """Where the site has what lies at ``path`` in the repository."""
    if path in TOP_PAGES or path in ABOUT:
        return {**TOP_PAGES, **ABOUT}[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}"


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """``text`` with ``change`` made to all that is no code."""
    parts, end = [], 0
    for match in CODE.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])
