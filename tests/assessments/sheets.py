"""Sheets of answers, by situation."""

from egide.assessments.rules.definition import Definition

#: A whole definition, as short as may be.
MINIMAL = """
code: own-checklist
version: "1"
titles: {en: Own, fr: La nôtre}
kind: weighted
evidence: {en: None was published, fr: Aucune n’a été publiée}
limits: {en: Ours, fr: Les nôtres}
rights: {status: own, holder: Us, note: {en: Ours, fr: À nous}}
respondent: team
validity: {notes: {en: Anyone, fr: Tout le monde}}
requires_certificate: false
items:
  - {code: 1, label: {en: First, fr: Premier}, points: {yes: 2}, answers: [yes, no, unknown, na]}
  - {code: 2, label: {en: Second, fr: Deuxième}, points: {yes: -1}, only_if: {item: 1, answer: yes}}
score: {formula: sum, min: 0, max: 5, adjustments: [{if: {item: 1, answer: yes}, add: 3}]}
"""

#: A rule of the shape of a lethality screen: fictional lines, of no instrument.
RULE = (
    """
code: harbour-screen
version: "1"
titles: {en: Harbour screen, fr: Dépistage du port}
kind: trigger
rights: {status: own, holder: Us, note: {en: Ours, fr: À nous}}
respondent: officer
validity: {notes: {en: Fictional boats, fr: Bateaux fictifs}}
requires_certificate: false
evidence: {en: None was published, fr: Aucune n’a été publiée}
limits: {en: Fictional, fr: Fictif}
items:
"""
    + "".join(
        f"  - {{code: {number}, label: {{en: Boat {number}, fr: Bateau {number}}}}}\n"
        for number in range(1, 12)
    )
    + """
triggers:
  - {any_of: [1, 2, 3]}
  - {at_least: 4, of: [4, 5, 6, 7, 8, 9, 10, 11]}
  - {judgement: true}
"""
)
#: A structured judgement: presence and relevance in the tool's own words; fictional lines.
JUDGED = """
code: garden-guide
version: "1"
titles: {en: Garden guide, fr: Guide du jardin}
kind: spj
rights: {status: own, holder: Us, note: {en: Ours, fr: À nous}}
respondent: team
validity: {notes: {en: Fictional gardens, fr: Jardins fictifs}}
requires_certificate: false
evidence: {en: None was published, fr: Aucune n’a été publiée}
limits: {en: Fictional, fr: Fictif}
answers:
  - {code: there, label: {en: There, fr: Là}}
  - {code: perhaps, label: {en: Perhaps, fr: Peut-être}}
  - {code: omitted, label: {en: Omitted, fr: Omis}, open: true}
relevance:
  - {code: much, label: {en: Much, fr: Beaucoup}}
  - {code: little, label: {en: Little, fr: Peu}}
items:
  - {code: A, label: {en: Roses, fr: Roses}}
  - {code: B, label: {en: Weeds, fr: Mauvaises herbes}, answers: [there, omitted]}
"""

ODARA_ITEMS = [str(number) for number in range(1, 14)]


def answers(definition: Definition, *, others: str = "no", **given: str) -> dict[str, str]:
    """Answer a complete sheet: `yes="1 2"`, `unknown="4"`, …; every other item is `others`."""
    sheet = {item.code: others for item in definition.items}
    for answer, codes in given.items():
        for code in codes.split():
            sheet[code] = answer
    return sheet


def odara_with(definition: Definition, *, present: int, unknown: int = 0) -> dict[str, str]:
    """Answer an ODARA sheet with so many items present, then so many unknown."""
    return answers(
        definition,
        yes=" ".join(ODARA_ITEMS[:present]),
        unknown=" ".join(ODARA_ITEMS[present : present + unknown]),
    )
