"""The decision table written down a second time, by hand, from domain/information-sharing.md §4.

A cell is the most a sector may have: - nothing, F flag, V view, S share. What the source writes with a
condition is written here as the condition leaves it when nothing else is known:
V* (only the tasks that agency must do) is F, V† (only what a court-ordered programme requires) is -,
"emergency only" and "court order" are -, "V, needed facts" and "V, time-boxed" are V, "own" is - (who holds
an item reads it anyway). A row of one role alone carries it after an @.
"""

SECTORS = ("POL", "HLT", "BHV", "EDU", "VIC", "SOC", "JUS", "COM", "EMP", "EVA", "PUB")

NONE = """
justice.orders            V - - - - - V - - - -
aggregate.deidentified    - - - - - - - - - V V
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
aggregate.deidentified    V V V V V V V V V S S
"""

THREAT = """
identity.core                     S V V V S V - - - - -
identity.core@person_of_concern   S S S S V V S F F - -
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

#: The rest is not in the source: the deployment's own choices, written again to catch a slip.
HARM = """
identity.core             V V V V V V - - - - -
threat.indicators         V V V V V V V - - - -
incident.facts            V V V - V V - - - - -
risk.assessment.summary   V V V - V V - - - - -
health.general            V V V - V V - - - - -
health.mental             V V V - V - - - - - -
child.protection          V - - - - V - - - - -
"""

COMMON = """
identity.core             V V V V V V V - - - -
incident.facts            V V V V V V V - - - -
threat.indicators         V V V V V V V - - - -
risk.assessment.summary   V V V V V V V - - - -
plan.management           V V V V F V V - - - -
health.general            - V V - V V - - - - -
health.mental             - V V - - - - - - - -
justice.orders            V V V V V V V - - - -
justice.history           V - - - - - V - - - -
child.protection          F F F F F V F - - - -
conference.record         V V V V V V V - - - -
"""

MANDATE = """
identity.core             S - - - - S S - - - -
contact.safe              - - - - - - S - - - -
location.confidential     - - - - - - S - - - -
incident.facts            S - - - - S S - - - -
threat.indicators         S - - - - S S - - - -
risk.assessment.summary   S - - - - S S - - - -
risk.assessment.answers   - - - - - - S - - - -
plan.management           S - - - - - S - - - -
health.general            S - - - - S S - - - -
health.mental             S - - - - S S - - - -
health.substance-use      - - - - - - S - - - -
education.record          S - - - - S S - - - -
justice.orders            S - - - - S S - - - -
justice.history           S - - - - - S - - - -
justice.juvenile          - - - - - - S - - - -
child.protection          S - - - - S S - - - -
social.services           - - - - - S S - - - -
conference.record         - - - - - - S - - - -
"""

DOCTOR = """
identity.core             - V V - - - - - - - -
incident.facts            - V V - - - - - - - -
health.general            - V V - - - - - - - -
health.mental             - V V - - - - - - - -
health.substance-use      - V V - - - - - - - -
"""

SELF = """
identity.core             - - - - - - - - - - S
identity.protected        - - - - - - - - - - S
contact.safe              - - - - - - - - - - S
plan.safety               - - - - - - - - - - S
consent.record            - - - - - - - - - - S
incident.facts            - - - - - - - - - - V
threat.indicators@victim  - - - - - - - - - - V
risk.assessment.summary   - - - - - - - - - - V
health.general            - - - - - - - - - - V
health.mental             - - - - - - - - - - V
health.substance-use      - - - - - - - - - - V
education.record          - - - - - - - - - - V
justice.orders            - - - - - - - - - - V
justice.history@person_of_concern - - - - - - - - - - V
social.services           - - - - - - - - - - V
referral.status           - - - - - - - - - - V
"""

TOTALS = """
aggregate.deidentified    V V V V V V V V V S S
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
        ("serious_harm_reduction", HARM),
        ("common_programme", COMMON),
        ("legal_mandate", MANDATE),
        ("medical_emergency", DOCTOR),
        ("self", SELF),
        ("deidentified", TOTALS),
    )
    for place, level in rows(text).items()
    if level
}
