"""The checks of `./egide check` find what they are for."""

import os
import subprocess

import pytest

from egide.command_line import machine
from tools.check import diagrams, hygiene, postgres


class TestHygiene:
    @pytest.mark.parametrize(
        "line",
        [
            "index = https://py" + "pi.org/simple",
            "resolved: https://registry." + "npmjs.org/x/-/x-1.tgz",
            "pip install --index" + "-url=http://mirror",
            "cd /ro" + "ot/project",
            "see /ho" + "me/someone/notes",
            "-----BEGIN " + "RSA PRIVATE KEY-----",
            "token = ghp" + "_" + "a" * 36,
            "postgres://egide:hunter" + "22@db.example/egide",
        ],
    )
    def test_finds(self, line):
        assert hygiene.problems_in(f"first\n{line}\n")[0][0] == 2

    @pytest.mark.parametrize(
        "line",
        [
            "postgres://egide@/egide?host=/run/postgresql",
            "postgres://{user}:{password}@{host}/{name}",
            "the framework is at djangoproject.com",
            "../work/notes and src/root/file",
            "https://example.org/home/page",
        ],
    )
    def test_leaves_the_rest_alone(self, line):
        assert hygiene.problems_in(line) == []

    def test_nothing_of_the_kind_is_in_the_project(self):
        assert hygiene.problems() == []


def test_a_drawing_leaves_out_what_a_longer_way_implies():
    edges = {"cases": {"vault", "sharing"}, "sharing": {"vault"}, "vault": set()}

    assert diagrams.reduced(edges) == {"cases": {"sharing"}, "sharing": {"vault"}, "vault": set()}


@pytest.mark.slow
@pytest.mark.skipif(machine.postgresql() is None, reason="PostgreSQL is not installed")
class TestCluster:
    def test_answers_while_it_lasts_and_leaves_nothing(self):
        with postgres.running() as made:
            folder, pid = made.folder, made.server_pid()
            assert made.psql("SELECT current_database()", database="egide").strip() == "egide"

        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_listens_to_this_machine_only(self):
        with postgres.running() as made:
            assert made.psql("SHOW listen_addresses").strip() == "127.0.0.1"

    def test_a_killed_server_starts_again_with_what_was_committed(self):
        with postgres.running({}) as made:
            made.psql("CREATE TABLE kept AS SELECT 7 AS n", database="egide")
            made.stop(9)
            made.start()

            assert made.psql("SELECT n FROM kept", database="egide").strip() == "7"

    def test_passes_on_the_exit_status_of_a_command(self):
        assert postgres.main(["sh", "-c", 'test -n "$EGIDE_TEST_DATABASE_URL" && exit 7']) == 7


def test_a_cluster_without_postgresql_is_said(monkeypatch):
    monkeypatch.setattr(machine, "postgresql", lambda: None)

    with pytest.raises(postgres.NoPostgreSQL), postgres.running():
        raise AssertionError("it cannot have started")


def test_the_ci_script_is_valid_shell():
    subprocess.run(["bash", "-n", str(hygiene.ROOT / ".ci" / "run")], check=True)
