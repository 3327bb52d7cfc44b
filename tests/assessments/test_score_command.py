"""`egide score`, run as a program: no database, clear errors, exit status 2."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.assessments.sheets import MINIMAL, answers, odara_with

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path, *arguments, language="en_CA.UTF-8", stdin=None, command="score"):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    environment |= {
        "LANG": language,
        "EGIDE_DATA": str(tmp_path / "data"),
        # Nothing listens there: reaching for the database would fail.
        "EGIDE_DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "EGIDE_TEST_DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path]),
    }
    return subprocess.run(
        [sys.executable, "-m", "django", command, *map(str, arguments)],
        capture_output=True, env=environment, cwd=tmp_path, timeout=120, input=stdin, check=False,
    )  # fmt: skip


@pytest.fixture
def sheet(tmp_path):
    def write(content, name="answers.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


def test_writes_the_result_as_json(tmp_path, sheet, odara):
    done = run(tmp_path, "odara", "--answers", sheet(odara_with(odara, present=6, unknown=2)), "--json")

    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    norms, version = result.pop("norms"), result.pop("version")
    assert version == odara.version
    assert result == {
        "instrument": "odara",
        "raw": 6,
        "unknown": 2,
        "possible": [6, 8],
        "band": None,
        "determined": False,
    }
    assert [row["outcome_rate"] for row in norms[0]["rows"]] == [59, 70]
    assert "1990s" in norms[0]["period"]
    assert "share" not in norms[0]["rows"][0]


def test_scores_the_danger_assessment_by_its_alias(tmp_path, sheet, danger):
    path = sheet(answers(danger, yes="2 3 4 5 8"))

    result = json.loads(run(tmp_path, "DA", "--answers", path, "--json").stdout)

    assert (result["raw"], result["possible"], result["band"]) == (18, [18, 18], "extreme")
    assert (result["determined"], result["norms"]) == (True, [])


def test_speaks_to_a_person_in_french(tmp_path, sheet, odara):
    path = sheet(odara_with(odara, present=7))

    done = run(tmp_path, "odara", "--answers", path, language="fr_CA.UTF-8")

    text = done.stdout.decode()
    assert "Connu\u00a0: 7." in text
    assert "Le score ne décide pas" in text


def test_reads_the_standard_input(tmp_path, odara):
    done = run(tmp_path, "odara", "--answers", "-", "--json", stdin=json.dumps(answers(odara)).encode())

    assert json.loads(done.stdout)["raw"] == 0


ERRORS = {
    "a missing item": (
        "odara", {"1": None}, "Item 1 has no answer", "La question 1 est sans réponse",
    ),
    "an impossible pair": (
        "danger-assessment", {"3": "yes", "3a": "yes"}, "Items 3 and 3a cannot both be yes",
        "Les questions 3 et 3a ne peuvent pas être toutes deux à oui",
    ),
    "an unknown answer": (
        "odara", {"2": "maybe"}, "“maybe” is not an answer", "«\u00a0maybe\u00a0» n’est pas une réponse",
    ),
    "an answer that is not text": (
        "odara", {"2": True}, "“true” is not an answer", "«\u00a0true\u00a0» n’est pas une réponse",
    ),
    "an unknown item": ("odara", {"14": "yes"}, "ODARA has no item 14", "il n’y a pas de question 14"),
    "not applicable where it always applies": (
        "odara", {"1": "not_applicable"}, "Item 1 always applies", "La question 1 s’applique toujours",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_what_is_wrong_in_the_readers_language(tmp_path, sheet, odara, danger, name, language):
    code, changes, english, french = ERRORS[name]
    content = answers(odara if code == "odara" else danger) | changes
    content = {key: value for key, value in content.items() if value is not None}

    done = run(tmp_path, code, "--answers", sheet(content), "--json", language=f"{language}_CA.UTF-8")

    assert (done.returncode, done.stdout) == (2, b"")
    assert (english if language == "en" else french) in done.stderr.decode()


@pytest.mark.parametrize(
    ("content", "english"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON (line 1"),
        (b"[1, 2]", "one object of answers"),
        (b'"yes"', "one object of answers"),
        (b'{"1": "yes", "1": "no"}', "Item 1 is answered twice"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b" " * (1024 * 1024 + 1), "too large"),
        (b'{"\\u001b[31m": "yes"}', "no item"),
    ],
)
def test_a_hostile_file_gets_a_sentence(tmp_path, sheet, content, english):
    done = run(tmp_path, "odara", "--answers", sheet(content), "--json")

    assert (done.returncode, done.stdout) == (2, b"")
    assert english in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr


def test_a_file_that_is_not_there_and_an_unknown_instrument(tmp_path, sheet):
    absent = run(tmp_path, "odara", "--answers", tmp_path / "absent.json")
    folder = run(tmp_path, "odara", "--answers", tmp_path)
    unknown = run(tmp_path, "tarot", "--answers", sheet({}), language="fr_CA.UTF-8")

    assert (absent.returncode, folder.returncode, unknown.returncode) == (2, 2, 2)
    assert "cannot be read" in absent.stderr.decode()
    assert "danger-assessment, ntac-guide, odara" in unknown.stderr.decode()


def test_reads_a_file_that_begins_with_a_byte_order_mark(tmp_path, sheet, odara):
    path = sheet(b"\xef\xbb\xbf" + json.dumps(answers(odara)).encode())

    assert run(tmp_path, "odara", "--answers", path, "--json").returncode == 0


def test_a_definition_file_is_scored_before_it_is_brought_in(tmp_path, sheet):
    path = tmp_path / "own.yaml"
    path.write_text(MINIMAL, encoding="utf-8")

    done = run(tmp_path, path, "--answers", sheet({"1": "yes", "2": "no"}), "--json")

    assert (done.returncode, json.loads(done.stdout)["raw"]) == (0, 5)


def test_a_definition_file_that_is_broken_is_named(tmp_path, sheet):
    path = tmp_path / "mine.yaml"
    path.write_text("code: mine", encoding="utf-8")

    done = run(tmp_path, path, "--answers", sheet({}))

    assert done.returncode == 2
    assert "titles: is missing" in done.stderr.decode()


def test_what_is_not_added_up_has_no_number(tmp_path, sheet):
    done = run(tmp_path, "ntac-guide", "--answers", sheet({"TA01": "concern", "TA02": "unknown"}), "--json")

    result = json.loads(done.stdout)
    assert {"unknown": 1, "outcome": None}.items() <= result.items()
    assert not {"raw", "possible", "band"} & set(result)


class TestCheck:
    def check(self, tmp_path, content, language="en_CA.UTF-8"):
        path = tmp_path / "own.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run(tmp_path, "check", path, command="instruments", language=language)

    def test_says_what_a_whole_file_holds(self, tmp_path):
        done = self.check(tmp_path, MINIMAL)

        assert done.returncode == 0
        assert "own-checklist 1" in done.stdout.decode()
        assert "0 to 5" in done.stdout.decode()
        assert "two people" in done.stdout.decode()

    def test_names_the_place_of_a_mistake_in_the_readers_language(self, tmp_path):
        done = self.check(tmp_path, MINIMAL.replace("max: 5", "max: 6"), language="fr_CA.UTF-8")

        assert (done.returncode, done.stdout) == (2, b"")
        assert "score.max: les questions donnent 5, et non 6" in done.stderr.decode()

    def test_refuses_a_file_that_is_too_large_and_one_that_runs_code(self, tmp_path):
        for content in (b"#" * 300_000, "code: !!python/object/apply:os.system [id]"):
            assert self.check(tmp_path, content).returncode == 2
