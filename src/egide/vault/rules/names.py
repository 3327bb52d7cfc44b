"""Names as they are compared: without accents, by word, and by how they sound in French and in English.

One person is written O'Neil, ONeil and O Neil; LeBlanc and Le Blanc; D'Amours and Damours; St-Pierre and Saint
Pierre. What links a name is joined to what follows it, so that all of these are one word; the word alone is kept
beside it for those who search without.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import jellyfish

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
#: Words that link names and help to find nobody by themselves.
_PARTICLES = frozenset({"de", "du", "des", "le", "la", "les", "l", "d", "van", "von", "der", "of", "the"})
#: Words that begin a name, as they are written when they are joined to it.
_BEGINNINGS = {name: name for name in _PARTICLES} | {
    "o": "o", "mc": "mac", "mac": "mac", "st": "saint", "saint": "saint", "ste": "sainte", "sainte": "sainte",
    "al": "al", "el": "el", "ben": "ben", "bin": "bin", "abou": "abou", "abu": "abu",
}  # fmt: skip
_MC = re.compile(r"^mc(?=[a-z]{3})")


@dataclass(frozen=True)
class Word:
    """One word of a name as it is compared; `alone` without what it begins with, empty when that is the same."""

    joined: str
    alone: str = ""


#: How French is heard, in order: each rule sees what the ones before it left.
_FRENCH = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^h", ""),
        (r"gn", "N"),
        (r"(?:eau|au)(?:lts?|lds?)$", "o"),
        (r"(?:eau|au)x?", "o"),
        (r"s(?=qu)", ""),
        (r"ph", "f"),
        (r"sch|sh|ch", "S"),
        (r"tion", "sion"),
        (r"qu|q|ck|cq", "k"),
        (r"gu(?=[eiy])", "G"),
        (r"g(?=[eiy])", "j"),
        (r"g", "G"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"th", "t"),
        (r"y", "i"),
        (r"(?:ain|ein|aim|im|in|un|um)(?![aeiouy])", "I"),
        (r"(?:an|am|en|em)(?![aeiouy])", "A"),
        (r"(?:on|om)(?![aeiouy])", "O"),
        (r"oi", "W"),
        (r"ou", "u"),
        (r"(?:ai|ei|et|ez|er|est|es)$", "e"),
        (r"ai|ei", "e"),
        (r"oeu|eu", "E"),
        (r"ille?$", "il"),
        (r"z|x", "s"),
        (r"w", "v"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)[estdpx]+$", ""),
    )
]


def folded(text: str) -> str:
    """Answer a text in lower case, without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in spread if not unicodedata.combining(c))


def words(text: str) -> tuple[Word, ...]:
    """List the words of a name, folded: lower case, no accents, each joined to what begins it."""
    plain = text.lower() if text.isascii() else folded(text)
    found, begun = [], ""
    pieces = re.findall(r"[^\W\d_]+", plain)
    for place, piece in enumerate(pieces):
        if piece in _BEGINNINGS and place + 1 < len(pieces):
            begun += _BEGINNINGS[piece]
            continue
        word = _MC.sub("mac", piece)
        found.append(Word(begun + word, word if begun else ""))
        begun = ""
    return tuple(dict.fromkeys(found))


# Words of names, of nobody in particular: a file of referrals says the same few thousand again and again.
@lru_cache(maxsize=4096)
def french_sound(word: str) -> str:
    """Answer how a folded word is heard in French; our own code, close words share it on purpose."""
    heard = word
    for pattern, sound in _FRENCH:
        heard = pattern.sub(sound, heard)
    return heard or word


def sounds(word: str) -> list[str]:
    """List the codes under which a folded word is found by ear: French, then English (Metaphone)."""
    codes = [f"fr:{french_sound(word)}"]
    if word.isascii():
        english = jellyfish.metaphone(word)
        if english:
            codes.append(f"en:{english}")
    return codes
