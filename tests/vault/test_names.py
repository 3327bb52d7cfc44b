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
    assert set(names.sounds(names.words(one)[0].joined)) & set(names.sounds(names.words(other)[0].joined))


@pytest.mark.parametrize(("one", "other"), [("Martin", "Cyr"), ("Roy", "Boudreau"), ("Smith", "Landry")])
def test_names_heard_apart_do_not(one, other):
    assert not set(names.sounds(names.words(one)[0].joined)) & set(names.sounds(names.words(other)[0].joined))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Marie-Ève St-Pierre", ["marie", "eve", "saintpierre"]),
        ("de la Tour", ["delatour"]),
        ("D'Amours", ["damours"]),
        ("  ", []),
        ("Łukasz Ødegård", ["lukasz", "odegard"]),
        ("李 小龍", ["李", "小龍"]),
        ("Le", ["le"]),
    ],
)
def test_words_are_folded(text, found):
    assert [word.joined for word in names.words(text)] == found


#: One person, as different hands write them.
ONE_NAME = [
    ("O'Neil", "O’Neil", "ONeil", "O Neil", "o'neil"),
    ("LeBlanc", "Le Blanc", "LEBLANC", "Leblanc", "Le-Blanc"),
    ("D'Amours", "Damours", "d’Amours", "D Amours"),
    ("St-Pierre", "Saint-Pierre", "St. Pierre", "Saintpierre", "ST PIERRE"),
    ("Ste-Marie", "Sainte Marie"),
    ("McDonald", "Mac Donald", "MacDonald", "Mc Donald"),
    ("De La Cruz", "de la Cruz", "Delacruz"),
    ("Al-Masri", "Al Masri", "Almasri"),
]


@pytest.mark.parametrize("written", ONE_NAME)
def test_one_name_is_one_word_however_it_is_written(written):
    assert len({tuple(word.joined for word in names.words(name)) for name in written}) == 1


@pytest.mark.parametrize(
    ("text", "alone"), [("O'Neil", "neil"), ("Le Blanc", "blanc"), ("De La Cruz", "cruz"), ("Landry", "")]
)
def test_the_word_alone_is_kept_beside_it(text, alone):
    [word] = names.words(text)
    assert word.alone == alone


def test_double_names_stay_two():
    assert [word.joined for word in names.words("Marie Tremblay-Gagnon")] == ["marie", "tremblay", "gagnon"]


@given(st.text(max_size=40))
def test_any_text_has_words_and_sounds(text):
    for word in names.words(text):
        assert all(names.sounds(word.joined))


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

    @pytest.mark.parametrize("written", ONE_NAME)
    def test_a_name_is_found_however_it_is_written(self, written):
        for stored in written:
            kept = blind.name_tokens("Marie", stored)
            for searched in written:
                [(exact, _sounds)] = blind.search_tokens(searched)
                assert exact in kept.exact

    def test_without_its_beginning_it_is_found_and_is_nobody_elses(self):
        kept = blind.name_tokens("Marie", "Le Blanc")

        [(exact, _sounds)] = blind.search_tokens("Blanc")
        assert exact in kept.phonetic
        assert not set(blind.exact_tokens("Blanc")) & set(kept.exact)

    def test_what_was_stored_without_its_beginning_is_found_with_it(self):
        [(_exact, others)] = blind.search_tokens("D'Amours")
        assert set(others) & set(blind.name_tokens("Marie", "Amours").exact)

    def test_a_family_name_alone_makes_nobody_meet(self):
        one, other = blind.name_tokens("Marie", "D'Amours"), blind.name_tokens("Jean", "Damours")
        assert len(set(one.exact) & set(other.exact)) == 1

    def test_hold_no_letters_of_the_name(self):
        for token in (
            *blind.name_tokens("Marie", "Landry").exact,
            *blind.name_tokens("Marie", "Landry").phonetic,
        ):
            assert len(token) == blind.TOKEN_BYTES
            assert b"andry" not in token

    def test_a_digest_depends_on_its_purpose(self):
        assert blind.digest("a", "2026-1") == blind.digest("a", "2026-1") != blind.digest("b", "2026-1")
