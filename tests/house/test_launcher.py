"""`./egide`, which must work where nothing is installed."""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from egide.command_line.catalogue import COMMANDS, texts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """Answer the launcher as a module, with an environment of its own."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "egide"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("launcher", loader))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    environment = tmp_path / "venv"
    for name, value in {
        "ENVIRONMENT": environment,
        "PYTHON": environment / "bin" / "python",
        "SPARE_PIP": environment / "spare-pip",
        "RECEIPT": environment / "receipt.json",
    }.items():
        monkeypatch.setattr(module, name, value)
    environment.mkdir()
    return module


def start(*arguments, language="en", **more):
    """Run ./egide with nothing in its environment, and answer how it ended."""
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": f"{language}_CA.UTF-8", **more}
    return subprocess.run(
        [sys.executable, str(ROOT / "egide"), *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


class TestHelp:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_describes_every_command_in_both_languages(self, language):
        assert list(texts(language)) == list(COMMANDS)
        assert all("\n\n" in text for text in texts(language).values())

    def test_needs_nothing_installed(self, tmp_path):
        done = start("--help", EGIDE_VENV=str(tmp_path / "none"))

        assert done.returncode == 0
        assert all(name in done.stdout for name in COMMANDS)
        assert not (tmp_path / "none").exists()

    @pytest.mark.parametrize("name", [name for name in COMMANDS if name != "manage"])
    def test_explains_each_command(self, name):
        done = start(name, "--help")

        assert (done.returncode, done.stderr) == (0, "")
        assert f"./egide {COMMANDS[name].usage}" in done.stdout

    def test_speaks_french(self):
        assert "données fictives" in start("demo", "--help", language="fr").stdout

    def test_a_misspelt_command_is_answered_with_the_nearest_one(self):
        done = start("ledgre")

        assert done.returncode == 2
        assert "ledger" in done.stderr
        assert "Traceback" not in done.stderr


class TestReceipt:
    def test_a_new_environment_holds_nothing(self, launcher):
        assert not launcher.is_installed("runtime")

    def test_what_was_installed_is_not_installed_again(self, launcher):
        launcher.RECEIPT.write_text(json.dumps({"runtime": launcher.digest("runtime")}))

        assert launcher.is_installed("runtime")
        assert not launcher.is_installed("dev")

    def test_a_developers_environment_serves_everyday_use(self, launcher):
        launcher.RECEIPT.write_text(json.dumps({"dev": launcher.digest("dev")}))

        assert launcher.is_installed("runtime")

    def test_changed_requirements_are_noticed(self, launcher):
        launcher.RECEIPT.write_text(json.dumps({"runtime": "of another day"}))

        assert not launcher.is_installed("runtime")

    def test_a_torn_receipt_counts_for_nothing(self, launcher):
        launcher.RECEIPT.write_text('{"runti')

        assert not launcher.is_installed("runtime")


class TestWithoutPip:
    """Debian's bare Python has neither pip nor ensurepip."""

    @pytest.fixture
    def bare(self, launcher):
        shutil.rmtree(launcher.ENVIRONMENT)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", launcher.ENVIRONMENT], check=True)
        return launcher

    @pytest.fixture
    def small_pip(self, tmp_path):
        """Answer a folder that passes for pip."""
        folder = tmp_path / "found" / "pip"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "__main__.py").write_text("print('pip 1')")
        (tmp_path / "found" / "something_else.py").write_text("")
        return folder

    def test_copies_pip_and_nothing_beside_it(self, bare, small_pip):
        assert bare.copy_pip(small_pip)
        assert [path.name for path in bare.SPARE_PIP.iterdir()] == ["pip"]

    def test_opens_a_wheel(self, bare, small_pip, tmp_path):
        wheel = tmp_path / "pip-1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for file in small_pip.iterdir():
                archive.write(file, f"pip/{file.name}")
            archive.writestr("pip-1.dist-info/METADATA", "Name: pip")

        assert bare.copy_pip(wheel)
        assert [path.name for path in bare.SPARE_PIP.iterdir()] == ["pip"]

    def test_refuses_a_copy_that_does_not_start(self, bare, small_pip):
        (small_pip / "__main__.py").write_text("raise SystemExit(3)")

        assert not bare.copy_pip(small_pip)
        assert not bare.SPARE_PIP.exists()

    def test_tries_the_next_place_when_one_has_none(self, bare, small_pip, monkeypatch):
        monkeypatch.setattr(bare, "pip_of_the_system", lambda folder: None)
        monkeypatch.setattr(bare, "pip_wheel_on_disk", lambda folder: None)
        monkeypatch.setattr(bare, "pip_from_debian", lambda folder: small_pip)

        assert bare.pip_environment()["PYTHONPATH"] == str(bare.SPARE_PIP)

    def test_says_what_to_install_when_there_is_none_anywhere(self, bare, monkeypatch):
        for name in ("pip_of_the_system", "pip_wheel_on_disk", "pip_from_debian"):
            monkeypatch.setattr(bare, name, lambda folder: None)

        with pytest.raises(bare.Stop, match="python3-venv"):
            bare.pip_environment()


def test_does_not_remove_a_folder_it_did_not_make(launcher):
    (launcher.ENVIRONMENT / "precious").write_text("")

    with pytest.raises(launcher.Stop):
        launcher.make_environment()
    assert (launcher.ENVIRONMENT / "precious").exists()


def test_an_old_python_is_told_so(launcher, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "OLDEST", (99, 0))

    assert launcher.main(["demo"]) == 2
    assert "99.0" in capsys.readouterr().out


def test_is_executable():
    assert os.access(ROOT / "egide", os.X_OK)
