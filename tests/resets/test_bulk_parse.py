"""Lists of learners as people have them, and as nobody should upload them."""

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resets.bulk.parse import MAX_BYTES, MAX_LINES, Line, ListRefusedError, read_bytes, read_text

AMINA, BEN = Line(1, "amina"), Line(2, "ben")


def refusal(data):
    with pytest.raises(ListRefusedError) as caught:
        read_bytes(data if isinstance(data, bytes) else data.encode())
    return str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "last"])
def test_any_line_ending(ending, end):
    text = ending.join(["amina", "ben"]) + (ending if end else "")
    assert read_text(text) == [AMINA, BEN]


@pytest.mark.parametrize(
    "data",
    [
        b"amina\nben",
        codecs.BOM_UTF8 + b"amina\nben",
        codecs.BOM_UTF16_LE + "amina\nben".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "amina\r\nben".encode("utf-16-be"),
        b'"amina"\nben',
    ],
)
def test_encodings_and_quotes(data):
    assert read_bytes(data) == [AMINA, BEN]


def test_empty_lines_and_white_space_do_not_count_but_keep_the_numbers():
    assert read_text("\n amina \n\n  \nben\n") == [Line(2, "amina"), Line(5, "ben")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("username\namina\nben", [Line(2, "amina"), Line(3, "ben")]),
        ("E-mail\namina@example.com", [Line(2, "amina@example.com")]),
        ("Course;Username;Grade\nDS;amina;0,5\n", [Line(2, "amina")]),
        ('name,email,username\n"Yusuf, Amina",a@example.com,amina\n', [Line(2, "amina")]),
        ('note,learner\n"two\nlines",amina\nnone,ben', [Line(2, "amina"), Line(4, "ben")]),
        ("learner\tgrade\namina\t1\n\t2\n", [Line(2, "amina")]),
        ("\ufeffusername,x\namina,1", [Line(2, "amina")]),
        ("zoë.müller\n学习者\nwith a space", [Line(1, "zoë.müller"), Line(2, "学习者"), Line(3, "with a space")]),
        ("+anna\n-ben\n@carl\n_dora", [Line(1, "+anna"), Line(2, "-ben"), Line(3, "@carl"), Line(4, "_dora")]),
    ],
)
def test_tables_and_odd_names(text, expected):
    assert read_text(text) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "There is no learner"),
        ("\n \n", "There is no learner"),
        ("username,email\n", "There is no learner"),
        ("amina,a@example.com\nben,b@example.com", "Line 1 has 2 columns and there is no header"),
        ("amina\nben,b@example.com", "Line 2 has 2 columns and there is no header"),
        ("name,grade\nAmina,0.5", "Line 1 has 2 columns and there is no header"),
        ("username,grade\namina,0.5\nben", "Line 3 has 1 column, the header has 2"),
        ("username,username\na,b", "Line 1: two columns are named “username”"),
        ("amina\nben;b@example.com", "Line 2 holds more than one value"),
        ('"amina\nben"', "Line 1 holds more than one value"),
        ('amina\n"ben', "Line 2 is no proper CSV"),
        ('amina\n"ben"x', "Line 2 is no proper CSV"),
        (b"amina\nzo\xeb\n", "Line 2 is not UTF-8 text"),
        (codecs.BOM_UTF16_LE + "amina\n".encode("utf-16-le") + b"\x00\xd8a\x00", "Line 2 is not UTF-16 text"),
        ("amina\nb\x00n", "Line 2 holds a NUL character"),
        ("amina\nben".encode("utf-16-le"), "Line 1 holds a NUL character"),
        ("amina\nb\x07n", "Line 2 holds a control character (U+0007)"),
        ("amina\n=HYPERLINK(1)", "Line 2 is a spreadsheet formula, not a learner: =HYPERLINK(1)"),
        ("amina\n+cmd|' /C calc'!A0", "Line 2 is a spreadsheet formula"),
        ("username,x\n@SUM(A1:A9),1", "Line 2 is a spreadsheet formula"),
        ("amina\n" + "b" * 255, "Line 2 has 255 characters"),
        (b"PK\x03\x04rest", "an Excel workbook or a zip archive"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"a" * (MAX_BYTES + 1), "larger than 10 MB"),
        ("x" * 200_000 + ",1\n", "no proper CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_or_cause(data, words):
    assert words in refusal(data)


def test_fifty_thousand_is_the_limit():
    assert len(read_text("\n".join(f"learner{n}" for n in range(MAX_LINES)))) == MAX_LINES
    words = refusal("\n".join(f"learner{n}" for n in range(60_000)))
    assert words == "The list has 60,000 learners. At most 50,000 learners can be reset at once: split the list."


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(ListRefusedError):
        lines = read_bytes(data)
        assert lines
        assert all(line.typed == line.typed.strip() != "" and "\x00" not in line.typed for line in lines)


@given(st.lists(st.from_regex(r"[\w.@+-]{1,30}", fullmatch=True), min_size=1, max_size=30), st.sampled_from("\n\r"))
def test_every_line_of_a_list_is_found_on_its_line(names, ending):
    names = ["first", *names]
    assert read_text(ending.join(names)) == [Line(number, name) for number, name in enumerate(names, 1)]


@given(
    st.lists(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=",;\t"), max_size=20), max_size=9)
)
def test_quoted_cells_are_read_as_they_were_written(names):
    wanted = [name for name in names if name and not name.startswith(("=", "+", "-", "@"))]
    quoted = ['"{}"'.format(name.replace('"', '""')) for name in wanted]
    lines = read_text("\n".join(["username", *quoted, "last"]))
    assert [line.typed for line in lines] == [*wanted, "last"]
