"""The commands behind the launcher: what a person gets wrong is said in one sentence."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from egide.command_line import Mistake, answered_at_once, catalogues, deployment, serving
from egide.command_line.wording import language

ROOT = Path(__file__).resolve().parents[2]


def egide(*arguments, data=None, **more):
    """Run a command in a process of its own, as the launcher does."""
    hidden = {"DJANGO_SETTINGS_MODULE", "EGIDE_DATA", "EGIDE_DATABASE_URL", "EGIDE_KEY_FILE"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8", **more}
    command = [sys.executable, "-m", "egide", *arguments, *(["--data", str(data)] if data else [])]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


class TestOptions:
    @pytest.mark.parametrize(
        "given", [["--data", "x", "y"], ["y", "--data=x"], ["--data", "z", "y", "--data", "x"]]
    )
    def test_are_taken_out_wherever_they_stand(self, given):
        assert deployment.take_option(given, "--data") == ("x", ["y"])

    @pytest.mark.parametrize("given", [["--data"], ["--data="]])
    def test_without_their_value_are_a_mistake(self, given):
        with pytest.raises(Mistake):
            deployment.take_option(given, "--data")

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.5", "many", "٣"])
    def test_a_port_is_a_number_in_range(self, port):
        with pytest.raises(Mistake, match="65535"):
            deployment.take_number(["--port", port], "--port", lowest=1, highest=65535)

    def test_what_nobody_knows_is_refused(self):
        with pytest.raises(Mistake, match="--fast"):
            deployment.refuse_rest("demo", ["--fast"])


class TestLanguage:
    @pytest.mark.parametrize(
        ("variables", "expected"),
        [
            ({}, "en"),
            ({"LANG": "fr_CA.UTF-8"}, "fr"),
            ({"LANG": "fr_CA.UTF-8", "LC_ALL": "en_CA.UTF-8"}, "en"),
            ({"LANG": "de_DE.UTF-8"}, "en"),
            ({"LANG": "en_CA.UTF-8", "LC_MESSAGES": "fr_FR"}, "fr"),
        ],
    )
    def test_is_the_terminals(self, variables, expected, monkeypatch):
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

        assert language() == expected


class TestDemonstrationFolder:
    def test_is_marked_before_anything_is_written(self, tmp_path):
        deployment.mark_as_fictional(tmp_path / "new")

        assert (tmp_path / "new" / deployment.MARK).exists()
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0

    def test_is_never_one_that_holds_something_else(self, tmp_path):
        (tmp_path / "egide.sqlite3").write_bytes(b"")

        with pytest.raises(Mistake, match="--data"):
            deployment.mark_as_fictional(tmp_path)

    def test_that_cannot_be_written_is_said(self, tmp_path):
        (tmp_path / "file").write_text("")

        with pytest.raises(Mistake):
            deployment.mark_as_fictional(tmp_path / "file" / "below")

    def test_stays_under_the_settings_of_a_demonstration(self, tmp_path, monkeypatch):
        monkeypatch.setenv("EGIDE_DATA", "")
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.prod")
        deployment.mark_as_fictional(tmp_path)

        deployment.use(tmp_path)

        assert os.environ["DJANGO_SETTINGS_MODULE"] == deployment.DEMO_SETTINGS


class TestPort:
    def test_the_next_free_one_is_taken_when_none_was_asked(self, monkeypatch):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            monkeypatch.setattr(serving, "FIRST_PORT", taken.getsockname()[1])

            assert serving.free_port("127.0.0.1", None) > taken.getsockname()[1]

    def test_a_taken_one_is_refused_when_it_was_asked(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()

            with pytest.raises(Mistake, match="--port"):
                serving.free_port("127.0.0.1", taken.getsockname()[1])


class TestCatalogues:
    def test_are_compiled_when_stale_and_only_then(self, tmp_path, monkeypatch):
        folder = tmp_path / "module" / "locale" / "fr" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").write_text(
            'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        )
        monkeypatch.setattr(catalogues, "SOURCE", tmp_path)

        assert catalogues.compile_stale() == 1
        assert catalogues.compile_stale() == 0
        assert [path.name for path in sorted(folder.iterdir())] == ["django.mo", "django.po"]


class TestErrors:
    def test_work_to_do_is_not_answered_at_once(self):
        assert answered_at_once(["serve"]) is None

    @pytest.mark.parametrize(
        "arguments",
        [
            ("ledger",),
            ("ledger", "burn"),
            ("demo", "--port", "no"),
            ("demo", "--fast"),
            ("import", "people", "x.csv"),
            ("serve", "--host", "0.0.0.0"),
            ("check", "this"),
        ],
    )
    def test_a_mistake_ends_with_status_2_and_no_traceback(self, arguments, tmp_path):
        done = egide(*arguments, data=None if arguments[0] == "check" else tmp_path)

        assert done.returncode == 2
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr

    def test_a_database_not_made_yet_is_said(self, tmp_path):
        done = egide("ledger", "verify", data=tmp_path)

        assert done.returncode == 1
        assert "./egide migrate" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_database_out_of_reach_is_said(self, tmp_path):
        done = egide(
            "ledger", "verify", data=tmp_path, EGIDE_DATABASE_URL="postgres://nobody@/none?host=/nonexistent"
        )

        assert done.returncode == 1
        assert "does not answer" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_real_deployment_without_its_settings_is_said(self, tmp_path):
        done = egide("ledger", "verify", data=tmp_path, DJANGO_SETTINGS_MODULE="config.settings.prod")

        assert done.returncode == 2
        assert "EGIDE_SECRET_KEY" in done.stderr
        assert "Traceback" not in done.stderr
