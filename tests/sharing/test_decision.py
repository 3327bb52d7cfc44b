"""One decision: agrees with a second implementation, never raised by more protection, denies on any doubt."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from egide.partners.models import Role, Sector
from egide.sharing.rules import decision
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.decision import PURPOSES, ConsentState, Question, decide
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import Answer
from tests.sharing import oracle

WRITTEN = ConsentState(is_valid=True, is_written=True, has_end=True)
NO_CONSENT = ConsentState()
consents = st.builds(ConsentState, is_valid=st.booleans(), is_written=st.booleans(), has_end=st.booleans())
regimes = st.frozensets(st.sampled_from((*oracle.REGIMES, "us-hipaa", "no-such-law")), max_size=4)
purposes = st.sampled_from((*PURPOSES, "immigration_enforcement", "marketing", ""))
questions = st.builds(
    Question,
    sector=st.sampled_from((*Sector.values, "XXX")),
    role=st.sampled_from((*Role.values, "unknown")),
    category=st.sampled_from((*CATEGORIES, "no.such.category")),
    subject_role=st.sampled_from(
        ("victim", "person_of_concern", "child", "other_at_risk", "reporter", "unknown")
    ),
    purpose=purposes,
    regimes=regimes,
    side=st.sampled_from(("victim", "management", "both", "none", "managment", "")),
    is_holder=st.booleans(),
    is_assigned=st.booleans(),
    is_recused=st.booleans(),
    has_agreement=st.booleans(),
    is_trained=st.booleans(),
    needs_consent=st.booleans(),
    consent=consents,
)
#: Mostly open: without it nearly every random question is denied for several reasons at once.
open_questions = st.builds(
    Question,
    sector=st.sampled_from(("POL", "HLT", "EDU", "VIC", "SOC", "JUS")),
    role=st.sampled_from(("coordinator", "advocate", "team_member")),
    category=st.sampled_from(sorted(CATEGORIES)),
    subject_role=st.sampled_from(("victim", "person_of_concern", "child")),
    purpose=st.just("case_management"),
    regimes=st.frozensets(st.sampled_from(oracle.REGIMES), max_size=2),
    side=st.sampled_from(("victim", "management", "both")),
    is_holder=st.sampled_from((False, False, False, True)),
    is_assigned=st.just(True),
    has_agreement=st.sampled_from((True, True, True, False)),
    needs_consent=st.booleans(),
    consent=st.sampled_from((WRITTEN, WRITTEN, ConsentState(is_valid=True, has_end=True), NO_CONSENT)),
)
either = questions | open_questions


def question(**changes):
    """A question whose answer is `share`, but for the changes."""
    return replace(
        Question(
            sector="POL", role="team_member", category="incident.facts", subject_role="victim",
            purpose="case_management", side="both", is_assigned=True, has_agreement=True, consent=WRITTEN,
        ),
        **changes,
    )  # fmt: skip


class TestAgreesWithASecondImplementation:
    @settings(max_examples=1500, deadline=None)
    @given(either)
    @example(question())
    @example(question(category="location.confidential", sector="VIC", role="advocate"))
    @example(question(category="location.confidential", sector="VIC", role="advocate", is_holder=True))
    @example(question(category="location.confidential"))
    @example(question(side="management", category="plan.safety"))
    @example(question(side="management", category="plan.safety", subject_role="person_of_concern"))
    @example(question(regimes=frozenset({"us-vawa"}), consent=ConsentState(True, True, False)))
    @example(question(regimes=frozenset({"us-ferpa"}), consent=ConsentState(True, False, True)))
    @example(question(category="reporter.identity", is_holder=True))
    def test_on_the_level_and_on_silence(self, asked):
        found = decide(asked)

        assert found.level == oracle.level(asked), oracle.ceilings(asked)
        assert found.is_silent == oracle.is_silent(asked), oracle.ceilings(asked)

    @settings(max_examples=500, deadline=None)
    @given(either)
    def test_on_the_rules_that_withhold(self, asked):
        assume(asked.purpose in PURPOSES)
        found, lowest = decide(asked), oracle.ceilings(asked)
        below = {name for name, ceiling in lowest.items() if ceiling <= found.level and ceiling < Level.SHARE}
        laws = {name for name in asked.regimes if lowest[name] <= found.level and lowest[name] < Level.SHARE}
        said = set(found.withheld_by)

        assert bool(said) == (found.level < Level.SHARE)
        assert said <= set(catalogue())
        # A rule that is named does limit; the table is named only when nothing else does.
        ours = {
            "table" if n == "table" else n
            for n in said
            if not n.startswith(("ca-nb-rt", "ca-nb-ph", "us-", "regime"))
        }
        assert ours <= below | ({"table"} if below else set())
        assert bool(
            said & {"regime-without-rule"} or any(n.startswith(("us-", "ca-nb-rt", "ca-nb-ph")) for n in said)
        ) == bool(laws)

    @pytest.mark.parametrize("sector", Sector.values)
    @pytest.mark.parametrize("category", sorted(CATEGORIES))
    def test_on_every_cell_with_consent_and_without(self, sector, category):
        for consent in (WRITTEN, NO_CONSENT):
            for needs_consent in (True, False):
                asked = question(
                    sector=sector, category=category, consent=consent, needs_consent=needs_consent
                )
                assert decide(asked).level == oracle.level(asked)


def never_raises(asked, protected):
    assert decide(protected).level <= decide(asked).level
    # And what was not told stays untold.
    assert decide(protected).is_silent or not decide(asked).is_silent


class TestMoreProtectionNeverOpensMore:
    @settings(max_examples=400, deadline=None)
    @given(either, regimes)
    def test_adding_regimes(self, asked, more):
        never_raises(asked, replace(asked, regimes=asked.regimes | more))

    @settings(max_examples=200, deadline=None)
    @given(either)
    def test_withdrawing_consent(self, asked):
        never_raises(asked, replace(asked, consent=NO_CONSENT))

    @settings(max_examples=200, deadline=None)
    @given(either)
    def test_a_consent_only_said_aloud_or_without_end(self, asked):
        never_raises(asked, replace(asked, consent=replace(asked.consent, is_written=False)))
        never_raises(asked, replace(asked, consent=replace(asked.consent, has_end=False)))

    @settings(max_examples=300, deadline=None)
    @given(
        either,
        st.sampled_from(
            [
                {"is_recused": True}, {"has_agreement": False}, {"is_assigned": False}, {"is_trained": False},
                {"needs_consent": True}, {"side": "management"}, {"is_holder": False}, {"purpose": "marketing"},
            ]
        ),
    )  # fmt: skip
    def test_any_one_tie_lost(self, asked, lost):
        never_raises(asked, replace(asked, **lost))


class TestDenies:
    @pytest.mark.parametrize(
        "purpose", ["", "marketing", "immigration_enforcement", "redress_request", "CASE_MANAGEMENT"]
    )
    def test_an_unknown_or_forbidden_purpose(self, purpose):
        found = decide(question(purpose=purpose, is_holder=True))

        assert (found.level, found.is_silent) == (Level.NONE, True)

    @pytest.mark.parametrize(
        "category", ["", "no.such.category", "victim.privileged", "justice.intelligence"]
    )
    def test_an_unknown_category_and_those_never_stored(self, category):
        assert decide(question(category=category, is_holder=True)).level == Level.NONE

    def test_a_law_without_a_rule(self):
        found = decide(question(regimes=frozenset({"xx-new-law"})))

        assert found.level == Level.NONE
        assert found.withheld_by == ("regime-without-rule",)
        assert not found.is_silent
        assert decide(question(regimes=frozenset({"xx-new-law"}), is_holder=True)).level == Level.SHARE

    @pytest.mark.parametrize(
        "broken",
        [
            {"regimes": frozenset({7})},
            {"side": None},
            {"is_assigned": "yes"},
            {"has_agreement": None},
            {"category": 'x" ; permit'},
            {"role": 12},
        ],
    )
    def test_what_the_engine_cannot_read(self, broken):
        assert decide(question(**broken)).level == Level.NONE

    def test_an_error_of_the_engine_and_does_not_remember_it(self, monkeypatch):
        asked = question(role="chair", category="threat.indicators")

        def fails(*_args, **_kwargs):
            raise RuntimeError("out of memory")

        with monkeypatch.context() as broken:
            broken.setattr("egide.sharing.rules.policies.cedarpy.is_authorized_batch", fails)
            decision._decided.cache_clear()
            found = decide(asked)
            assert (found.level, found.withheld_by, found.is_silent) == (Level.NONE, ("error",), True)

        assert decide(asked).level == Level.SHARE

    def test_one_error_among_three_answers(self, monkeypatch):
        answers = [Answer(False, ("table",)), Answer(True, ("table",)), Answer(False, ("error",))]
        monkeypatch.setattr("egide.sharing.rules.policies.PolicySet.ask", lambda *_args: answers)
        decision._decided.cache_clear()

        assert decide(question(role="trainer")).level == Level.NONE

    def test_the_same_question_has_the_same_answer(self):
        assert decide(question()) == decide(question())


@pytest.mark.parametrize(
    ("told", "changes", "level"),
    [
        ("consent lets police share facts", {}, Level.SHARE),
        ("no consent", {"consent": NO_CONSENT}, Level.NONE),
        ("her own agency's notes need none", {"consent": NO_CONSENT, "is_holder": True}, Level.SHARE),
        ("the school's record needs it in writing", {"regimes": frozenset({"us-ferpa"}), "consent": ConsentState(True, False, True)}, Level.NONE),
        ("a grantee's needs an end", {"regimes": frozenset({"us-vawa"}), "consent": ConsentState(True, True, False)}, Level.NONE),
        ("police learn that there is a protected place", {"category": "location.confidential"}, Level.FLAG),
        ("her advocate reads it", {"category": "location.confidential", "sector": "VIC", "role": "advocate"}, Level.VIEW),
        ("the coordinator reads it", {"category": "location.confidential", "sector": "VIC", "role": "coordinator"}, Level.VIEW),
        ("nobody else does, even of her own agency", {"category": "location.confidential", "sector": "VIC", "is_holder": True}, Level.FLAG),
        ("who reported is read by nobody", {"category": "reporter.identity", "is_holder": True}, Level.NONE),
        ("a court order goes to those who enforce it", {"category": "justice.orders", "consent": NO_CONSENT, "needs_consent": False}, Level.VIEW),
    ],
)  # fmt: skip
def test_known_situations(told, changes, level):
    assert decide(question(**changes)).level == level, told
