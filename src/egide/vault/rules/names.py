"""Names as they are compared: without accents, by word, and by how they sound in French and in English."""

import re
import unicodedata
from functools import lru_cache

import jellyfish

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
#: Words that link names and help to find nobody.
_PARTICLES = frozenset({"de", "du", "des", "le", "la", "les", "l", "d", "van", "von", "der", "of", "the"})

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


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in spread if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """List the words of a name, folded: lower case, no accents, no particles unless there is nothing else."""
    plain = text.lower() if text.isascii() else _folded(text)
    found = re.findall(r"[^\W\d_]+", plain)
    kept = [word for word in found if word not in _PARTICLES]
    return list(dict.fromkeys(kept or found))


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
