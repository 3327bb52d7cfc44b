"""A licensed definition: checked whole, brought in by one person, approved by another, sealed with its right."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from egide.assessments import library, queries
from egide.assessments.forms.importing import ImportForm
from egide.assessments.models import InstrumentImport, InstrumentRight
from egide.assessments.services import (
    approve_import,
    propose_import,
    record_assessment,
    refuse_import,
    withdraw_import,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry
from egide.partners.models import Notice, Role
from tests.assessments.sheets import JUDGED, MINIMAL, RULE, answers
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db
RIGHTS = "Licence 12 of the fictional publisher, 2026-10-01, for every agency here."


@pytest.fixture
def officer(world):
    return a_member(world.lead, Role.PRIVACY_OFFICER)


@pytest.fixture
def propose(administrator):
    def make(content=MINIMAL, *, rights=RIGHTS, actor=None):
        return propose_import(content=content, rights=rights, actor=actor or administrator, at=NOON)

    return make


def usable():
    return {one.code for one in library.every().definitions}


def actions():
    return [json.loads(one.body)["action"] for one in Entry.objects.order_by("pk")]


class TestPropose:
    def test_waits_and_is_used_by_nobody(self, propose, administrator):
        made = propose()

        assert (made.state, made.instrument, made.version) == ("proposed", "own-checklist", "1")
        assert "own-checklist" not in usable()
        with pytest.raises(NotVisible):
            queries.definition_of("own-checklist")
        entry = json.loads(Entry.objects.order_by("-pk").first().body)
        assert entry["action"] == "assessments.import_proposed"
        assert entry["details"]["seal"] == library.seal_of(content=MINIMAL, rights=RIGHTS)

    def test_tells_the_others_that_something_waits_and_not_what(self, propose, administrator, officer, world):
        propose()

        told = set(Notice.objects.values_list("account", "kind"))
        assert (officer.account_id, "change_proposed") in told
        assert administrator.account_id not in {account for account, _kind in told}
        assert world.coordinator.account_id not in {account for account, _kind in told}

    @pytest.mark.parametrize("role", set(Role) - {Role.ADMINISTRATOR})
    def test_is_an_administrators_to_make(self, propose, world, role):
        with pytest.raises((NotVisible, PermissionDenied)):
            propose(actor=a_member(world.lead, role))

        assert not InstrumentImport.objects.exists()

    @pytest.mark.parametrize(
        ("content", "where"),
        [
            (MINIMAL.replace("max: 5", "max: 6"), "score.max"),
            (MINIMAL.replace("kind: weighted", "kind: magic"), "kind"),
            (MINIMAL + "surprise: 1\n", "surprise"),
            ("code: !!python/object/apply:os.system [id]", "line 1"),
            ("a: &a [1]\nb: *a", "line 2"),
            ("#" * (256 * 1024 + 1), "file"),
            (b"\xff\xfe\x00", "file"),
        ],
    )
    def test_a_file_that_is_wrong_keeps_nothing_and_says_where(self, propose, content, where):
        with pytest.raises(Refused, match=where.replace("[", r"\[")):
            propose(content)

        assert not InstrumentImport.objects.exists()

    def test_says_it_in_the_readers_language(self, propose):
        with translation.override("fr"), pytest.raises(Refused, match="les questions donnent 5, et non 6"):
            propose(MINIMAL.replace("max: 5", "max: 6"))

    @pytest.mark.parametrize("rights", ["", "  ", "x" * 2_001])
    def test_says_what_gives_the_right(self, propose, rights):
        with pytest.raises(Refused):
            propose(rights=rights)

    def test_one_version_waits_once(self, propose):
        propose()

        with pytest.raises(Refused):
            propose(MINIMAL.replace("en: Own", "en: Mine"))

    def test_takes_the_place_of_no_version_and_the_name_of_no_other_instrument(self, propose):
        for content in (
            MINIMAL.replace("code: own-checklist", "code: odara").replace('"1"', '"2026-11"'),
            MINIMAL + "aliases: [odara]\n",
            MINIMAL.replace("code: own-checklist", "code: ervco"),
        ):
            with pytest.raises(Refused):
                propose(content)


class TestApprove:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
    def test_by_a_second_person_can_be_used_at_once(self, propose, world, role, file, case):
        other = a_member(world.lead, role)

        approve_import(import_id=propose().pk, actor=other, at=NOON + DAY)

        definition = queries.definition_of("own-checklist")
        assert queries.is_active(definition)
        assert InstrumentRight.objects.get(instrument="own-checklist").note == RIGHTS
        made = record_assessment(
            file=file, case_id=case.pk, instrument="own-checklist", answers={"1": "yes", "2": "no"},
            actor=world.advocate, at=NOON + DAY,
        )  # fmt: skip
        assert made.definition.content == MINIMAL
        assert "assessments.import_approved" in actions()

    def test_by_the_same_person_is_refused_under_any_hat(self, propose, administrator, world):
        made = propose()
        hat = a_member(world.police_agency, Role.PRIVACY_OFFICER, account=administrator.account)

        for actor in (administrator, hat):
            with pytest.raises(PermissionDenied):
                approve_import(import_id=made.pk, actor=actor, at=NOON)
        assert "own-checklist" not in usable()

    def test_by_the_same_person_is_refused_by_the_database_too(self, propose, administrator):
        made = propose()

        with pytest.raises(IntegrityError), transaction.atomic():
            InstrumentImport.objects.filter(pk=made.pk).update(
                state="approved", decided_by=administrator, decided_by_account=administrator.account,
                decided_at=NOON,
            )  # fmt: skip

    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TEAM_MEMBER, Role.EVALUATOR])
    def test_by_anyone_else_is_not_there(self, propose, world, role):
        made = propose()

        with pytest.raises(NotVisible):
            approve_import(import_id=made.pk, actor=a_member(world.lead, role), at=NOON)

    def test_of_what_was_altered_is_refused(self, propose, officer):
        made = propose()
        InstrumentImport.objects.update(rights="Anybody may use it.")

        with pytest.raises(Refused, match="altered"):
            approve_import(import_id=made.pk, actor=officer, at=NOON)

    def test_what_is_altered_afterwards_is_used_no_more_and_told(self, propose, officer):
        approve_import(import_id=propose().pk, actor=officer, at=NOON)
        assert "own-checklist" in usable()

        InstrumentImport.objects.update(
            content=MINIMAL.replace("yes: 2", "yes: 1").replace("max: 5", "max: 4")
        )

        assert "own-checklist" not in usable()
        assert queries.import_errors() == ["own-checklist 1: was altered since it was approved"]

    def test_happens_once(self, propose, officer):
        made = propose()
        approve_import(import_id=made.pk, actor=officer, at=NOON)

        for answer in (approve_import, withdraw_import):
            with pytest.raises(Refused):
                answer(import_id=made.pk, actor=officer, at=NOON)

    def test_of_an_import_that_is_not_there(self, officer):
        with pytest.raises(NotVisible):
            approve_import(import_id=new_id(), actor=officer, at=NOON)

    def test_a_later_version_takes_over_and_the_earlier_stays(self, propose, officer):
        for content in (MINIMAL, MINIMAL.replace('version: "1"', 'version: "2"')):
            approve_import(import_id=propose(content).pk, actor=officer, at=NOON)

        assert queries.definition_of("own-checklist").version == "2"
        assert library.find("own-checklist", version="1").version == "1"


class TestRefuseAndWithdraw:
    def test_a_second_person_refuses_with_a_reason(self, propose, officer):
        made = propose()

        with pytest.raises(Refused):
            refuse_import(import_id=made.pk, reason=" ", actor=officer, at=NOON)
        refuse_import(import_id=made.pk, reason="Item 2 differs from the manual.", actor=officer, at=NOON)

        assert (propose().state, "own-checklist" in usable()) == ("proposed", False)

    def test_one_does_not_refuse_ones_own_nor_withdraw_anothers(self, propose, administrator, officer):
        made = propose()

        with pytest.raises(PermissionDenied):
            refuse_import(import_id=made.pk, reason="No.", actor=administrator, at=NOON)
        with pytest.raises(PermissionDenied):
            withdraw_import(import_id=made.pk, actor=officer, at=NOON)
        assert withdraw_import(import_id=made.pk, actor=administrator, at=NOON).state == "withdrawn"


@pytest.mark.parametrize("content", [MINIMAL, RULE, JUDGED])
def test_every_kind_can_be_brought_in_and_filled(propose, officer, file, case, world, content):
    made = propose(content)
    approve_import(import_id=made.pk, actor=officer, at=NOON)
    definition = queries.definition_of(made.instrument)
    sheet = {"A": "there", "B": "omitted"} if definition.codings else answers(definition)

    recorded = record_assessment(
        file=file, case_id=case.pk, instrument=made.instrument, answers=sheet, actor=world.advocate, at=NOON
    )

    opened = queries.open_assessment(assessment_id=recorded.pk, file=file, actor=world.advocate, at=NOON)
    assert opened.answers == sheet
    assert (opened.summary.raw is None) is not definition.is_summed


class TestForm:
    def test_takes_the_file_or_its_text_and_not_both(self):
        assert ImportForm({"content": MINIMAL, "rights": RIGHTS}).is_valid()
        assert list(ImportForm({"rights": RIGHTS}).errors) == ["file"]

    def test_says_the_place_of_the_mistake_beside_the_field(self):
        form = ImportForm({"content": MINIMAL.replace("max: 5", "max: 6"), "rights": RIGHTS})

        assert "score.max" in str(form.errors["content"])
