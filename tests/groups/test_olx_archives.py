"""Hostile archives: each is refused with file and cause, quickly, and nothing leaves memory."""

import gzip
import io
import os
import struct
import tarfile

import pytest

from groups.olx import archive, elements
from groups.olx.archive import open_archive, open_folder
from groups.olx.elements import ElementCount, parse
from groups.olx.errors import OlxRefusedError
from groups.olx.reading import read_course
from tests.groups.exports import SEAMANSHIP, member, packed, read_small, seamanship, small


def refused(file) -> OlxRefusedError:
    with pytest.raises(OlxRefusedError) as caught:
        read_course(open_archive(file, "export.tar.gz"))
    return caught.value


def with_course(*members):
    """Return a sound archive with these members behind the course."""
    return packed([*(member(name, data) for name, data in small().items()), *members])


def test_a_sound_archive_is_read_like_its_folder():
    files = {
        f"course/{path.relative_to(SEAMANSHIP).as_posix()}": path.read_bytes()
        for path in SEAMANSHIP.rglob("*")
        if path.is_file()
    }
    unpacked, packed_course = seamanship(), read_course(open_archive(packed(files), "sea.tar.gz"))

    assert [block.fields for block in packed_course.blocks] == [block.fields for block in unpacked.blocks]
    assert packed_course.partitions == unpacked.partitions


def test_only_what_an_import_reads_is_kept():
    files = {
        **small(),
        "course/static/big.xml": b"x" * 100,
        "course/html/a.html": b"x",
        "course/drafts/html/a.xml": b"<",
    }
    assert set(open_archive(packed(files), "x")) == set(small())


def test_names_with_a_leading_dot_are_the_same_names():
    files = {f"./{name}": data for name, data in small().items()}
    assert set(open_archive(packed(files), "x")) == set(small())


# --- No archive ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04zip",
        b"\x1f\x8b",
        # The moment of packing would be part of the test's name, and another one in every worker.
        gzip.compress(b"no tar", mtime=0),
        gzip.compress(b"", mtime=0),
        b"<course/>",
    ],
)
def test_what_is_no_archive_is_called_so(data):
    assert "no .tar.gz archive" in refused(io.BytesIO(data)).cause


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_archive_is_refused(keep):
    data = with_course(member("course/static/a", os.urandom(20_000))).getvalue()
    assert "damaged" in refused(io.BytesIO(data[: int(len(data) * keep)])).cause


def test_a_changed_byte_is_refused():
    data = bytearray(with_course(member("course/static/a", os.urandom(20_000))).getvalue())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(OlxRefusedError):
        read_course(open_archive(io.BytesIO(bytes(data)), "x"))


# --- Names and kinds of members --------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../evil.xml", "course/../../evil.xml", "course\\..\\evil.xml", "C:/evil.xml", "c:evil.xml"]
)
def test_a_name_that_leads_out_is_refused(name):
    refusal = refused(with_course(member(name, b"<x/>")))
    assert refusal.file == name
    assert "leads out of the export" in refusal.cause


@pytest.mark.parametrize("name", ["course/a\nb.xml", "course/" + "x" * 1001 + ".xml", "course/\x1b[31m.xml"])
def test_an_odd_name_is_refused(name):
    assert "too long or has control characters" in refused(with_course(member(name, b"<x/>"))).cause


def test_a_name_that_is_not_utf8_is_refused():
    info = tarfile.TarInfo("course/caf\udce9.xml")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.GNU_FORMAT, errors="surrogateescape") as made:
        made.addfile(info)
    file.seek(0)
    assert "not UTF-8" in refused(file).cause


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (tarfile.SYMTYPE, "holds a link"),
        (tarfile.LNKTYPE, "holds a link"),
        (tarfile.CHRTYPE, "neither file nor folder"),
        (tarfile.BLKTYPE, "neither file nor folder"),
        (tarfile.FIFOTYPE, "neither file nor folder"),
        (tarfile.GNUTYPE_SPARSE, ""),
    ],
)
def test_links_and_devices_are_refused(kind, cause):
    refusal = refused(with_course(member("course/policies/2026/more.json", type=kind, linkname="/etc/passwd")))
    assert cause in refusal.cause


def test_a_member_twice_is_refused():
    refusal = refused(with_course(member("course/course.xml", b"<course/>")))
    assert (refusal.file, refusal.cause) == ("course/course.xml", "The archive has this file twice.")


# --- Too much --------------------------------------------------------------------------------


def test_too_many_members_are_refused(settings):
    settings.LECTERN_OLX_FILES = 20
    refusal = refused(with_course(*(member(f"course/static/{number}") for number in range(20))))
    assert "more than 20 files" in refusal.cause


def test_folders_count_too(settings):
    settings.LECTERN_OLX_FILES = 20
    refusal = refused(with_course(*[member("course/static", type=tarfile.DIRTYPE)] * 20))
    assert "more than 20 files" in refusal.cause


def test_a_bomb_is_given_up_while_it_unpacks(settings):
    settings.LECTERN_OLX_EXPANDED_MB = 3
    bomb = with_course(*(member(f"course/static/zeros{number}", bytes(2_000_000)) for number in range(10)))
    assert len(bomb.getvalue()) < 100_000
    assert "more than 3 megabytes" in refused(bomb).cause


def test_a_size_that_lies_is_no_harm(settings):
    settings.LECTERN_OLX_EXPANDED_MB = 3
    info = tarfile.TarInfo("course/static/lie")
    info.size = 8**11 - 1
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb") as made:
        made.write(info.tobuf() + bytes(1024))
    file.seek(0)
    assert "announces too much" in refused(file).cause


def test_a_size_that_lies_in_an_extended_header_is_no_harm():
    file = with_course(member("course/static/lie", pax_headers={"size": str(2**60)}))
    assert "announces too much" in refused(file).cause


def test_a_file_that_is_read_may_not_be_large(monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILE", 1000)
    refusal = refused(with_course(member("course/html/big.xml", b"x" * 1001)))
    assert refusal.file == "course/html/big.xml"
    assert "larger than" in refusal.cause


def test_all_that_is_read_may_not_be_large(monkeypatch):
    monkeypatch.setattr(archive, "MAX_KEPT", 2000)
    files = [member(f"course/html/{number}.xml", b"x" * 500) for number in range(4)]
    assert "The course’s XML is larger" in refused(with_course(*files)).cause.replace("'", "’")


def test_a_header_that_announces_much_is_refused_before_it_is_read():
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 10**9
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb") as made:
        made.write(info.tobuf(tarfile.GNU_FORMAT))
    file.seek(0)
    assert "announces too much" in refused(file).cause


def test_an_endless_chain_of_long_names_is_refused():
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 5
    link = info.tobuf(tarfile.GNU_FORMAT) + b"name\0".ljust(512, b"\0")
    assert "headers that cannot be read" in refused(io.BytesIO(gzip.compress(link * 5000))).cause


@pytest.mark.parametrize(
    "record", [b"30 size=99999999999999999999\n", b"9999999999 path=x\n", b"12 mtime=x\n", b"x", b"0 a=b\n"]
)
def test_extended_headers_with_nonsense_are_refused(record):
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    data = header.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("course/course.xml").tobuf() + bytes(1024)
    with pytest.raises(OlxRefusedError):
        read_course(open_archive(io.BytesIO(gzip.compress(data)), "x"))


def test_negative_sizes_are_refused():
    header = bytearray(tarfile.TarInfo("course/a").tobuf())
    header[124:136] = b"\xff" * 11 + b"\x00"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(struct.unpack('512B', header)):06o}\0 ".encode()
    with pytest.raises(OlxRefusedError):
        read_course(open_archive(io.BytesIO(gzip.compress(bytes(header) + bytes(1024))), "x"))


# --- XML -------------------------------------------------------------------------------------

ENTITY = '<!DOCTYPE course [<!ENTITY x "y">]><course>&x;</course>'
OUTSIDE = '<!DOCTYPE course [<!ENTITY x SYSTEM "file:///etc/passwd">]><course>&x;</course>'
DTD = '<!DOCTYPE course SYSTEM "http://example.com/evil.dtd"><course/>'
LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]><l>&j;</l>"  # fmt: skip


@pytest.mark.parametrize("xml", [ENTITY, OUTSIDE, DTD, LAUGHS])
def test_entities_and_dtds_are_refused(xml):
    refusal = refused(packed({**small(), "course/course/2026.xml": xml.encode()}))
    assert refusal.file == "course/course/2026.xml"
    assert "DTD or entities" in refusal.cause


def test_an_undefined_entity_is_not_well_formed():
    with pytest.raises(OlxRefusedError, match="not well-formed"):
        read_small('<html url_name="h">&nbsp;</html>')


def test_includes_are_text_and_nothing_more():
    unit = '<html url_name="h"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></html>'
    assert read_small(unit).blocks[-1].name == "h"


def test_deep_xml_is_refused():
    with pytest.raises(OlxRefusedError, match="nested more than 200 elements deep"):
        read_small("<p>" * 500 + "</p>" * 500)


def test_deep_blocks_are_refused():
    deep = "".join(f'<vertical url_name="d{number}" x="1">' for number in range(60)) + "</vertical>" * 60
    with pytest.raises(OlxRefusedError, match="nested more than 50 deep"):
        read_small(deep)


def test_a_huge_attribute_is_refused():
    with pytest.raises(OlxRefusedError, match="attribute of more than a megabyte"):
        read_small(f'<html url_name="h" display_name="{"x" * 1_048_577}"/>')


def test_too_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(elements, "MAX_ELEMENTS", 1000)
    with pytest.raises(OlxRefusedError, match="more than 1,000 XML elements"):
        read_small("<problem url_name='p'>" + "<a/>" * 1001 + "</problem>")


def test_too_many_blocks_are_refused(settings):
    settings.LECTERN_OLX_BLOCKS = 10
    with pytest.raises(OlxRefusedError, match="more than 10 blocks"):
        read_small("".join(f'<html url_name="h{number}" x="1"/>' for number in range(10)))


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="no-such"?><course/>',
        b'<?xml version="1.0" encoding="utf-7"?><course/>',
        b'<?xml version="1.0" encoding="idna"?><course/>',
        b'<?xml version="1.0" encoding="rot13"?><course/>',
        b"<course>\xff</course>",
        b"<course>\x00</course>",
    ],
)
def test_an_encoding_that_cannot_be_read_is_refused(data):
    with pytest.raises(OlxRefusedError):
        parse("x.xml", data, ElementCount())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_other_encodings_are_read(encoding):
    data = f'<?xml version="1.0" encoding="{encoding}"?><html display_name="Café"/>'.encode(encoding)
    course = read_small('<html url_name="h"/>', **{"course/html/h.xml": data})
    assert course.blocks[-1].fields.display_name == "Café"


# --- Folders ---------------------------------------------------------------------------------


def test_a_link_in_a_folder_is_refused(tmp_path):
    (tmp_path / "course.xml").symlink_to("/etc/passwd")
    with pytest.raises(OlxRefusedError, match="holds a link or device"):
        open_folder(tmp_path)


def test_a_linked_folder_is_not_entered(tmp_path):
    (tmp_path / "policies").symlink_to("/etc", target_is_directory=True)
    with pytest.raises(OlxRefusedError, match="holds a link or device"):
        open_folder(tmp_path)


def test_a_pipe_in_a_folder_is_refused(tmp_path):
    os.mkfifo(tmp_path / "course.xml")
    with pytest.raises(OlxRefusedError, match="holds a link or device"):
        open_folder(tmp_path)
