"""What a change of the table would change for whom: the counts before are what happens after."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from egide.cases.models import Entry, File
from egide.cases.models.case import own_programmes, remember_programmes
from egide.cases.queries import casefile, previewing
from egide.cases.services import enrolling, entries
from egide.common.errors import NotVisible
from egide.partners.models import Account, Membership, Role, Sector
from egide.sharing import emergency, grounds, proposing, tables
from egide.sharing import services as sharing
from egide.sharing.comparing import kind_of
from egide.sharing.everyone import Everyone
from egide.sharing.relation import relations
from egide.sharing.rules import editing
from egide.sharing.rules import table as rules_table
from egide.sharing.rules.levels import Level
from tests.conftest import NOON
from tests.factories import a_member, an_agency
from tests.sharing.situations import situation
from tests.sharing.test_table_versions import INCIDENT

pytestmark = pytest.mark.usefixtures("new_process")

READERS = sharing.ASSIGNABLE_ROLES


@pytest.fixture
def officers(world):
    return a_member(world.lead, Role.PRIVACY_OFFICER), a_member(world.lead, Role.PRIVACY_OFFICER)


def _other_case(world):
    """A case whose consent leaves court orders out: the police read them on no basis at all."""
    case = world.eligible(given="Anne", family="Roy")
    consent = world.consent(agencies=[world.police_agency, world.health_agency])
    consent["categories"] = [one for one in consent["categories"] if one != "justice.orders"]
    enrolling.enrol(case_id=case.pk, consent=consent, actor=world.advocate, at=NOON)
    for category in ("incident.facts", "justice.orders"):
        entries.write_entry(
            file=entries.subject_file(case),
            category=category,
            text="Some words.",
            actor=world.advocate,
            at=NOON,
        )
    return case


@pytest.fixture
def s(world):
    """Two cases; a ground to a stranger's agency, an emergency, somebody kept out, and somebody with two hats."""
    made = situation(world)
    made.other = _other_case(world)
    for n in range(3):
        a_member(world.police_agency)
        a_member(world.health_agency, account=a_member(world.school_agency).account if n else None)
    sharing.recuse(
        case_id=made.case.pk, membership=world.nurse, reason_code="relative", actor=world.coordinator, at=NOON
    )
    stranger = made.people["stranger"]
    ground = grounds.state_ground(
        actor=world.coordinator, file_id=made.concern.pk, case_id=made.case.pk, kind="serious_imminent_threat",
        recipient=stranger.agency, categories=["threat.indicators", "incident.facts"],
        said={"is_serious": True, "is_imminent": True, "is_in_good_faith": True},
        words=grounds.Words(facts="He said so.", who_is_at_risk="Her.", why_this_recipient="They can."), at=NOON,
    )  # fmt: skip
    for category in ("threat.indicators", "incident.facts"):
        made.write(category, file=made.concern)
    Entry.objects.filter(file=made.concern).update(regimes="")  # no law in the way of the ground
    grounds.decide_ground(ground_id=ground.pk, is_approved=True, actor=world.second, at=NOON)
    in_emergency = a_member(an_agency(Sector.SOCIAL_SERVICES, area=world.area))
    emergency.name_user(membership=in_emergency, actor=a_member(world.lead, Role.PRIVACY_OFFICER), at=NOON)
    emergency.open_access(
        case_id=made.case.pk, file_id=made.victim.pk, reason="Her life.", actor=in_emergency, at=NOON
    )
    return made


def readers():
    return list(
        Membership.objects.filter(role__in=READERS).select_related("agency", "account").order_by("pk")
    )


def all_files():
    return list(File.objects.select_related("case__programme__lead_agency").order_by("pk"))


def levels():
    """Ask every page's own question of every reader and file, one by one: {(account, agency, file, kind): level}."""
    found = {}
    for actor in readers():
        for file in all_files():
            records = casefile.sealed_beside([file], list(file.case.tasks.filter(file=file)), [])
            for purpose in (sharing.purpose_of(actor), "emergency_response"):
                try:
                    seen = sharing.explain(actor=actor, file=file, purpose=purpose, at=NOON, records=records)
                except NotVisible:
                    continue
                for one in seen:
                    place = (actor.account_id, actor.agency_id, file.pk, one.category)
                    found[place] = max(found.get(place, Level.NONE), one.level)
    return found


def measured(before, after):
    """What happened, in the shape of a preview: {(kind, category): (people, agencies, files)}."""
    told = {}
    for place in before.keys() | after.keys():
        kind = kind_of(before.get(place, Level.NONE), after.get(place, Level.NONE))
        if kind:
            account, agency, file, category = place
            people, agencies, files = told.setdefault((kind, category), (set(), set(), set()))
            people.add(account)
            agencies.add(agency)
            files.add(file)
    return {key: tuple(map(len, sets)) for key, sets in told.items()}


def foretold(officers, cells, **more):
    draft = proposing.drafted(cells=cells, actor=officers[0], **more)
    found = previewing.preview(
        base=draft.base, content=draft.content, changes=draft.changes, actor=officers[0], at=NOON
    )
    return found, {
        (line.kind, line.effect.category): (line.people, len(line.agencies), len(line.effect.files))
        for line in found.lines
    }


CHANGES = {
    "less for police": {INCIDENT: Level.VIEW, ("consent", "threat.indicators", "POL"): Level.NONE},
    "nothing for health": {
        ("consent", row, "HLT"): Level.NONE for row in ("incident.facts", "health.general")
    },
    "more for schools": {
        ("consent", "incident.facts", "EDU"): Level.SHARE,
        ("consent", "health.general", "EDU"): 2,
    },
    "police know no identity": {("consent", "identity.core", "POL"): Level.NONE},
    "a danger opens less": {
        ("serious_imminent_threat", "threat.indicators", "SOC"): Level.NONE,
        ("serious_imminent_threat", "incident.facts", "SOC"): Level.FLAG,
    },
    "one role's row": {("serious_imminent_threat", "identity.core@person_of_concern", "SOC"): Level.NONE},
    "orders without basis": {("none", "justice.orders", "POL"): Level.FLAG},
    "a task's words": {("consent", "conference.record", "POL"): Level.NONE},
    "what nobody reads on": {("legal_mandate", "incident.facts", "JUS"): Level.NONE},
}


#: Where another rule is in the way already (this programme asks for consent), or nobody reads on that basis now.
IDLE = ("orders without basis", "what nobody reads on")


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_foretold_is_what_happens(s, officers, name):
    cells = {cell: Level(level) for cell, level in CHANGES[name].items()}
    before = levels()
    _preview, said = foretold(officers, cells)

    made = proposing.propose(cells=cells, based_on=1, reason="To see.", actor=officers[0], at=NOON)
    proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)

    happened = measured(before, levels())
    assert said == happened
    assert bool(said) == (name not in IDLE)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_foretold_of_any_change_is_what_happens(s, officers, seed):
    chance = random.Random(seed)
    whole = rules_table.table()
    possible = [
        ((basis, row, sector), level)
        for basis in ("consent", "serious_imminent_threat", "none")
        for row in editing.rows_of(basis, whole)
        for sector in ("POL", "HLT", "EDU", "VIC", "SOC", "JUS")
        for level in Level
        if not editing.why_not((basis, row, sector), level)
    ]
    cells = dict(chance.sample(possible, 40))
    before = levels()
    _preview, said = foretold(officers, cells)

    made = proposing.propose(cells=cells, based_on=1, reason="To see.", actor=officers[0], at=NOON)
    proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)

    assert said
    assert said == measured(before, levels())


def test_going_back_is_foretold_too(s, officers):
    first = levels()
    made = proposing.propose(
        cells=CHANGES["less for police"], based_on=1, reason="To see.", actor=officers[0], at=NOON
    )
    proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)
    changed = levels()

    _preview, said = foretold(officers, {}, back_to=1)

    assert said == measured(changed, first)
    assert {kind for kind, _category in said} == {"gain", "more"}


def test_the_end_of_a_damaged_version_is_foretold(s, officers):
    from tests.sharing.test_table_versions import version

    whole = levels()
    version(officers, content={"sectors": []})
    assert levels() == {}

    _preview, said = foretold(officers, {}, back_to=1)

    happened = measured({}, whole)
    # What an agency holds itself comes back too, and was closed by no cell: it is counted with what happens.
    assert said == happened


class TestCounts:
    def test_a_person_with_two_hats_is_one_person_and_each_agency_is_counted_once(self, s, officers):
        found, said = foretold(officers, CHANGES["nothing for health"])

        people = Account.objects.filter(
            memberships__agency=s.world.health_agency, memberships__role__in=READERS
        ).distinct()
        assert (found.less.people, found.less.agencies) == (people.count(), 1)
        assert found.more == previewing.Sum(0, 0)
        assert said["loss", "incident.facts"][0] == people.count()  # the recused nurse reads the other case

    def test_few_files_are_said_to_be_few(self, s, officers):
        found, _said = foretold(officers, CHANGES["less for police"])
        assert {line.files for line in found.lines} == {None}

    def test_a_case_the_officer_is_kept_out_of_is_not_counted(self, s, officers):
        everything, _said = foretold(officers, CHANGES["less for police"])
        for case in (s.case, s.other):
            sharing.recuse(
                case_id=case.pk,
                membership=officers[0],
                reason_code="relative",
                actor=s.world.coordinator,
                at=NOON,
            )
        nothing, _said = foretold(officers, CHANGES["less for police"])
        assert everything.lines
        assert (nothing.lines, nothing.cases) == ([], 0)

    def test_says_when_older_cases_were_not_looked_at(self, s, officers, monkeypatch):
        assert not foretold(officers, CHANGES["less for police"])[0].is_partial
        monkeypatch.setattr(previewing, "MOST_CASES", 1)
        found, _said = foretold(officers, CHANGES["less for police"])
        assert (found.is_partial, found.cases) == (True, 1)

    def test_nobody_reads_here_on_what_is_handed_over_elsewhere(self, s, officers):
        found, said = foretold(officers, {("self", "incident.facts", "PUB"): Level.NONE})
        assert (found.is_elsewhere, said) == (True, {})

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
    def test_is_absent_to_everyone_else(self, s, role):
        with pytest.raises(NotVisible):
            previewing.preview(base=None, content={}, changes=(), actor=a_member(s.world.lead, role), at=NOON)

    def test_costs_the_same_however_many_there_are(self, s, officers):
        def cost():
            with CaptureQueriesContext(connection) as captured:
                foretold(officers, CHANGES["less for police"])
            return len(captured.captured_queries)

        cost()
        few = cost()
        for n in range(5):
            s.world.active(given=f"Zoé{n}", family="Roy")
            a_member(s.world.police_agency)
        assert cost() == few <= 8

    def test_leaves_no_table_behind(self, s, officers):
        foretold(officers, CHANGES["less for police"])
        assert rules_table._handed_over == {}


class TestEveryone:
    def test_has_the_ties_each_would_have_alone(self, s):
        members, files = readers(), all_files()
        everyone = Everyone(members=members, files=files, at=NOON)

        for member in members:
            alone = relations(actor=member, files=files, at=NOON)
            assert everyone.ties(member) == alone

    def test_those_said_to_be_alike_are(self, s):
        members, files = readers(), all_files()
        everyone = Everyone(members=members, files=files, at=NOON)
        groups = list(everyone.alike().values())

        assert len(groups) < len(members)
        assert sorted(one.pk for group in groups for one in group) == sorted(one.pk for one in members)
        for group in groups:
            assert all(everyone.ties(one) == everyone.ties(group[0]) for one in group)

    def test_programmes_learnt_together_are_those_learnt_alone(self, s):
        members = readers()
        remember_programmes(members)
        for member in members:
            alone = Membership.objects.get(pk=member.pk)
            assert [one.pk for one in own_programmes(member)] == [one.pk for one in own_programmes(alone)]
            assert [one.has_cases_elsewhere for one in own_programmes(member)] == [
                one.has_cases_elsewhere for one in own_programmes(alone)
            ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (0, 0, ""), (3, 3, ""), (3, 2, "less"), (2, 3, "more"), (2, 1, "loss"), (3, 0, "loss"), (0, 2, "gain"),
        (1, 3, "gain"), (1, 0, "hidden"), (0, 1, "told"),
    ],
)  # fmt: skip
def test_each_change_of_level_has_a_name(before, after, kind):
    assert kind_of(Level(before), Level(after)) == kind


def test_a_table_lent_twice_stays_until_the_last_has_done(db):
    with tables.lent(tables.content_of(None)) as key:
        with tables.lent(tables.content_of(None)) as same:
            assert same == key
        assert rules_table.is_known(key)
    assert not rules_table.is_known(key)


def test_a_table_lent_is_the_key_of_no_version(db):
    with tables.lent(tables.content_of(None)) as key:
        assert rules_table.is_known(key)
        assert ":" in key
    assert not rules_table.is_known(key)
