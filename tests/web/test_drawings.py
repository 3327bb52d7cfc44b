"""The drawings: escaped, with their table, as high as what they show."""

from datetime import date

import pytest

from egide.web import drawing
from tests.web.samples import HOSTILE
from tests.web.test_components import Checked

NODES = [
    {"key": "v", "label": HOSTILE, "role": HOSTILE, "kind": "centre"},
    *[{"key": f"p{n}", "label": "L. Cyr", "role": "b", "note": HOSTILE, "kind": "person"} for n in range(5)],
]


@pytest.mark.parametrize("count", range(7))
def test_people_are_all_inside_the_picture(count):
    picture = drawing.people(nodes=NODES[:count], links=[], title=HOSTILE)
    checked = Checked(picture.svg)

    assert checked.faults == []
    height = float(dict(checked.attributes)["viewbox"].split()[3])
    middles = [float(value) for name, value in checked.attributes if name == "cy"]
    assert all(25 < middle < height - 25 for middle in middles)
    assert len(picture.rows) == count


@pytest.mark.parametrize(
    "points", [[], [{"on": date(2026, 11, 3), "raw": 6, "lo": 6, "hi": 9, "unknown": 3}]]
)
def test_assessments_say_that_the_score_does_not_decide(points):
    picture = drawing.assessments(points=points, maximum=13, bands=[], title=HOSTILE)

    assert Checked(picture.svg).faults == []
    assert "does not decide" in picture.legend


def test_a_timeline_of_nothing_says_so():
    picture = drawing.timeline(lanes=[], events=[], now=date(2026, 11, 23), title="a")

    assert picture.svg == ""
    assert picture.description


def a_point(day, **counts):
    return {"on": date(2026, 11, day), "done": 0, "todo": 0, "blocked": 0, "late": 0, **counts}


def test_progress_says_in_words_how_far_things_are_and_has_its_table():
    points = [a_point(3, todo=3), a_point(9, done=1, late=2), a_point(20, done=2, blocked=1, late=1)]
    picture = drawing.progress(points=points, title=HOSTILE, legend=HOSTILE)

    assert Checked(picture.svg).faults == []
    assert picture.description == "2 done, 1 cannot go on, 1 late"
    assert [row[1:] for row in picture.rows] == [[0, 3, 0, 0], [1, 0, 0, 2], [2, 0, 1, 1]]
    assert all(f">{words}</text>" in picture.svg for words in ("2 done", "1 cannot go on", "1 late"))
    assert ">0 to do</text>" not in picture.svg


@pytest.mark.parametrize("points", [[], [a_point(3)]])
def test_progress_of_nothing_says_so(points):
    assert drawing.progress(points=points, title="a").description in (
        "No action has been given yet.",
        "Nothing is left to do.",
    )


def test_a_bar_escapes_its_marks():
    bar = drawing.range_bar(known=6, low=6, high=9, maximum=13, marks=[{"value": 7, "label": HOSTILE}])

    assert Checked(bar).faults == []
    assert "<script" not in bar
