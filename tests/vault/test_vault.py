"""Sealing, opening on a grant, rotation, recovery, destruction."""

import copy
import json
import os
import pickle
import stat

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from egide.common.ids import new_id
from egide.vault import deployment_secrets, envelope, errors, recovery, services, unsealing
from egide.vault.fields import Sealed, SealedField, ciphertext_of
from egide.vault.models import COMPARTMENTS, FileKeys
from egide.vault.providers import LocalKeyProvider, provider
from egide.vault.services import SealContext
from egide.vault.unsealing import SealedItem
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
SECRET_TEXT = "12, rue Union, Edmundston — chez sa sœur"


def sealed(compartment="location", text=SECRET_TEXT):
    file_id, row = new_id(), new_id()
    services.create_file_keys(file_id=file_id)
    context = SealContext("cases.Entry", "content", row)
    value = services.seal(file_id=file_id, compartment=compartment, plaintext=text, context=context)
    return SealedItem(file_id, compartment, context, value)


def opened(*items, compartments=COMPARTMENTS):
    grant = unsealing.Grant(unsealing._MINT, {item.file_id: frozenset(compartments) for item in items})
    return unsealing.unseal_many(grant, items)


class TestSeal:
    def test_opens_what_it_sealed(self):
        assert opened(sealed()) == [SECRET_TEXT]

    def test_says_nothing_of_the_text(self):
        assert SECRET_TEXT.encode() not in sealed().sealed

    def test_the_same_text_is_sealed_differently_each_time(self):
        assert sealed().sealed != sealed().sealed

    @pytest.mark.parametrize(
        "move",
        [
            lambda i: SealedItem(
                i.file_id, i.compartment, SealContext("cases.Entry", "content", new_id()), i.sealed
            ),
            lambda i: SealedItem(
                i.file_id, i.compartment, SealContext("cases.Task", "content", i.context.row), i.sealed
            ),
            lambda i: SealedItem(
                i.file_id, i.compartment, SealContext("cases.Entry", "text", i.context.row), i.sealed
            ),
            lambda i: SealedItem(i.file_id, "common", i.context, i.sealed),
            lambda i: SealedItem(i.file_id, i.compartment, i.context, i.sealed[:-1]),
            lambda i: SealedItem(i.file_id, i.compartment, i.context, b""),
            lambda i: SealedItem(i.file_id, i.compartment, i.context, b"\x02" + i.sealed[1:]),
            lambda i: SealedItem(
                i.file_id, i.compartment, i.context, i.sealed[:-1] + bytes([i.sealed[-1] ^ 1])
            ),
        ],
    )
    def test_does_not_open_when_moved_or_damaged(self, move, caplog):
        item = sealed()

        with pytest.raises(errors.Damaged):
            opened(move(item))

        assert "cases." in caplog.text
        assert SECRET_TEXT not in caplog.text

    def test_a_file_does_not_open_with_the_keys_of_another(self):
        one, other = sealed(), sealed()
        mixed = SealedItem(other.file_id, one.compartment, one.context, one.sealed)

        with pytest.raises(errors.Damaged):
            opened(mixed)

    def test_keys_are_read_in_one_query(self, django_assert_num_queries):
        items = [sealed() for _turn in range(5)]

        with django_assert_num_queries(1):
            opened(*items)


class TestGrant:
    def test_only_the_issuer_makes_grants(self):
        with pytest.raises(PermissionError):
            unsealing.Grant(object(), {})

    def test_the_issuer_is_claimed_once(self):
        with pytest.raises(PermissionError):
            unsealing.claim_issuer("anybody")

    def test_opens_nothing_outside_the_grant(self):
        item = sealed("location")

        with pytest.raises(PermissionError):
            opened(item, compartments=("common",))

    def test_a_look_alike_is_no_grant(self):
        class Fake(unsealing.Grant):
            def __init__(self):
                pass

            def covers(self, file_id, compartment):
                return True

        with pytest.raises(PermissionError):
            unsealing.unseal_many(Fake(), [sealed()])


class TestSealedValue:
    def test_never_prints_formats_or_serialises(self):
        value = Sealed(sealed().sealed)

        for text in (repr(value), str(value), f"{value}", f"{value:>20}", "%s" % value):  # noqa: UP031
            assert "sealed" in text
        with pytest.raises(TypeError):
            pickle.dumps(value)
        with pytest.raises(TypeError):
            json.dumps(value)
        assert copy.deepcopy(value) == value

    def test_a_sealer_shows_and_gives_no_key(self):
        sealer = services.create_file_keys(file_id=new_id())

        assert repr(sealer) == "<sealer>"
        assert not hasattr(sealer, "keys")
        with pytest.raises(TypeError):
            pickle.dumps(sealer)

    def test_reads_both_what_was_assigned_and_what_was_stored(self):
        assert ciphertext_of(b"x") == ciphertext_of(Sealed(b"x")) == ciphertext_of(memoryview(b"x")) == b"x"
        assert ciphertext_of(None) == b""
        assert SealedField().value_to_string(FileKeys()) == "<sealed>"


class TestKeyFile:
    def test_is_for_its_owner_only(self, own_keys):
        assert stat.S_IMODE(os.stat(own_keys.path).st_mode) == 0o600

    @pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644])
    def test_refuses_a_file_others_can_read(self, own_keys, mode):
        os.chmod(own_keys.path, mode)

        with pytest.raises(errors.KeyUnavailable, match="0600"):
            own_keys.current_id()

    def test_is_never_overwritten(self, own_keys):
        before = own_keys.path.read_bytes()
        with pytest.raises(FileExistsError):
            own_keys.create()
        with pytest.raises(CommandError):
            call_command("init")
        assert own_keys.path.read_bytes() == before

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", '{"current":"x","keys":{}}', '{"current":"a","keys":{"a":"AAAA"}}']
    )
    def test_says_plainly_when_it_is_damaged(self, own_keys, text):
        own_keys.path.write_text(text)
        with pytest.raises(errors.KeyUnavailable):
            own_keys.current_id()

    def test_says_plainly_when_it_is_missing(self, tmp_path):
        with pytest.raises(errors.KeyUnavailable):
            LocalKeyProvider(tmp_path / "none").current_id()

    def test_another_key_opens_nothing(self, own_keys, settings, tmp_path):
        item = sealed()
        settings.EGIDE_KEY_FILE = str(tmp_path / "other.key")
        provider().create()

        with pytest.raises(errors.KeyUnavailable):
            opened(item)


class TestRotation:
    def test_rewraps_every_key_and_forgets_the_old_master(self, own_keys):
        items = [sealed() for _turn in range(7)]
        index = deployment_secrets.secret("name-index")
        former = own_keys.current_id()
        seen = []

        count = services.rotate(batch=3, progress=lambda done, total: seen.append((done, total)))

        deployment_secrets.forget()
        assert count == 7
        assert seen == [(3, 7), (6, 7), (7, 7)]
        assert own_keys.current_id() != former
        assert not own_keys.is_rotating()
        assert opened(*items) == [SECRET_TEXT] * 7
        assert deployment_secrets.secret("name-index") == index

    def test_goes_on_where_it_was_stopped(self, own_keys):
        items = [sealed() for _turn in range(7)]

        class Stopped(Exception):
            pass

        def stop(done, total):
            raise Stopped

        with pytest.raises(Stopped):
            services.rotate(batch=2, progress=stop)
        assert opened(*items) == [SECRET_TEXT] * 7
        with pytest.raises(errors.KeyUnavailable):
            services.rotate()

        assert services.rotate(batch=2, is_resuming=True) == 5
        assert opened(*items) == [SECRET_TEXT] * 7

    def test_a_key_split_is_refused_meanwhile(self, own_keys):
        own_keys.begin_rotation()
        with pytest.raises(ValueError):
            recovery.split(own_keys, threshold=2, shares=3)


class TestRecovery:
    @pytest.mark.parametrize("chosen", [(0, 1, 2), (4, 2, 0), (1, 3, 4)])
    def test_any_k_of_n_bring_the_key_back(self, own_keys, chosen):
        item, former = sealed(), own_keys.current_id()
        shares = recovery.split(own_keys, threshold=3, shares=5)
        own_keys.path.unlink()

        recovery.recover(own_keys, mnemonics=[shares[n] for n in chosen], expected_id=former)

        assert opened(item) == [SECRET_TEXT]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda s: s[:2],
            lambda s: [s[0], s[0], s[1]],
            lambda s: [s[0], s[1], s[2].rsplit(" ", 1)[0] + " academic"],
            lambda s: [],
            lambda s: ["one two three"],
        ],
    )
    def test_fewer_or_mistyped_shares_make_no_key(self, own_keys, spoil):
        shares = recovery.split(own_keys, threshold=3, shares=5)
        own_keys.path.unlink()

        with pytest.raises(recovery.BadShares):
            recovery.recover(own_keys, mnemonics=spoil(shares))

        assert not own_keys.path.exists()

    def test_refuses_whole_shares_of_another_key(self, own_keys, tmp_path):
        other = LocalKeyProvider(tmp_path / "other.key")
        other.create()
        shares = recovery.split(other, threshold=2, shares=2)
        own = own_keys.current_id()
        own_keys.path.unlink()

        with pytest.raises(recovery.BadShares):
            recovery.recover(own_keys, mnemonics=shares, expected_id=own)

    @pytest.mark.parametrize(("needed", "shares"), [(1, 3), (4, 3), (2, 17), (0, 0)])
    def test_impossible_numbers_are_refused(self, own_keys, needed, shares):
        with pytest.raises(ValueError):
            recovery.split(own_keys, threshold=needed, shares=shares)

    def test_the_drill_by_the_command_line(self, own_keys, capsys, tmp_path):
        item = sealed()
        call_command("keys", "split", "--needed", "2", "--shares", "3")
        words = [line for line in capsys.readouterr().out.splitlines() if len(line.split()) >= 20]
        file = tmp_path / "shares.txt"
        file.write_text("\n".join(words[1:]))
        own_keys.path.unlink()

        call_command("keys", "recover", str(file))

        assert len(words) == 3
        assert opened(item) == [SECRET_TEXT]


class TestShred:
    def test_nobody_reads_the_file_again(self):
        item = sealed()

        assert services.shred(file_id=item.file_id, at=NOON)

        with pytest.raises(errors.Shredded):
            opened(item)
        with pytest.raises(errors.Shredded):
            services.seal(file_id=item.file_id, compartment="common", plaintext="x", context=item.context)
        assert not services.shred(file_id=item.file_id, at=NOON)

    def test_leaves_no_key_behind(self):
        item = sealed()
        services.shred(file_id=item.file_id, at=NOON)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(COMPARTMENTS)} FROM vault_filekeys")
            assert cursor.fetchone() == (None,) * 5


def test_the_envelope_refuses_a_short_value():
    with pytest.raises(envelope.NotOpened):
        envelope.unseal(b"k" * 32, b"\x01short", b"")
