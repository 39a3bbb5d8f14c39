"""Opening an export: a `.tar.gz` or a folder, as a map from file names to bytes.

Nothing is ever unpacked to disk. Of an archive only those files are kept (in memory) that an import
reads; all others are skipped, but each member is checked, and everything that is unpacked counts.
"""

import gzip
import stat
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from django.conf import settings

from groups.olx.errors import OlxRefusedError

MEGABYTE = 1024 * 1024
# Of the XML and JSON files that are read. Real ones are far smaller.
MAX_FILE = 5 * MEGABYTE
MAX_KEPT = 200 * MEGABYTE
NAME_LENGTH = 1000
# Headers that only describe the next one, such as a long name.
MAX_META_SIZE = 64 * 1024
META_TYPES = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}
# Folders of an export that hold no published blocks.
SKIPPED_FOLDERS = {"static", "assets", "drafts", "about", "info", "tabs", "__MACOSX"}


def open_archive(file, name: str) -> Mapping[str, bytes]:
    """Return the files of a `.tar.gz` that an import may read.

    Args:
        file: a binary file.
        name: what people call it.

    Raises:
        OlxRefusedError: no `.tar.gz`, damaged, unsafe, or larger than the settings allow.
    """
    try:
        return _read_archive(file)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise OlxRefusedError(name, f"This is no .tar.gz archive, or it is damaged ({error}).") from error
    except (ValueError, LookupError, OverflowError, RecursionError) as error:
        raise OlxRefusedError(name, "The archive has headers that cannot be read.") from error


def _read_archive(file):
    kept, seen, count = Kept(), set(), 0
    unpacked = _Limited(gzip.GzipFile(fileobj=file, mode="rb"), settings.LECTERN_OLX_EXPANDED_MB * MEGABYTE)
    with tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_CheckedHeader, encoding="utf-8") as archive:
        while member := archive.next():
            archive.members.clear()  # Or each header would be kept until the end.
            count += 1
            check_count(count)
            name = checked_name(member.name)
            _check_member(member, name)
            if name in seen and not member.isdir():
                raise OlxRefusedError(name, "The archive has this file twice.")
            seen.add(name)
            if member.isfile() and is_read(name):
                kept.add(name, archive.extractfile(member).read(MAX_FILE + 1))
    unpacked.finish()
    return kept.files


class _CheckedHeader(tarfile.TarInfo):
    """Refuses headers that the library would take at their word, before it reads what they announce."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):
        header = super().frombuf(buf, encoding, errors)
        limit = MAX_META_SIZE if header.type in META_TYPES else settings.LECTERN_OLX_EXPANDED_MB * MEGABYTE
        if not 0 <= header.size <= limit:
            raise OlxRefusedError(header.name, "The archive has a header that announces too much.")
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise OlxRefusedError(header.name, "The archive holds a file with gaps.")
        return header


class _Limited:
    """A file that gives up after so many bytes: a small archive must not fill memory or time."""

    def __init__(self, file, limit):
        self.file, self.left = file, limit

    def read(self, size):
        data = self.file.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise OlxRefusedError(
                "", f"The archive unpacks to more than {settings.LECTERN_OLX_EXPANDED_MB:,} megabytes."
            )
        return data

    def finish(self):
        """Read to the end, where the checksum is: a damaged archive shall not pass for a whole one."""
        while self.read(MEGABYTE):
            pass


class Kept:
    """The files that an import may read, counted."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.size = 0

    def add(self, name: str, data: bytes) -> None:
        """Keep a file. Raises OlxRefusedError when it, or all together, are too large."""
        if len(data) > MAX_FILE:
            raise OlxRefusedError(name, f"The file is larger than {MAX_FILE // MEGABYTE} megabytes.")
        self.size += len(data)
        if self.size > MAX_KEPT:
            raise OlxRefusedError("", f"The course's XML is larger than {MAX_KEPT // MEGABYTE} megabytes.")
        self.files[name] = data


def _check_member(member, name):
    if not 0 <= member.size <= settings.LECTERN_OLX_EXPANDED_MB * MEGABYTE:
        raise OlxRefusedError(name, "The archive has a header that announces too much.")
    if member.issparse() or not (member.isreg() or member.isdir()):
        kind = "a link" if member.issym() or member.islnk() else "neither file nor folder"
        raise OlxRefusedError(name, f"The archive holds {kind}; only files and folders are accepted.")


def check_count(count: int) -> None:
    """Refuse an export with too many files."""
    if count > settings.LECTERN_OLX_FILES:
        raise OlxRefusedError("", f"The export has more than {settings.LECTERN_OLX_FILES:,} files.")


def checked_name(name: str) -> str:
    """Return a member's name in its plain form. Raises OlxRefusedError when it leads out of the export."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise OlxRefusedError(ascii(name), "The name of this file is not UTF-8.") from error
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts or (parts and ":" in parts[0]):
        raise OlxRefusedError(name, "The name of this file leads out of the export.")
    if len(name) > NAME_LENGTH or any(ord(letter) < ord(" ") for letter in name):
        raise OlxRefusedError(ascii(name), "The name of this file is too long or has control characters.")
    return str(PurePosixPath(name))


def is_read(name: str) -> bool:
    """Say whether an import may want this file."""
    path = PurePosixPath(name)
    return path.suffix in {".xml", ".json"} and not SKIPPED_FOLDERS.intersection(path.parts[:-1])


def open_folder(folder: Path) -> Mapping[str, bytes]:
    """Return the files of an unpacked export that an import may read. Raises as `open_archive`."""
    kept = Kept()
    for number, path in enumerate(sorted(folder.rglob("*")), start=1):
        check_count(number)
        name = checked_name(path.relative_to(folder).as_posix())
        if SKIPPED_FOLDERS.intersection(PurePosixPath(name).parts):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and is_read(name):
            with path.open("rb") as file:
                kept.add(name, file.read(MAX_FILE + 1))
        elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OlxRefusedError(name, "The folder holds a link or device; only files and folders are accepted.")
    return kept.files
