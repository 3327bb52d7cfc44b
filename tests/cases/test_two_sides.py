"""Whatever one side has, the other gets the same to the byte as if it had nothing (§7.1, §7.4; design §2.4)."""

import functools

import pytest

from egide.cases.urls import casework as casework_urls
from egide.partners import notifications
from egide.partners.models import Jurisdiction, NoticeKind, Role, Sector
from egide.sharing import services as sharing
from tests.cases import hidden_side as hidden
from tests.cases import test_matrix, two_sides
from tests.cases.hidden_side import MARKS, hide
from tests.conftest import NOON
from tests.factories import World, a_member, an_agency

pytestmark = pytest.mark.django_db
#: What is the programme's own, whoever works with it on the case.
OF_THE_LEAD = (hidden.asked_of_her, hidden.a_duplicate, hidden.an_emergency_access, hidden.a_transfer)


@pytest.fixture
def shared(world):
    """What both worlds hold: the case, and what the addresses of the matrix need that is no secret of hers."""
    hidden.begun(world, seat=world.probation)
    test_matrix._task(world)
    test_matrix._proposal(world)
    test_matrix._import(world)
    test_matrix._audit(world)
    return world


def without(*left_out):
    return tuple(one for one in hidden.ALL if one not in left_out)


def part(which):
    return lambda world: hide(world, which)


def only_read(_what, _url, method, _data):
    return method == "get"


def shown(with_it):
    """Answer how many pages opened: a reader shut out of everything would prove nothing."""
    return sum(1 for one in with_it.values() if one.status == 200)


def of_cases(what, _url, _method, _data):
    """Leave out what knows no case: administration, instruments, the pages of everyone."""
    return not what.startswith(("partners:", "assessments:", "web:", "ledger:", "sharing:"))


def with_a_space(answer):
    answer.content += b" "
    return answer


def with_a_header(answer):
    answer["X-Children"] = "1"
    return answer


def with_a_status(answer):
    answer.status_code = 203
    return answer


def with_a_query(answer):
    Jurisdiction.objects.exists()
    return answer


def with_a_cookie(answer):
    answer.set_cookie("seen", "child")
    return answer


#: Ways to tell, none of which shows on the page.
PLANTED = {
    "a space": with_a_space, "a header": with_a_header, "a status": with_a_status, "a cookie": with_a_cookie,
    "a query": with_a_query,
}  # fmt: skip


def parole(world):
    agency = an_agency(Sector.JUSTICE, area=world.area)
    sharing.assign(case_id=world.case.pk, agency=agency, side="management", actor=world.coordinator, at=NOON)
    return a_member(agency)


def kept_out(world, member):
    sharing.recuse(
        case_id=world.case.pk, membership=member, reason_code="relative", actor=world.coordinator, at=NOON
    )
    return member


#: Who works with the person of concern alone.
OTHER_SIDE = {
    "probation": lambda world: world.probation,
    "chair of probation": lambda world: a_member(world.probation_agency, Role.CHAIR),
    "parole": parole,
}
#: Of no case, or of another one: a coordinator's, whatever case they are kept out of.
OF_THEIR_PROGRAMME = (hidden.a_duplicate, hidden.asked_of_her, hidden.an_emergency_conference)
#: Who is no part of the case, and what of the hidden things is nevertheless theirs.
NO_PART = {
    "stranger": (lambda world: a_member(an_agency(Sector.SOCIAL_SERVICES, area=world.area)), ()),
    "elsewhere": (lambda _world: World("mon").coordinator, ()),
    "recused partner": (lambda world: kept_out(world, world.officer), (hidden.a_duplicate,)),
    "recused coordinator": (lambda world: kept_out(world, world.second), OF_THEIR_PROGRAMME),
    "referrer": (lambda world: world.referrer, (hidden.a_duplicate,)),
    "evaluator": (lambda world: a_member(world.police_agency, Role.EVALUATOR), ()),
    "administrator": (lambda world: a_member(world.lead, Role.ADMINISTRATOR), ()),
    "nobody": (lambda _world: None, ()),
}


class TestWhoWorksWithThePersonOfConcern:
    @pytest.mark.parametrize("who", OTHER_SIDE)
    def test_gets_the_same_with_all_of_hers_and_with_none(self, shared, who):
        reader = OTHER_SIDE[who](shared)

        found, with_it = two_sides.compared(shared, reader, hide, marks=MARKS)

        assert not found, "\n".join(found)
        assert shown(with_it) > 30

    def test_gets_the_same_with_more_of_hers_than_there_was(self, shared):
        """What is there already hides no difference: a second child, a second paper, another task."""
        hide(shared)
        more = (hidden.tasks_of_hers, hidden.documents_of_hers, hidden.children)

        found, with_it = two_sides.compared(
            shared, shared.probation, part(more), marks=MARKS[:1], language="fr", only=only_read
        )

        assert not found, "\n".join(found)
        assert shown(with_it) > 20


class TestWhoWorksWithBoth:
    @pytest.mark.parametrize("who", ["nurse", "teacher"])
    def test_gets_the_same_whatever_is_the_programmes_own(self, shared, who):
        hide(shared, without(*OF_THE_LEAD))

        found, with_it = two_sides.compared(
            shared, getattr(shared, who), part(OF_THE_LEAD), marks=MARKS[:1], only=only_read
        )

        assert not found, "\n".join(found)
        assert shown(with_it) > 20


class TestWhoIsNoPartOfIt:
    @pytest.mark.parametrize("who", NO_PART)
    def test_gets_the_same_with_all_of_it_and_with_none(self, shared, who):
        find, theirs = NO_PART[who]
        reader = find(shared)
        if theirs:
            hide(shared, theirs)

        found, with_it = two_sides.compared(
            shared, reader, part(without(*theirs)), marks=MARKS[:2], only=of_cases
        )

        assert not found, "\n".join(found)
        assert len(with_it) > 300


class TestTheComparison:
    """It would find what it looks for: each way to tell, planted where somebody hidden is there to be told of."""

    def differs(self, shared, hidden_things=(hidden.children,)):
        def the_case(world, _marks):
            return [("case", world.case.get_absolute_url(), "get", {})]

        found, _with_it = two_sides.compared(
            shared,
            shared.probation,
            lambda world: [one(world) for one in hidden_things],
            doors_of=the_case,
        )
        return [one.split(":")[0] for one in found]

    def test_finds_nothing_where_nothing_was_planted(self, shared):
        assert self.differs(shared) == []

    @pytest.mark.parametrize("what", PLANTED)
    def test_finds(self, shared, monkeypatch, what):
        [pattern] = [one for one in casework_urls.urlpatterns if one.name == "case"]
        plain = pattern.callback

        @functools.wraps(plain)
        def telling(request, case_id):
            answer = plain(request, case_id=case_id)
            return PLANTED[what](answer) if shared.case.files.filter(role="child").exists() else answer

        monkeypatch.setattr(pattern, "callback", telling)

        assert self.differs(shared) == ["case get /cases/" + str(shared.case.pk) + "/"]

    def test_finds_a_mail_more(self, shared):
        def a_mail(world):
            notifications.tell(accounts=[world.probation.account_id], kind=NoticeKind.CONFERENCE, at=NOON)

        assert self.differs(shared, [a_mail]) == ["mails"]

    def test_opens_what_it_hides_to_those_who_may_know(self, shared):
        """Otherwise nothing would be hidden, and nothing found."""
        hide(shared)
        page = two_sides.look(
            shared.advocate, [("case", shared.case.get_absolute_url(), "get", {})]
        ).popitem()[1]

        assert page.status == 200
        assert all(words in page.body for words in ("Zouave", "Zita", "Zeroed.", "Zone to watch."))
