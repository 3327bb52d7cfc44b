"""A partner's file is read in the ways it comes, or refused clearly."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from egide.cases.importing import ReadError, check, read
from egide.cases.importing.columns import code_of
from egide.cases.importing.reading import MOST_BYTES, MOST_ROWS, guarded, unguarded
from tests.conftest import NOON

TODAY = NOON.date()


def table(data, name="file.csv"):
    return read(io.BytesIO(data), name)


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_reads_the_usual_encodings_separators_and_line_ends(self, encoding, separator, end):
        text = f"nom_victime{separator}resume{end}Thériault{separator}Menacé{end}"

        found = table(text.encode(encoding))

        assert found.columns == ("nom_victime", "resume")
        assert [row.cells for row in found.rows] == [("Thériault", "Menacé")]

    def test_a_line_break_in_quotes_does_not_shift_the_numbers_a_spreadsheet_shows(self):
        found = table(b'a,b\n1,"x\ny\nz"\n\n2,y\n')

        assert [(row.line, row.cells) for row in found.rows] == [(2, ("1", "x\ny\nz")), (4, ("2", "y"))]

    def test_blank_lines_before_the_names_are_counted_too(self):
        assert table(b"\n\na,b\n1,2\n").rows[0].line == 4

    def test_what_excel_writes_to_announce_its_separator_is_not_a_row(self):
        found = table(b"sep=;\r\na,x;b\r\n1;2\r\n")

        assert found.columns == ("a,x", "b")
        assert found.rows[0].line == 2

    def test_a_name_on_two_lines_is_one_line_and_a_mark_put_twice_goes(self):
        assert table('\ufeff\ufeff"Date\nde  naissance",b\n1,2\n'.encode()).columns == (
            "Date de naissance",
            "b",
        )

    def test_separators_in_quoted_names_do_not_mislead(self):
        assert table(b'"a,1,2,3";b\nx;y\n').columns == ("a,1,2,3", "b")

    @pytest.mark.parametrize("cells", [b"1", b"1,2,3", b"1,2,3,,"])
    def test_a_row_of_another_width_is_one_mistake_of_that_row(self, cells):
        found = table(b"a,b\n5,6\n" + cells + b"\n")

        assert not found.rows[0].problem
        assert found.rows[1].problem
        assert found.rows[1].line == 3

    def test_empty_cells_beyond_the_last_column_are_nothing(self):
        found = table(b"a,b,,\n1,2,,\n3,4,\n5,6\n")

        assert not any(row.problem for row in found.rows)
        assert {len(row.cells) for row in found.rows} == {2}

    @pytest.mark.parametrize("text", ["=1+1", "+1 506 555 0101", "-x", "@x", "'", "'x", "plain", "'=x"])
    def test_a_formula_is_text_and_an_apostrophe_that_says_so_goes(self, text):
        written = guarded(text)

        assert not written.startswith(("=", "+", "-", "@"))
        assert unguarded(written) == text


class TestJson:
    @pytest.mark.parametrize(
        "data", [b'[{"a": "x"}]', b'{"referrals": [{"a": "x"}]}', b'\xef\xbb\xbf [{"a": "x"}]']
    )
    def test_reads_a_list_or_an_object_that_holds_one(self, data):
        found = table(data)

        assert [(row.line, row.cells) for row in found.rows] == [(1, ("x",))]

    def test_reads_objects_in_objects_lists_numbers_and_truths(self):
        found = table(
            b'[{"victim": {"lastName": "A", "age": 4}, "signs": ["x", "y"], "e": true, "n": null}]', "x.json"
        )

        assert dict(zip(found.columns, found.rows[0].cells, strict=True)) == {
            "victim_lastName": "A", "victim_age": "4", "signs": "x; y", "e": "yes", "n": "",
        }  # fmt: skip

    def test_the_same_name_written_otherwise_is_one_column(self):
        found = table(b'[{"victim": {"lastName": "A"}}, {"victim_last_name": "B"}]')

        assert [row.cells for row in found.rows] == [("A",), ("B",)]

    @pytest.mark.parametrize(
        "item", [b"1", b"[]", b'{"a": {"b": {"c": {"d": 1}}}}', b'{"a": [[1]]}', b'{"a": 1, "A": 2}']
    )
    def test_one_bad_object_is_one_mistake_of_that_object(self, item):
        found = table(b'[{"a": "x"}, ' + item + b"]")

        assert not found.rows[0].problem
        assert found.rows[1].problem


REFUSED = {
    "empty": b"",
    "blank": b"   \n",
    "mark only": b"\xef\xbb\xbf",
    "only separators": b",,,\n,,\n",
    "escape in a name": b"a\x1b[2J,b\n1,2\n",
    "long name": b"a" * 101 + b",b\n1,2\n",
    "surrogate in a name": b'[{"\\ud800": 1}]',
    "nul": b"a,b\n1,\0\n",
    "one column": b"one column\nx\n",
    "no rows": b"a,b\n",
    "open quotation mark": b'a,b\n1,2\n3,"x\n4,5\n',
    "text after quotation mark": b'a,b\n"x"y,2\n',
    "huge cell": b"a,b\n" + b"x" * 200_000 + b",1\n",
    "too many columns": b",".join(b"c%d" % n for n in range(101)) + b"\n",
    "too many rows": b"a,b\n" + b"1,2\n" * (MOST_ROWS + 1),
    "too large": b"x" * (MOST_BYTES + 1),
    "spreadsheet": b"PK\x03\x04\x14\x00",
    "old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1",
    "pdf": b"%PDF-1.7 x",
    "cut utf-16": b"\xff\xfe\x00",
    "damaged utf-8": "a,b\né,é\n".encode() + b"\xff,x\n" + "é,é\n".encode(),
    "neither": b"a,b\n\x81\x8d,1\n",
    "open object": b"{",
    "no referrals": b'{"x": 1}',
    "null": b'{"referrals": null}',
    "no objects": b"[]",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "many objects": b"[" + b"{}," * 2_000_000 + b"{}]",
    "same name twice": b'[{"a": 1, "a": 2}]',
    "not a number": b'[{"a": NaN}]',
    "endless number": b'[{"a": ' + b"9" * 5000 + b"}]",
    "json that is not": b"[{'a': 1}]",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_clearly(data):
    with pytest.raises(ReadError) as refused:
        table(data)

    assert len(str(refused.value)) > 15


def test_a_damaged_file_says_where():
    with pytest.raises(ReadError, match="line 3"):
        table(REFUSED["damaged utf-8"])
    with pytest.raises(ReadError, match="Row 3"):
        table(REFUSED["open quotation mark"])


def assert_read_or_refused(data, name):
    try:
        found = table(data, name)
    except ReadError as refused:
        assert str(refused)
    else:
        check(found, today=TODAY)


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", ""]))
@example(b"\xef\xbb\xbf", "a.csv")
@example(b'["\\ud800"]', "a.json")
@example(b"sep=;", "a.csv")
def test_any_bytes_are_a_table_or_a_clear_refusal(data, name):
    assert_read_or_refused(data, name)


_PIECES = st.sampled_from(
    ['"', ",", ";", "\t", "\n", "\r", "\r\n", "\ufeff", "é", "\x85", "\u2028", "\x00", "\x1c", "{", "}", "[", "]", ":",
     "nom_victime", "resume", "1", "'=", '"a"', "null", '{"referrals":', "sep=", "\\ud800", "2026-01-01"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_near_miss_is_a_table_or_a_clear_refusal(text, encoding):
    assert_read_or_refused(text.encode(encoding, errors="ignore"), "file")


_CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20
)


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_what_a_spreadsheet_writes_is_read_back(rows, separator):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([("nom_victime", "resume"), *rows])

    found = table(out.getvalue().encode("utf-8-sig"))

    assert [row.cells for row in found.rows] == [tuple(map(unguarded, row)) for row in rows]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("N° de dossier", "external_id"),
        ("Incident #", "external_id"),
        ("FileNumber", "external_id"),
        ("Numéro d’incident", "external_id"),
        ("Date de naissance de la victime", "victim_born_on"),
        ("VICTIM DOB", "victim_born_on"),
        ("victimFirstName", "victim_given"),
        ("Victime - nom", "victim_family"),
        ("Prénom de l'accusé(e)", None),
        ("Prénom de l'accusé", "concern_given"),
        ("Suspect surname", "concern_family"),
        ("Résumé des faits", "incident"),
        ("Date de l'incident", "incident_on"),
        ("Badge", None),
        ("", None),
    ],
)
def test_a_column_is_known_by_its_words(name, code):
    assert code_of(name) == code
