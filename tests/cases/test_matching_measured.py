"""How often the comparison is right, on fictional people made by a seeded generator, each pair labelled by how it was made.

The figures are those `docs/matching.md` gives. They say that the numbers of `matching_data` hold together, not how often
they would be right of real people: slips here are those we thought of.
"""

import datetime
import random
from dataclasses import replace

from egide.cases.rules import matching
from egide.cases.rules.matching import Band, Known, compare
from egide.cases.rules.matching_data import GIVEN_ALIKE
from egide.vault.rules import names

GIVEN = [
    "Marie-Ève",
    "Anne",
    "Catherine",
    "William",
    "Robert",
    "Joseph",
    "Luc",
    "Zoé",
    "Geneviève",
    "Madeleine",
    "Émilie",
    "Margaret",
    "Elizabeth",
    "Jean-Guy",
    "Paul",
    "Mathieu",
    "Daniel",
    "Patricia",
    "Rachel",
    "Noémie",
    "Fatima",
    "Amina",
    "Olena",
    "Juan",
    "Ahmed",
    "Nicholas",
    "Thomas",
    "Michael",
    "Susan",
    "Rebecca",
    "Évangéline",
    "Alphonse",
    "Chantal",
    "Monique",
    "Réjean",
    "Sylvie",
    "Yvette",
    "Ginette",
    "Roland",
    "Denise",
    "Claudette",
    "Normand",
    "Lise",
    "Huguette",
    "Armand",
]
FAMILY = [
    "Thériault",
    "LeBlanc",
    "Cormier",
    "Boudreau",
    "Arsenault",
    "Gautreau",
    "Doucet",
    "Hébert",
    "Richard",
    "Landry",
    "Gallant",
    "Poirier",
    "Roy",
    "Cyr",
    "Melanson",
    "O’Neil",
    "McDonald",
    "MacIntyre",
    "St-Pierre",
    "D’Amours",
    "Haché",
    "Robichaud",
    "Savoie",
    "Comeau",
    "Bourque",
    "Chiasson",
    "Duguay",
    "Losier",
    "Mallet",
    "Noël",
    "Paulin",
    "Smith",
    "Murphy",
    "Nguyen",
    "Haddad",
    "Shevchenko",
    "Garcia",
    "Sock",
    "Levi",
    "Perley",
    "Sappier",
    "Francis",
    "Ouellette",
    "Michaud",
]
STREETS = [
    "Union",
    "Main",
    "King",
    "Church",
    "Mountain",
    "Priestman",
    "Regent",
    "Brunswick",
    "Queen",
    "Water",
    "Acadie",
    "Pleasant",
    "Victoria",
    "Elm",
]
#: Pairs of each kind; enough that a share moves by little when the seed does.
MANY = 1500


def somebody(chance):
    born = datetime.date(1940, 1, 2) + datetime.timedelta(days=chance.randrange(70 * 365))
    number = f"506-{chance.randint(200, 999)}-{chance.randint(0, 9999):04d}"
    street = f"{chance.randint(1, 400)} {chance.choice(STREETS)} Street"
    return Known(chance.choice(GIVEN), chance.choice(FAMILY), str(born), (number,), (street,))


def slip(word, chance):
    place = chance.randrange(1, max(2, len(word) - 1))
    return chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            names.folded(word).title(),
            word.replace("-", " "),
        ]
    )


def called(given, chance):
    group = next((sorted(group) for group in GIVEN_ALIKE if names.folded(given) in group), None)
    return chance.choice(group).title() if group else given.split("-")[0]


def again(person, chance):
    """The same person as somebody else writes them: names slip, dates are read wrongly, what is not known is left out."""
    born = datetime.date.fromisoformat(person.born)
    if chance.random() < 0.15:
        person = replace(person, given=slip(person.given, chance))
    elif chance.random() < 0.15:
        person = replace(person, given=called(person.given, chance))
    if chance.random() < 0.25:
        person = replace(person, family=slip(person.family, chance))
    dice = chance.random()
    if dice < 0.03 and born.day <= 12:
        person = replace(person, born=str(datetime.date(born.year, born.day, born.month)))
    elif dice < 0.06 and (born.month, born.day) != (2, 29):
        person = replace(person, born=str(born.replace(year=born.year + 1)))
    elif dice < 0.11:
        person = replace(person, born=str(born.year))
    elif dice < 0.31:
        person = replace(person, born="")
    if chance.random() < 0.6:
        person = replace(person, phones=() if chance.random() < 0.6 else somebody(chance).phones)
    if chance.random() < 0.6:
        person = replace(person, addresses=() if chance.random() < 0.6 else somebody(chance).addresses)
    return person


def relative(person, chance):
    """Somebody of the same home and family name."""
    other = somebody(chance)
    return replace(other, family=person.family, phones=person.phones, addresses=person.addresses)


def namesake(person, chance):
    other = somebody(chance)
    return again(replace(other, given=person.given, family=person.family), chance)


def bands(pairs):
    found = [compare(*pair).band for pair in pairs]
    return {band: found.count(band) / len(found) for band in Band}


def looked_for(typed, stored):
    """Whether the blind index leads from what is typed to what is stored: a word of each name meets."""

    def tokens(name, *, is_typed):
        made = set()
        for word in names.words(name):
            made |= {word.joined, word.alone, *names.sounds(word.joined)} - {""}
            made |= (
                set(matching.spellings(word))
                if is_typed
                else set(names.sounds(word.alone) if word.alone else [])
            )
        return made

    kept = tokens(stored.given, is_typed=False) | tokens(stored.family, is_typed=False)
    return all(tokens(name, is_typed=True) & kept for name in (typed.given, typed.family) if name)


def test_most_who_are_the_same_are_asked_about_and_almost_nobody_else():
    chance = random.Random(2026)
    people = [somebody(chance) for _n in range(MANY)]
    same = [(one, again(one, chance)) for one in people]
    strangers = [(one, somebody(chance)) for one in people]
    relatives = [(one, relative(one, chance)) for one in people]
    namesakes = [(one, namesake(one, chance)) for one in people]
    of = {name: bands(pairs) for name, pairs in
          (("same", same), ("strangers", strangers), ("relatives", relatives), ("namesakes", namesakes))}  # fmt: skip

    asked = {name: 1 - shares[Band.UNLIKELY] for name, shares in of.items()}
    likely = {name: shares[Band.VERY_LIKELY] for name, shares in of.items()}
    led_to = sum(looked_for(*pair) for pair in same) / MANY
    assert asked["same"] >= 0.98
    assert likely["same"] >= 0.88
    assert led_to >= 0.97
    # As many strangers, relatives and namesakes as people who are the same: harder than any programme.
    assert likely["strangers"] == likely["relatives"] == likely["namesakes"] == 0
    assert asked["strangers"] <= 0.001
    assert asked["relatives"] <= 0.05
    # Where a birth date is not known, names are all there is to go by.
    assert asked["namesakes"] <= 0.22
