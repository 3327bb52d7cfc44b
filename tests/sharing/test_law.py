"""Every rule by name, on each side of it; the situations of the domain notes §7.5; deliberate faults are caught."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from egide.sharing.rules.catalogue import catalogue, profiles
from egide.sharing.rules.decision import decide
from egide.sharing.rules.enabling import Deployment
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import PolicySet, load, texts
from tests.sharing import law, oracle

POLICIES, SCHEMA = texts()


def acted(rule, found):
    """Say whether a rule had a part in an answer."""
    if rule.id == "table":  # it is read for every answer; it acts where it is the limit
        return "table" in found.withheld_by
    return rule.id in {*found.allowed_by, *found.withheld_by, *found.obligations}


class TestEveryRule:
    def test_has_a_case_on_each_side(self):
        assert set(law.CASES) == set(catalogue()) - set(law.ACT_NOWHERE)

    @pytest.mark.parametrize("name", sorted(law.CASES))
    def test_acts_where_it_should_and_not_beside(self, name, deployment):
        sides, rule = law.CASES[name], catalogue()[name]
        deployment(is_fictional=True, profiles=sides.profiles)

        assert acted(rule, decide(sides.acting)), decide(sides.acting)
        assert not acted(rule, decide(sides.beside)), decide(sides.beside)

    @pytest.mark.parametrize("name", sorted(law.CASES))
    def test_makes_a_difference(self, name, deployment):
        """A denial lowers the level, a door raises it: what is beside it is otherwise the same."""
        sides, rule = law.CASES[name], catalogue()[name]
        deployment(is_fictional=True, profiles=sides.profiles)
        acting, beside = decide(sides.acting).level, decide(sides.beside).level

        if rule.effect == "deny" or name == "table":
            assert acting < beside
        elif rule.effect == "permit":
            assert acting >= Level.VIEW

    @pytest.mark.parametrize("name", sorted(law.CASES))
    def test_both_sides_agree_with_the_second_implementation(self, name, deployment):
        sides = law.CASES[name]
        deployment(is_fictional=True, profiles=sides.profiles)

        for asked in (sides.acting, sides.beside):
            assert decide(asked).level == oracle.level(asked, sides.profiles), oracle.ceilings(
                asked, sides.profiles
            )

    @pytest.mark.parametrize("profile", sorted(profiles()))
    def test_what_acts_nowhere_acts_in_no_profile(self, profile, deployment):
        assert "ca-nb-clare" not in deployment(is_fictional=True, profiles=(profile,)).ids


def policy_blocks():
    """Answer each policy's text by its id."""
    return {m[1]: m[0] for m in re.finditer(r'@id\("([^"]+)"\)\n.*?;\n', POLICIES, re.S)}


def flipped(block):
    """Answer the policy with one condition turned round, one way for each condition there is."""
    for match in re.finditer(
        r"(?<![!\w.])((?:context|principal|resource)\.[\w.]*(?:is|has|can|names)[A-Z]\w*)", block
    ):
        yield block[: match.start()] + "!(" + match[0] + ")" + block[match.end() :]
    for match in re.finditer(r"\b(when|unless) \{", block):
        other = "unless {" if match[1] == "when" else "when {"
        yield block[: match.start()] + other + block[match.end() :]


def differs(text, sides, before):
    """Say whether a mutated policy set answers any of the situations of the law otherwise."""
    from egide.sharing.rules import decision

    mutated = PolicySet(text, SCHEMA, regimes=load_for(sides).regimes)
    for asked, expected in before:
        found = decision.decide(asked, mutated)
        if (found.level, found.allowed_by, found.withheld_by, found.obligations) != expected:
            return True
    return False


def load_for(sides):
    return load(
        POLICIES, SCHEMA, rules=catalogue(), deployment=Deployment(is_fictional=True, profiles=sides.profiles)
    )


class TestFaults:
    """A rule dropped, or one of its conditions turned round, changes an answer asked here."""

    @pytest.mark.parametrize("name", sorted(law.CASES))
    def test_a_rule_dropped_is_caught(self, name, deployment):
        sides = law.CASES[name]
        deployment(is_fictional=True, profiles=sides.profiles)
        before = [(q, answer(q)) for q in (sides.acting, sides.beside)]

        assert differs(POLICIES.replace(policy_blocks()[name], ""), sides, before)

    @pytest.mark.parametrize("name", sorted(law.CASES))
    def test_a_condition_turned_round_is_caught(self, name, deployment):
        sides = law.CASES[name]
        deployment(is_fictional=True, profiles=sides.profiles)
        before = [(q, answer(q)) for q in neighbours(name)]
        block = policy_blocks()[name]
        escaped = [
            other for other in flipped(block) if not differs(POLICIES.replace(block, other), sides, before)
        ]

        assert not escaped


def answer(asked):
    found = decide(asked)
    return found.level, found.allowed_by, found.withheld_by, found.obligations


def neighbours(name):
    """The two sides of a rule and, around the one where it acts, each yes/no turned round once."""
    sides = law.CASES[name]
    centres = [sides.acting, sides.beside, *sides.others]
    found = list(centres)
    for centre in centres:
        for state in ("consent", "threat", "mandate", "programme"):
            value = getattr(centre, state)
            for part, said in vars(value).items():
                if isinstance(said, bool):
                    found.append(replace(centre, **{state: replace(value, **{part: not said})}))
        for part, said in vars(centre).items():
            if isinstance(said, bool):
                found.append(replace(centre, **{part: not said}))
    return found


class TestSituationsOfTheNotes:
    """§7.5, those that are decided here; the others are tested where they happen."""

    def test_1_an_addiction_note_and_a_threat_do_not_go_to_the_police(self):
        asked = replace(
            law.THREATENED,
            sector="POL",
            category="health.mental",
            regimes=frozenset({"us-part2", "us-hipaa"}),
        )
        found = decide(asked)

        assert found.level == Level.NONE
        assert "us-part2-no-threat-exception" in found.withheld_by
        assert (
            "without saying that the person is a patient"
            in catalogue()["us-part2-no-threat-exception"].text_en
        )
        assert decide(replace(asked, regimes=frozenset({"us-hipaa"}))).level == Level.VIEW

    def test_2_under_the_schools_hat_and_not_under_the_polices(self):
        record = {
            "category": "education.record",
            "regimes": frozenset({"us-ferpa"}),
            "purpose": "threat_assessment",
        }
        school = replace(
            law.CONSENTED, sector="EDU", is_holder=True, is_visiting=True, consent=law.NONE, **record
        )
        police = replace(law.CONSENTED, sector="POL", consent=law.NONE, **record)

        assert decide(school).level == Level.VIEW
        assert decide(police).level == Level.NONE
        assert "us-ferpa-redisclosure" in decide(school).obligations

    def test_4_a_guardian_suspected_of_the_abuse_consents_to_nothing(self):
        for basis in ("", "consent"):
            asked = replace(law.CONSENTED, named_basis=basis, consent=law.BY_ABUSER)
            assert (
                decide(asked).level
                == decide(replace(asked, consent=law.NONE, named_basis="")).level
                == Level.NONE
            )

    def test_8_the_french_report_goes_to_the_prosecutor_alone(self, deployment):
        deployment(is_fictional=True, profiles=("fr",))
        danger = replace(law.DANGER, is_under_hold=True, is_agreement_sought=True)
        asked = replace(law.THREATENED, regimes=frozenset({"fr-secret"}), threat=danger)

        told = Counter(
            role
            for sector in ("POL", "HLT", "VIC", "SOC", "JUS")
            for role in ("prosecutor", "coordinator", "advocate", "team_member", "chair")
            if decide(replace(asked, sector=sector, role=role)).level >= Level.VIEW
        )
        assert set(told) == {"prosecutor"}

    def test_9_clares_law_is_off(self, deployment):
        deployment(is_fictional=True, reviewed={"ca-nb-clare": "Anne Roy, 2026-11-02"})
        asked = replace(
            law.ASKED, category="justice.history", subject_role="person_of_concern", purpose="victim_safety",
            regimes=frozenset({"ca-nb-rtippa"}),
        )  # fmt: skip

        assert decide(asked).level == Level.NONE
