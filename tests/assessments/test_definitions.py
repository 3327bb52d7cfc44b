"""A definition that is wrong anywhere is refused, and says where."""

import copy
import itertools

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.assessments.rules import catalogue
from egide.assessments.rules.catalogue import SHIPPED, find
from egide.assessments.rules.definition import DefinitionError
from egide.assessments.rules.reading import parse, parse_text
from tests.assessments.sheets import MINIMAL


def minimal(**changes):
    data = yaml.safe_load(MINIMAL)
    return data | changes


def test_reads_the_shape_of_the_import_hook_with_yaml_words():
    definition = parse_text(MINIMAL)

    assert definition.items[0].answers == ("yes", "no", "unknown", "not_applicable")
    assert [item.points for item in definition.items] == [5, -1]
    assert definition.items[1].only_if == "1"
    assert definition.short.fr == "La nôtre"


def test_reads_json_as_well():
    assert parse_text('\ufeff{"code": 1}'.replace('{"code": 1}', as_json())).code == "own-checklist"


def as_json():
    import json

    data = minimal()
    data["items"][0]["points"] = {"yes": 2}
    data["items"][1]["points"] = {"yes": -1}
    return json.dumps(data)


def change(path, value):
    """Answer the danger assessment's data with one part changed (or removed: `...`)."""
    data = yaml.safe_load((SHIPPED / "danger-assessment.yaml").read_text(encoding="utf-8"))
    here = data
    for key in path[:-1]:
        here = here[key]
    if value is ...:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (["code"], ..., "code"),
        (["code"], "Danger Assessment", "code"),
        (["version"], "", "version"),
        (["titles", "fr"], ..., "titles.fr"),
        (["titles", "fr"], "  ", "titles.fr"),
        (["titles", "de"], "Skala", "titles.de"),
        (["kind"], "magic", "kind"),
        (["rights", "status"], "free", "rights.status"),
        (["rights"], "ours", "rights"),
        (["requires_certificate"], "maybe", "requires_certificate"),
        (["respondant"], "team", "respondant"),
        (["items"], [], "items"),
        (["items"], {}, "items"),
        (["items", 1, "points"], ..., "items[1].points"),
        (["items", 1, "points"], {"yes": "five"}, "items[1].points.yes"),
        (["items", 1, "points"], {"yes": 5, "no": 1}, "items[1].points.no"),
        (["items", 1, "points"], {"yes": True}, "items[1].points.yes"),
        (["items", 1, "points"], {"yes": 4}, "score.max"),
        (["items", 3, "points"], {"yes": 3}, "score.min"),
        (["items", 1, "code"], "1", "items"),
        (["items", 1, "answers"], ["no", "unknown"], "items[1].answers"),
        (["items", 1, "answers"], ["yes", "no"], "items[1].answers"),
        (["items", 1, "answers"], ["yes", "no", "unknown", "perhaps"], "items[1].answers"),
        (["items", 1, "only_if"], {"item": "9", "answer": True}, "items[1].only_if"),
        (["items", 1, "only_if"], {"item": "2", "answer": True}, "items[1].only_if"),
        (["items", 1, "label", "en"], "x" * 2001, "items[1].label.en"),
        (["items", 20, "points"], {"yes": 1}, "items[20].scored"),
        (["excludes", 0], ["3", "33"], "excludes[0]"),
        (["excludes", 0], ["3"], "excludes[0]"),
        (["excludes", 0], ["3", "3"], "excludes[0]"),
        (["score", "formula"], "product", "score.formula"),
        (["score", "min"], 0, "score.min"),
        (["score", "max"], 38, "score.max"),
        (["score", "adjustments"], [{"if": {"item": "77", "answer": True}, "add": 1}], "score.adjustments"),
        (["bands", 0, "min"], -2, "bands[0].min"),
        (["bands", 1, "min"], 9, "bands[1].min"),
        (["bands", 1, "min"], 7, "bands[1].min"),
        (["bands", 3, "max"], 36, "bands[3].max"),
        (["bands", 1, "code"], "variable", "bands"),
        (["missing"], {"policy": "guess"}, "missing.policy"),
        (["missing"], {"policy": "max_missing"}, "missing.max"),
        (["missing"], {"policy": "prorate_table"}, "missing.table"),
        (["missing"], {"policy": "none", "table": [{"missing": 1, "raw": 1, "value": 1}]}, "missing.table"),
        (["triggers"], [{"any_of": ["99"]}], "triggers[0]"),
        (["triggers"], [{"at_least": 3, "of": ["1", "2"]}], "triggers[0].at_least"),
        (["triggers"], [{"judgement": False}], "triggers[0].judgement"),
        (["norm_sets"], [{"id": "x"}], "norm_sets[0].title"),
    ],
)  # fmt: skip
def test_names_the_place_of_the_mistake(path, value, where):
    with pytest.raises(DefinitionError) as caught:
        parse(change(path, value))

    assert caught.value.where == where


def test_norm_rows_belong_to_bands():
    data = yaml.safe_load((SHIPPED / "odara.yaml").read_text(encoding="utf-8"))
    data["norm_sets"][0]["rows"][0]["band"] = "8-9"

    with pytest.raises(DefinitionError) as caught:
        parse(data)

    assert caught.value.where == "norm_sets[0].rows"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "definition"),
        ("- a\n- b", "definition"),
        ("code: [", "line 1"),
        ("code: a\ncode: b", "line 2"),
        ("code: &a x\nversion: *a", "line 2"),
        ("code: !!python/object:os.system x", "line 1"),
        ("x" * 300_000, "file"),
        (b"\xff\xfe\x00", "file"),
        ("[" * 5000, "file"),
    ],
)
def test_refuses_what_is_not_a_plain_definition(text, where):
    with pytest.raises(DefinitionError) as caught:
        parse_text(text)

    assert caught.value.where == where


def test_too_many_items_tied_together_are_refused():
    data = yaml.safe_load((SHIPPED / "danger-assessment.yaml").read_text(encoding="utf-8"))
    codes = [item["code"] for item in data["items"]]
    data["excludes"] = [[left, right] for left, right in itertools.pairwise(codes)]

    with pytest.raises(DefinitionError) as caught:
        parse(data)

    assert caught.value.where == "excludes"


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(minimal())), _PLAIN)
def test_any_rubbish_anywhere_is_a_definition_error(key, rubbish):
    data = copy.deepcopy(minimal(**{key: rubbish}))

    try:
        parse(data)
    except DefinitionError as error:
        assert error.where


def test_a_deployment_imports_its_own(tmp_path):
    (tmp_path / "own.yaml").write_text(MINIMAL, encoding="utf-8")

    assert find("own checklist", folders=(SHIPPED, tmp_path)).code == "own-checklist"
    assert len(catalogue.catalogue((SHIPPED, tmp_path, tmp_path / "absent")).definitions) == 5


def test_an_import_cannot_replace_a_version(tmp_path):
    text = (SHIPPED / "odara.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace('{"yes": 1}', '{"yes": 2}', 1), encoding="utf-8")
    (tmp_path / "same.yaml").write_text(text, encoding="utf-8")

    found = catalogue.catalogue((SHIPPED, tmp_path))

    assert [error.where for error in found.errors] == ["mine.yaml: score.max", "same.yaml"]
    assert find("odara", folders=(SHIPPED, tmp_path)) == find("odara")


def test_an_alias_does_not_take_the_place_of_a_code(tmp_path):
    (tmp_path / "own.yaml").write_text(MINIMAL + "aliases: [odara, ours]", encoding="utf-8")

    assert find("odara", folders=(SHIPPED, tmp_path)).code == "odara"
    assert find("ours", folders=(SHIPPED, tmp_path)).code == "own-checklist"


def test_a_later_version_takes_over_and_the_earlier_remains(tmp_path):
    text = (SHIPPED / "odara.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("2026-11", "2027-03"), encoding="utf-8")

    assert find("odara", folders=(SHIPPED, tmp_path)).version == "2027-03"
    assert find("odara", version="2026-11", folders=(SHIPPED, tmp_path)).version == "2026-11"


def test_a_broken_import_names_its_file_and_keeps_no_other_out(tmp_path):
    (tmp_path / "broken.yaml").write_text("code: x", encoding="utf-8")

    assert find("odara", folders=(SHIPPED, tmp_path)).code == "odara"
    with pytest.raises(DefinitionError, match=r"broken\.yaml: titles"):
        find("x", folders=(SHIPPED, tmp_path))


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert find("own-checklist", folders=(tmp_path,)).titles.en == "Own"

    path.write_text(MINIMAL.replace("en: Own", "en: New"), encoding="utf-8")
    catalogue._read.cache_clear()

    assert find("own-checklist", folders=(tmp_path,)).titles.en == "New"
