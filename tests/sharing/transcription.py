"""The decision table written down a second time, by hand, from domain/information-sharing.md §4.

A cell is the most a sector may have: - nothing, F flag, V view, S share. What the source writes with a
condition is written here as the condition leaves it when nothing else is known:
V* (only the tasks that agency must do) is F, V† (only what a court-ordered programme requires) is -,
"emergency only" and "court order" are -, "V, needed facts" and "V, time-boxed" are V, "own" is - (who holds
an item reads it anyway). Where the source has one row for the person of concern and one for the victim, and
the table one row for both, the lower cell stands.
"""

SECTORS = ("POL", "HLT", "BHV", "EDU", "VIC", "SOC", "JUS", "COM", "EMP", "EVA", "PUB")

NONE = """
justice.orders            V - - - - - V - - - -
"""

CONSENT = """
identity.core             S S S S S S S V V - -
identity.protected        - V V V V V - - - - -
identity.immigration      - - - - V V - - - - -
contact.safe              V V V V S V V - - - -
location.confidential     F - - F V - F - - - -
incident.facts            S V V V S V S - - - -
threat.indicators         S V S V V V V - F - -
belief.expression         - - V - - - - - - - -
risk.assessment.summary   S V V V S V S - - - -
risk.assessment.answers   V - V - V - - - - - -
plan.safety               F F F F S F - - - - -
plan.management           S V S V F V S F F - -
health.general            V S V - V V - - - - -
health.mental             - V S - V V - - - - -
health.substance-use      - V S - V V - - - - -
education.record          - V V S - V - - - - -
justice.orders            S V V V S V S F F - -
justice.history           S - V - F V S - - - -
justice.juvenile          - - - - - - V - - - -
child.protection          V F V F F S V - - - -
social.services           - V V V V S V - - - -
referral.status           V V V V S S V V V - -
conference.record         V V V V V V V - - - -
"""

THREAT = """
identity.core             S V V V V V - - - - -
location.confidential     V - - - V - - - - - -
threat.indicators         S S S S S V S F V - -
incident.facts            S V V V V V V - - - -
risk.assessment.summary   V V V V V V V - - - -
health.general            V S S V V - - - - - -
health.mental             V S S V V - - - - - -
education.record          V V V S V V - - - - -
justice.orders            S F F F V F S - - - -
justice.history           S F F F V F S - - - -
"""

#: Ours, not the source's: who explains a consent reads it back.
OURS = """
consent.record            - - - - V - - - - - -
"""

LEVELS = {"-": 0, "F": 1, "V": 2, "S": 3}


def rows(text):
    """Answer {(category, sector): level} of one table above."""
    found = {}
    for line in text.strip().splitlines():
        category, *cells = line.split()
        assert len(cells) == len(SECTORS), line
        found.update({(category, sector): LEVELS[cell] for sector, cell in zip(SECTORS, cells, strict=True)})
    return found


#: Every cell that is not nothing, by basis, category and sector.
CELLS = {
    (basis, *place): level
    for basis, text in (
        ("none", NONE),
        ("consent", CONSENT + OURS.lstrip()),
        ("serious_imminent_threat", THREAT),
    )
    for place, level in rows(text).items()
    if level
}
