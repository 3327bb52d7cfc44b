"""Names found by word and by ear, through keyed tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.vault import blind, deployment_secrets
from egide.vault.models import Secret
from egide.vault.rules import names

ALIKE = [
    ("Landry", "Landri"),
    ("Thériault", "Terrio"),
    ("Lévesque", "Levêque"),
    ("Gauthier", "Gautier"),
    ("Michaud", "Micheau"),
    ("Pelletier", "Peltier"),
    ("Cyr", "Sire"),
    ("Beaulieu", "Bolieu"),
    ("Smith", "Smyth"),
    ("Phillips", "Filips"),
    ("Catherine", "Kathryn"),
    ("Stephen", "Steven"),
    ("Noël", "Noel"),
    ("Lœuil", "Loeuil"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_heard_alike_share_a_sound(one, other):
    assert set(names.sounds(names.words(one)[0])) & set(names.sounds(names.words(other)[0]))


@pytest.mark.parametrize(("one", "other"), [("Martin", "Cyr"), ("Roy", "Boudreau"), ("Smith", "Landry")])
def test_names_heard_apart_do_not(one, other):
    assert not set(names.sounds(names.words(one)[0])) & set(names.sounds(names.words(other)[0]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Marie-Ève St-Pierre", ["marie", "eve", "st", "pierre"]),
        ("de la Tour", ["tour"]),
        ("D'Amours", ["amours"]),
        ("  ", []),
        ("Łukasz Ødegård", ["lukasz", "odegard"]),
        ("李 小龍", ["李", "小龍"]),
        ("Le", ["le"]),
    ],
)
def test_words_are_folded(text, found):
    assert names.words(text) == found


@given(st.text(max_size=40))
def test_any_text_has_words_and_sounds(text):
    for word in names.words(text):
        assert all(names.sounds(word))


@pytest.mark.django_db
class TestTokens:
    def test_are_keyed(self):
        first = blind.name_tokens("Marie", "Landry")
        Secret.objects.all().delete()
        deployment_secrets.forget()

        assert not set(first.exact) & set(blind.name_tokens("Marie", "Landry").exact)

    def test_a_search_meets_what_was_stored(self):
        stored = blind.name_tokens("Marie-Ève", "Thériault")

        [(exact, sounds)] = blind.search_tokens("terrio")
        assert exact not in stored.exact
        assert set(sounds) & set(stored.phonetic)
        [(exact, _sounds)] = blind.search_tokens("THERIAULT")
        assert exact in stored.exact

    def test_hold_no_letters_of_the_name(self):
        for token in (
            *blind.name_tokens("Marie", "Landry").exact,
            *blind.name_tokens("Marie", "Landry").phonetic,
        ):
            assert len(token) == blind.TOKEN_BYTES
            assert b"andry" not in token

    def test_a_digest_depends_on_its_purpose(self):
        assert blind.digest("a", "2026-1") == blind.digest("a", "2026-1") != blind.digest("b", "2026-1")
