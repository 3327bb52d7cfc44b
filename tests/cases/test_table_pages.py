"""The pages of the decision table: for privacy officers alone, in every state, and nothing typed is lost."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from egide.common.idempotency import new_key
from egide.partners.models import Role
from egide.sharing import proposing, tables
from egide.sharing.models import TableState, TableVersion
from egide.sharing.rules import table as rules_table
from egide.sharing.rules.levels import Level
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency
from tests.sharing.situations import situation
from tests.sharing.test_table_versions import INCIDENT, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_process")]
REASON = "They need the plan, not the facts."
CELL = "consent/incident.facts/POL/F"


@pytest.fixture
def officers(world):
    return a_member(world.lead, Role.PRIVACY_OFFICER), a_member(an_agency(), Role.PRIVACY_OFFICER)


@pytest.fixture
def waiting(officers):
    return proposing.propose(
        cells={INCIDENT: Level.FLAG}, based_on=1, reason=REASON, actor=officers[0], at=NOON
    )


def page(name, *args, **query):
    return reverse(f"cases:{name}", args=args) + (f"?{urlencode(query, doseq=True)}" if query else "")


def send(client, name, *args, **data):
    return client.post(page(name, *args), {"submission": new_key(), **data})


def text_of(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


class TestFromReadingToProposing:
    @pytest.mark.parametrize("basis", list(rules_table.shipped()["bases"]))
    def test_each_basis_of_the_table_in_force_is_readable(self, client, officers, basis):
        text = text_of(sign_in(client, officers[0]).get(page("table", basis=basis)))
        assert "Version 1 is in force" in text
        assert f"basis={basis}&amp;row=" in text or "Opened to nobody" in text

    def test_a_row_offers_what_a_version_may_hold_and_says_why_not_the_rest(self, client, officers):
        text = text_of(
            sign_in(client, officers[0]).get(page("table-row", basis="consent", row="incident.facts"))
        )
        assert 'name="to_POL"' in text
        assert 'name="to_EVA"' not in text
        assert "Evaluators and the public get totals" in text

    def test_a_sealed_row_offers_nothing_to_choose(self, client, officers):
        text = text_of(
            sign_in(client, officers[0]).get(page("table-row", basis="consent", row="reporter.identity"))
        )
        assert "<select" not in text
        assert "it is sealed" in text

    def test_what_was_chosen_becomes_an_address_with_the_changed_cells_alone(self, client, officers):
        sign_in(client, officers[0])
        chosen = {"basis": "consent", "row": "incident.facts", "to_POL": "F", "to_HLT": "V", "to_VIC": "S"}
        answer = client.get(page("table-change", **chosen, cell="consent/health.general/POL/-"))
        assert answer.status_code == 302
        assert sorted(answer.url.split("?")[1].split("&")) == sorted(
            urlencode({"cell": cell}) for cell in (CELL, "consent/health.general/POL/-")
        )

    def test_the_change_page_says_for_whom_and_takes_a_reason(self, world, client, officers):
        situation(world)
        text = text_of(sign_in(client, officers[0]).get(page("table-change", cell=CELL)))
        assert "1 person in 1 agency would see less." in text
        assert "would no longer read it" in text
        assert "fewer than 11" in text
        assert world.police_agency.name_en in text

        answer = send(client, "table-change", cell=CELL, based_on=1, reason=REASON)
        made = TableVersion.objects.get()
        assert answer.url == page("table-version", made.pk)
        assert (made.reason, made.changes) == (REASON, [[*INCIDENT, "S", "F"]])

    def test_nothing_chosen_is_said_with_the_next_step(self, client, officers):
        text = text_of(sign_in(client, officers[0]).get(page("table-change")))
        assert "Choose a kind of information first" in text
        assert 'name="reason"' not in text

    def test_sent_twice_it_is_one_proposal(self, client, officers):
        sign_in(client, officers[0])
        data = {"submission": new_key(), "cell": CELL, "based_on": 1, "reason": REASON}
        first, second = (client.post(page("table-change"), data) for _turn in range(2))
        assert first.url == second.url
        assert TableVersion.objects.count() == 1

    @pytest.mark.parametrize(
        "query", [{"cell": "x"}, {"cell": "consent/a/b/Q"}, {"back": "-1"}, {"back": "99"}]
    )
    def test_an_address_that_is_none_is_not_there(self, client, officers, query):
        assert sign_in(client, officers[0]).get(page("table-change", **query)).status_code == 404

    def test_going_back_starts_from_a_former_version(self, client, officers, waiting):
        proposing.approve(version_id=waiting.pk, actor=officers[1], at=NOON)
        text = text_of(sign_in(client, officers[0]).get(page("table-change", back=1)))
        assert "Back to version 1, from version 2" in text
        assert 'name="back" value="1"' in text

        send(client, "table-change", back=1, based_on=2, reason="It was needed.")
        assert TableVersion.objects.get(state="proposed").changes == [[*INCIDENT, "F", "S"]]


class TestRefusedWhileTyping:
    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_the_choice_is_still_there(self, client, officers, reason):
        sign_in(client, officers[0])
        text = text_of(send(client, "table-change", cell=CELL, based_on=1, reason=reason), 422)
        assert f'value="{CELL}"' in text
        assert "Say why, in a few sentences." in text

    def test_when_another_version_came_into_force_the_words_are_kept_and_the_next_try_works(
        self, client, officers, waiting
    ):
        proposing.approve(version_id=waiting.pk, actor=officers[1], at=NOON)
        sign_in(client, officers[0])
        cell = "consent/health.general/POL/-"

        text = text_of(send(client, "table-change", cell=cell, based_on=1, reason=REASON), 422)
        assert REASON in text
        assert "Version 2 came into force since you began" in text
        assert 'name="based_on" value="2"' in text

        assert send(client, "table-change", cell=cell, based_on=2, reason=REASON).status_code == 302

    def test_while_another_waits_the_words_are_kept(self, client, officers, waiting):
        sign_in(client, officers[1])
        text = text_of(
            send(client, "table-change", cell="consent/health.general/POL/-", based_on=1, reason="Less."), 422
        )
        assert "A change waits already" in text
        assert "Less." in text


class TestWhoMayAnswer:
    def test_they_are_named_to_who_proposed(self, client, officers, waiting):
        text = text_of(sign_in(client, officers[0]).get(page("table-version", waiting.pk)))
        assert f"May answer: {officers[1].person_name}." in text

    def test_that_there_is_nobody_is_said_before_it_is_sent(self, client, officers):
        officers[1].account.is_active = False
        officers[1].account.save()
        text = text_of(sign_in(client, officers[0]).get(page("table-change", cell=CELL)))
        assert "nobody can answer" in text

    def test_that_another_change_waits_is_said_before_typing(self, client, officers, waiting):
        text = text_of(sign_in(client, officers[1]).get(page("table-change", cell=CELL)))
        assert page("table-version", waiting.pk) in text


class TestAnswering:
    def test_a_second_officer_approves_and_it_is_in_force(self, client, officers, waiting):
        sign_in(client, officers[1])
        text = text_of(client.get(page("table-version", waiting.pk)))
        assert "Approve this change" in text
        assert "Withdraw it" not in text

        assert send(client, "table-approve", waiting.pk).url == page("table")

        assert tables.in_force().get().pk == waiting.pk
        assert "Version 2 is in force" in text_of(client.get(page("table")))

    def test_who_proposed_may_only_withdraw(self, client, officers, waiting):
        sign_in(client, officers[0])
        text = text_of(client.get(page("table-version", waiting.pk)))
        assert "Withdraw it" in text
        assert "Approve this change" not in text
        assert send(client, "table-approve", waiting.pk).status_code == 403
        assert send(client, "table-refuse", waiting.pk, reason="No.").status_code == 403
        assert send(client, "table-withdraw", waiting.pk).status_code == 302
        waiting.refresh_from_db()
        assert waiting.state == TableState.WITHDRAWN

    def test_a_refusal_needs_words_and_keeps_them_for_officers(self, client, officers, waiting):
        sign_in(client, officers[1])
        assert "Say why, so that a better change" in text_of(send(client, "table-refuse", waiting.pk), 422)
        send(client, "table-refuse", waiting.pk, reason="Too wide for courts.")
        assert "Too wide for courts." in text_of(client.get(page("table-version", waiting.pk)))

    def test_an_outdated_proposal_says_so_and_offers_no_approval(self, client, officers, waiting):
        version(officers, {("consent", "health.general", "POL"): Level.NONE}, number=2)
        sign_in(client, officers[1])
        text = text_of(client.get(page("table-version", waiting.pk)))
        assert "This proposal is out of date" in text
        assert "Approve this change" not in text
        assert "Refuse it" in text
        assert send(client, "table-approve", waiting.pk).status_code == 409

    def test_a_late_one_is_marked(self, client, officers, waiting, noon):
        sign_in(client, officers[1])
        assert "Late</strong>" not in text_of(client.get(page("table")))
        noon(NOON + 8 * DAY)
        for url in (page("table"), page("table-version", waiting.pk)):
            assert "Late</strong>" in text_of(client.get(url))

    def test_a_damaged_proposal_offers_no_approval(self, client, officers, waiting):
        TableVersion.objects.filter(pk=waiting.pk).update(content={})
        text = text_of(sign_in(client, officers[1]).get(page("table-version", waiting.pk)))
        assert "This version cannot be read" in text
        assert "Approve this change" not in text


class TestDamaged:
    def test_the_table_page_says_that_nothing_is_open_and_how_to_go_back(self, client, officers):
        version(officers, content={"sectors": []})
        sign_in(client, officers[0])
        assert "nothing is open to anyone" in text_of(client.get(page("table")))
        assert client.get(page("table-row", basis="consent", row="incident.facts")).status_code == 409
        assert (
            send(client, "table-change", back=1, based_on=2, reason="It cannot be read.").status_code == 302
        )


class TestToEveryoneElse:
    def test_absent_and_forbidden_are_the_same_page(self, world, client, officers, waiting):
        sign_in(client, world.coordinator)

        def said(url):
            answer = client.get(url)
            assert answer.status_code == 404
            return len(answer.content) - len(url)  # the page names its own address

        nowhere = said(page("table-version", world.programme.pk))
        assert said(page("table-version", waiting.pk)) == said(page("table")) == nowhere
        assert said(page("table-row", basis="consent", row="incident.facts"))
        assert send(client, "table-approve", waiting.pk).status_code == 404

    def test_the_entry_of_the_navigation_is_theirs_alone(self, world, client, officers):
        assert page("table") in text_of(sign_in(client, officers[0]).get(page("emergency-reviews")))
        assert page("table") not in text_of(sign_in(client, world.coordinator).get(page("my-day")))


class TestCost:
    def test_no_page_asks_more_than_the_limit_and_none_grows(self, world, client, officers, waiting):
        def cost():
            urls = [
                page("table"), page("table-change", cell=CELL), page("table-version", waiting.pk),
                page("table-row", basis="consent", row="incident.facts", cell=CELL), page("table-change", back=1),
                page("table-change"),
            ]  # fmt: skip
            return {url: len(queries_of(client, url)) for url in urls}

        s = situation(world)
        sign_in(client, officers[1])
        cost()
        few = cost()
        for n in range(5):
            s.world.active(given=f"Zoé{n}", family="Roy")
            a_member(world.police_agency)

        assert cost() == few
        assert max(few.values()) <= MOST_QUERIES, few


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_in_both_languages_and_holds_no_name_of_a_file(
    world, client, officers, waiting, language
):
    s = situation(world)
    sign_in(client, officers[1], language)
    for url in (page("table"), page("table-change", cell=CELL), page("table-version", waiting.pk)):
        text = text_of(client.get(url))
        assert f'lang="{language}"' in text
        assert "style=" not in text
        assert "Thériault" not in text
        assert s.case.reference not in text
