"""What mkdocs asks while it builds the site: pages made from the code, and where links lead.

The files in docs/ are written for GitHub too, so they link to the repository as it lies there. Here such a
link becomes one to the page that is made of its target, or to a copy of the file.
"""

from pathlib import Path
from typing import Any

from site_pages import api, commands, messages, settings
from site_pages.links import ROOT, TOP_PAGES, Links

MADE = {
    "reference/commands.md": commands.page,
    "reference/settings.md": settings.page,
    "reference/messages.md": messages.page,
    "reference/api.md": api.page,
}


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made, and those that lie beside docs/."""
    from mkdocs.structure.files import File

    for uri, make in MADE.items():
        files.append(File.generated(config, uri, content=make()))
    for source, uri in TOP_PAGES.items():
        files.append(File.generated(config, uri, content=(ROOT / source).read_text()))
    for source in copied(files):
        files.append(File.generated(config, f"files/{source}", abs_src_path=str(ROOT / source)))
    return files


def copied(files: Any) -> list[str]:
    """The files of the repository that pages link to and that are no pages."""
    texts = {
        source_of(file.src_uri): file.content_string
        for file in files
        if file.src_uri.endswith(".md") and file.src_uri not in MADE
    }
    return sorted({path for source, text in texts.items() for path in Links(source).copied(text)})


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Let links lead to where their targets are on the site."""
    uri = page.file.src_uri
    return markdown if uri in MADE else Links(source_of(uri)).on_the_site(markdown, Path(uri))


def source_of(uri: str) -> str:
    """The file that a page is written in, from the repository's root."""
    return next((source for source, page in TOP_PAGES.items() if page == uri), f"docs/{uri}")
