"""Photographs in a zip: what NVlabs' dataset_tool.py writes, or any other."""

import struct
import zipfile
import zlib
from pathlib import Path

from gpen_train.image_files import IMAGE_SUFFIXES, is_image_name, tell_others
from gpen_train.image_limits import MOST_BYTES
from gpen_train.places.place import fetched
from gpen_train.quote import reason_of
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import Header, read_header, read_headers
from gpen_train.sources.index.index import Index
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Source
from gpen_train.sources.split import SHARE, Common, Split, divide
from gpen_train.sources.stored import StoredImages
from gpen_train.words import plural

LOCAL_HEADER = struct.Struct("<26x2H")  # before each file's bytes: ends with the lengths of name and extra
FLAT, MOST_FLAT = 1 << 16, 100  # bytes from which on no image becomes that many times smaller: a bomb does
SPARE = 64  # bytes that deflate may add to any content
RAW_DEFLATE = -15  # what zlib calls a stream without a header of its own


class ZipSource(StoredImages):
    """Every image of the zip at ``path`` or URL, sorted by name, cropped to its central square.

    Stored files are read where they lie, by any number of processes at once; compressed ones are inflated.
    The headers are read at once and kept for the next start, until the archive changes. ``dataset.json`` and
    everything else that is no image is not looked at: class labels have no use here.

    Raises FileNotFoundError for a missing file, IsADirectoryError for a folder, ValueError for one that is no
    zip, holds no images or mostly bad ones.
    """

    def __init__(
        self,
        path: str | Path,
        resolution: int,  # pixels per side of the images given out
        min_size: int | None = None,  # pixels, of the shorter side of a file; None: half the resolution
        ledger: Ledger | None = None,
    ):
        self.archive = fetched(path)
        self.name = self.archive.stem
        super().__init__(str(path), index_zip(self.archive), resolution, min_size, ledger)

    def content(self, index: int) -> bytes:
        size = int(self.index.sizes[index])
        offset, packed, method = self.index.places[index].tolist()
        content = read_member(self.archive, offset, packed, method, size)
        if len(content) < size:
            raise OSError(f"the zip is damaged there: {len(content)} of {size} bytes are left")
        return content


def index_zip(path: Path) -> Index:
    """The index of the images in a zip; ``places`` holds the first arguments of ``read_member``."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected a zip of images: set data=folder")
    if not path.exists():
        raise FileNotFoundError(
            f"the file {path} does not exist; expected a zip of images: check the path "
            f"(the current folder is {Path.cwd()})"
        )
    status, file = path.stat(), IndexFile(str(path.resolve()))
    stamp = f"{status.st_size} {status.st_mtime_ns}"
    kept = file.load()
    if kept and kept[1] == stamp:
        return kept[0]
    members = _members(path)
    places = [(min(m.header_offset, status.st_size), m.compress_size, m.compress_type) for m in members]

    def read(row: int) -> Header:
        member = members[row]
        name = f"{path}/{member.filename}"
        if member.file_size > max(FLAT, MOST_FLAT * member.compress_size):
            grows = f"its {member.compress_size} bytes become {member.file_size}, more than an image's do"
            return Header(min(member.file_size, MOST_BYTES), bytes(32), 0, 0, grows)
        return read_header(name, member.file_size, lambda n: read_member(path, *places[row], wanted=n))

    headers = list(read_headers(read, range(len(members)), f"headers of {path}"))
    index = Index.of([member.filename for member in members], headers, places)
    file.save(index, stamp)
    return index


def read_member(path: Path, header_offset: int, size: int, method: int, wanted: int) -> bytes:
    """The first ``wanted`` bytes of the member with its local header at ``header_offset``; fewer if it ends.

    It takes ``size`` bytes of the archive and is stored or deflated: ``method`` as zipfile numbers it.
    Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.3.7.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(header_offset)
        try:
            name_length, extra_length = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
            file.seek(name_length + extra_length, 1)
            # What cannot be compressed takes a little more than its size.
            packed = file.read(min(size, wanted + wanted // 8 + SPARE, path.stat().st_size))
            if method == zipfile.ZIP_DEFLATED:
                packed = zlib.decompressobj(RAW_DEFLATE).decompress(packed, max(wanted, 1))
        except (struct.error, zlib.error) as error:
            raise OSError(f"the zip is damaged there: {error}") from error
    return packed[:wanted]


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            files = [member for member in archive.infolist() if not member.is_dir()]
        if sum(member.compress_size for member in files) > path.stat().st_size:
            raise ValueError("its files share bytes, or are larger than it")
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # a damaged directory makes zipfile raise more than BadZipFile
        raise ValueError(
            f"{path} is no zip that can be read ({reason_of(error)}); expected one of images, as "
            "dataset_tool.py writes them: make it anew, or give a folder with data=folder"
        ) from error
    tell_others((member.filename for member in files), path)
    members = [member for member in files if is_image_name(member.filename)]
    if not members:
        raise ValueError(
            f"{path} holds no images; expected {', '.join(IMAGE_SUFFIXES)} files in it: check the path"
        )
    unknown = [m for m in members if m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
    unknown += [member for member in members if member.flag_bits & 1]
    if unknown:
        raise ValueError(
            f"{path} holds {plural(len(unknown), 'image that is', 'images that are')} encrypted or "
            f"packed in a rare way, as {unknown[0].filename}; expected stored or deflated "
            "ones: pack it anew, with zip -0"
        )
    return members


def zip_data(
    common: Common,
    root: str,  # a zip of images
    held_out_root: str | None = None,  # a zip of its own for the held-out images; None splits root
    num_held_out: int = 64,
    held_out_share: float = SHARE,
    min_size: int | None = None,
) -> Split:
    """data=zip; raises as ``folder_data``."""

    def read(place: str) -> Source:
        return ZipSource(place, common.resolution, min_size, common.ledger)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)
