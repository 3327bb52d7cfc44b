"""A partner's file: read in the ways it comes, refused clearly, imported once and whole."""

import datetime
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from egide.cases.importing import mapping, reading
from egide.cases.lifecycle import State
from egide.cases.models import Case, Entry, File, NameToken, Referral, Task
from egide.cases.services import entries
from egide.cases.services.importing import import_referrals
from egide.common.errors import PermissionDenied
from egide.ledger import services as ledger
from egide.ledger.verification import verify
from egide.sharing import services as sharing
from tests.conftest import NOON

DATA = Path(__file__).with_name("data")
TODAY = datetime.date(2026, 11, 23)


def checked(name):
    path = DATA / name
    return mapping.check(reading.read(path.read_bytes(), name=path.name), today=TODAY)


class TestReading:
    def test_reads_what_a_records_system_exports(self):
        found = checked("police.csv")

        assert not found.errors
        assert found.repeats == 1
        [(line, first), (_line, second), (_other, third)] = found.referrals
        assert line == 2
        assert first.victim.given_name == "Marie-Ève"
        assert first.incident == "A menacé avec un couteau;\nles enfants étaient là."
        assert first.indicators == ("weapon", "children")
        assert first.person_of_concern.born_on == datetime.date(1984, 3, 14)
        assert first.is_emergency
        assert second.person_of_concern is None
        assert third.incident == '=HYPERLINK("x")'

    def test_names_every_mistake_by_line_and_column_in_the_readers_language(self):
        with translation.override("fr"):
            found = checked("police_bad.csv")
            said = [str(error) for error in found.errors]

        assert found.bad_lines == {2, 3, 4}
        assert {(e.line, e.column) for e in found.errors} == {
            (2, "Naissance victime"), (3, "Nom victime"), (3, "Naissance victime"), (3, "Date incident"), (3, "Urgence"),
            (4, "Résumé"), (4, "Indicateurs"),
        }  # fmt: skip
        assert not any("peut-être" in text or "telepathy" in text for text in said)

    def test_a_number_twice_with_other_content_names_both_lines(self):
        table = reading.read(b"file_number,nom_victime,resume\n1,A,x\n1,B,y\n", name="x.csv")

        [error] = mapping.check(table, today=TODAY).errors

        assert error.line == 3
        assert "2" in error.message

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_reads_the_usual_encodings_and_separators(self, encoding, separator):
        text = (
            separator.join(["nom_victime", "resume"])
            + "\r\n"
            + separator.join(["Thériault", "Menacé"])
            + "\r\n"
        )

        [row] = reading.read(text.encode(encoding), name="x.csv").rows

        assert row.cells == {"nom_victime": "Thériault", "resume": "Menacé"}

    @pytest.mark.parametrize(
        "data",
        [
            b"", b"   \n", b"\0\1\2", b"one column\nx\n", b"a,b\n", b"a,a\n1,2\n", b'a,b\n"x\n', b"{", b'{"x": 1}', b"[1]",
            b'[{"a": {"b": 1}}]', b"[" * 100_000, b"a,b\n1,2,3\n", b"PK\x03\x04\x00\x00", b"a,b\n" + b"x" * 50_000 + b",1\n",
            b"x" * (reading.MOST_BYTES + 1), b"\xff\xfe\x00",
        ],
    )  # fmt: skip
    def test_refuses_clearly_what_it_cannot_read(self, data):
        with pytest.raises(reading.ReadError) as refused:
            reading.read(data, name="file.csv")
        assert str(refused.value)

    @given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json"]))
    def test_any_bytes_are_a_table_or_a_clear_refusal(self, data, name):
        try:
            table = reading.read(data, name=name)
        except reading.ReadError as refused:
            assert str(refused)
        else:
            mapping.check(table, today=TODAY)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("2026-11-23", datetime.date(2026, 11, 23)),
            ("2026/1/5", datetime.date(2026, 1, 5)),
            ("23/11/2026", datetime.date(2026, 11, 23)),
            ("11/23/2026", datetime.date(2026, 11, 23)),
            ("05/05/2026", datetime.date(2026, 5, 5)),
            ("2026-11-23T08:00:00Z", datetime.date(2026, 11, 23)),
            ("03/04/2026", "ambiguous"),
            ("2026-02-30", None),
            ("0001-01-01", None),
            ("hier", None),
            ("", None),
        ],
    )
    def test_dates_are_read_when_only_one_reading_is_possible(self, text, found):
        assert mapping.parse_day(text) == found


def imported(world, name="police.csv", **options):
    contents = [content for _line, content in checked(name).referrals]
    return import_referrals(
        referrals=contents, programme_id=world.programme.pk, actor=world.officer, at=NOON, **options
    )


@pytest.mark.django_db
class TestImport:
    def test_opens_a_case_for_each_and_is_safe_to_repeat(self, world):
        assert imported(world).new == 3
        again = imported(world)

        assert (again.new, again.known) == (0, 3)
        assert Case.objects.filter(state=State.RECEIVED).count() == 3
        ledger.integrate(at=NOON)
        assert verify().is_whole

    def test_makes_what_the_form_makes(self, world):
        [(_line, content), *_more] = checked("police.csv").referrals
        import_referrals(referrals=[content], programme_id=world.programme.pk, actor=world.officer, at=NOON)
        by_file = Case.objects.get()
        from egide.cases.services import referring

        by_hand = referring.refer(
            programme_id=world.programme.pk, content=content, actor=world.officer, at=NOON
        ).case
        by_hand.refresh_from_db()

        def seen(case):
            found = []
            for file in File.objects.filter(case=case).order_by("role"):
                file.case = case
                view = sharing.open_file(actor=world.coordinator, file=file, purpose="intake_triage", at=NOON)
                found.append(
                    (
                        file.role,
                        sorted(
                            (i.category, i.form, i.kind, str(i.observed_on), str(i.content))
                            for i in view.items
                        ),
                    )
                )
                found.append(
                    sharing.open_names(
                        actor=world.coordinator, files=[file], purpose="intake_triage", at=NOON
                    )[file.pk]
                )
                found.append(
                    sorted(
                        (bytes(t), e, s)
                        for t, e, s in NameToken.objects.filter(file=file).values_list(
                            "token", "is_exact", "side"
                        )
                    )
                )
                found.append(
                    list(
                        Entry.objects.filter(file=file)
                        .order_by("category", "form")
                        .values_list("regimes", "holder", "compartment")
                    )
                )
            return found

        assert seen(by_file) == seen(by_hand)
        for name in ("state", "next_due_at", "next_due_kind", "language", "level", "is_open"):
            assert getattr(by_file, name) == getattr(by_hand, name)
        assert list(Task.objects.filter(case=by_file).values_list("kind", "due_at", "side")) == list(
            Task.objects.filter(case=by_hand).values_list("kind", "due_at", "side")
        )
        assert entries.victim_file(by_file)

    def test_a_dry_run_writes_nothing(self, world):
        assert imported(world, is_dry_run=True).new == 3
        assert not Case.objects.exists()
        assert not Referral.objects.exists()

    def test_is_refused_from_outside_the_programme(self, world):
        world.programme.partners.clear()
        with pytest.raises(PermissionDenied):
            imported(world)

    def test_keeps_only_a_keyed_digest_of_the_senders_number(self, world):
        imported(world)
        assert all(len(bytes(d)) == 32 for d in Referral.objects.values_list("external_digest", flat=True))

    def test_the_same_number_of_two_agencies_is_two_referrals(self, world):
        imported(world)
        contents = [content for _line, content in checked("police.csv").referrals]
        made = import_referrals(
            referrals=contents, programme_id=world.programme.pk, actor=world.nurse, at=NOON
        )
        assert made.new == 3


@pytest.mark.django_db
class TestCommand:
    def run(self, world, name, *options):
        call_command(
            "import_referrals",
            "referrals",
            str(DATA / name),
            "--as",
            world.officer.account.username,
            "--lang",
            "fr",
            *options,
        )

    def test_says_what_it_did(self, world, capsys):
        self.run(world, "police.csv", "--dry-run")
        self.run(world, "police.csv")
        self.run(world, "police.json")

        assert Case.objects.count() == 5
        assert "3" in capsys.readouterr().out

    def test_a_bad_row_stops_everything_with_status_1(self, world, capsys):
        with pytest.raises(SystemExit) as ended:
            self.run(world, "police_bad.csv")

        assert ended.value.code == 1
        assert not Case.objects.exists()
        assert "Naissance victime" in capsys.readouterr().err

    def test_sets_bad_rows_aside_when_asked(self, world, tmp_path):
        source = tmp_path / "export.csv"
        source.write_bytes((DATA / "police_bad.csv").read_bytes())

        call_command(
            "import_referrals",
            "referrals",
            str(source),
            "--as",
            world.officer.account.username,
            "--only-valid",
        )

        kept = tmp_path / "export.csv.rejected.csv"
        assert Case.objects.count() == 1
        assert kept.stat().st_mode & 0o777 == 0o600
        assert len(kept.read_text(encoding="utf-8").splitlines()) == 4

    def test_a_missing_file_or_account_is_said_plainly(self, world):
        with pytest.raises(CommandError):
            self.run(world, "none.csv")
        with pytest.raises(CommandError):
            call_command("import_referrals", "referrals", str(DATA / "police.csv"), "--as", "nobody")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_case_once(world):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite one waits for the other")
    outcomes = []

    def work():
        try:
            outcomes.append(imported(world).new)
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Case.objects.count() == Referral.objects.count() == 3, outcomes


def test_the_command_by_the_launcher_refuses_in_french(tmp_path):
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": str(root / "src"),
        "LANG": "fr_CA.UTF-8",
        "LC_ALL": "fr_CA.UTF-8",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    empty = tmp_path / "vide.csv"
    empty.write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "egide", "import", "referrals", str(empty), "--data", str(tmp_path)],
        env=environment, capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
