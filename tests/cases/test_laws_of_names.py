"""Names, words of tasks and statements carry the law of who brought them, as entries do."""

import pytest
from django.urls import reverse

from egide.cases.models import File, Task
from egide.cases.models.file import as_codes, codes_of
from egide.cases.queries import casefile, holding
from egide.cases.services import enrolling, tasks
from egide.sharing import grounds
from egide.sharing.models import Ground
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import DAY
from tests.partners.test_migrations import migrate  # noqa: F401

pytestmark = pytest.mark.django_db
PART2 = ("us-part2",)


def brought_by(world, regimes):
    """The referring agency is bound by these laws, and what it brings with it."""
    world.police_agency.regimes = list(regimes)
    world.police_agency.save(update_fields=["regimes"])
    world.referrer.refresh_from_db()


def enrolled(world, **consent):
    case = world.eligible()
    enrolling.enrol(case_id=case.pk, consent=world.consent(**consent), actor=world.advocate, at=NOON)
    return case


def seen(world, case, actor):
    return casefile.open_case(case_id=case.pk, actor=actor, at=NOON)


class TestNames:
    def test_are_bound_by_the_law_of_who_holds_them_and_of_who_brought_them(self, world):
        brought_by(world, PART2)
        case = world.eligible()

        laws = {codes_of(file.name_regimes) for file in File.objects.filter(case=case)}
        assert laws == {("ca-nb-rtippa", "us-part2")}

    @pytest.mark.parametrize(("regimes", "form", "is_shown"), [
        (("ca-nb-rtippa",), "written", True),
        (("ca-nb-rtippa",), "verbal", True),
        (PART2, "written", True),
        (PART2, "verbal", False),
    ])  # fmt: skip
    def test_are_withheld_as_their_source_asks(self, client, world, regimes, form, is_shown):
        brought_by(world, regimes)
        case = enrolled(world, form=form)
        page = sign_in(client, world.nurse).get(case.get_absolute_url()).content.decode()
        lists = client.get(reverse("cases:caseload")).content.decode()

        assert (bool(seen(world, case, world.nurse).name("victim"))) is is_shown
        assert ("Thériault" in page) is is_shown
        assert ("Thériault" in lists) is is_shown
        assert case.reference in lists

    def test_of_somebody_who_agreed_to_nothing_stay_with_who_brought_them(self, world):
        brought_by(world, PART2)
        case = enrolled(world)

        assert seen(world, case, world.nurse).name("person_of_concern") == ""
        assert seen(world, case, world.coordinator).name("person_of_concern") != ""

    def test_open_as_the_identity_written_beside_them(self, world):
        for regimes in (("ca-nb-rtippa",), PART2):
            brought_by(world, regimes)
            case = enrolled(world, form="verbal")
            for actor in (world.nurse, world.teacher, world.probation, world.coordinator):
                opened = seen(world, case, actor)
                for file in opened.files:
                    beside = [one for one in opened.view.of("identity.core") if one.form == "identity:1"]
                    named = bool(opened.name(file.role))
                    assert named == any(one.file_id == file.pk for one in beside), (regimes, actor.sector)

    def test_are_foreseen_with_their_law(self, world):
        brought_by(world, PART2)
        case = enrolled(world)
        files = list(File.objects.filter(case=case))

        held = holding.held_classes(files, categories=["identity.core"])
        assert {one.regimes for one in held} == {("ca-nb-rtippa", "us-part2")}


class TestTasks:
    def write(self, world, case, writer):
        return tasks.add_task(
            case_id=case.pk, text="Ask his counsellor.", side="both", agency_id=world.school_agency.pk,
            due_at=NOON + DAY, actor=writer, at=NOON,
        )  # fmt: skip

    @pytest.mark.parametrize(("regimes", "is_shown"), [(("ca-nb-phipaa",), True), (PART2, False)])
    def test_words_are_withheld_as_who_wrote_them_asks(self, world, regimes, is_shown):
        case = enrolled(world, form="verbal", categories=["conference.record", "identity.core"])
        world.health_agency.regimes = list(regimes)
        world.health_agency.save(update_fields=["regimes"])
        world.nurse.refresh_from_db()
        task = self.write(world, case, world.nurse)

        assert codes_of(task.regimes) == tuple(sorted({*regimes, "ca-nb-rtippa"}))
        opened = seen(world, case, world.officer)
        assert (opened.text_of(task) == "Ask his counsellor.") is is_shown
        assert seen(world, case, world.teacher).text_of(task) == "Ask his counsellor."

    def test_what_the_application_asks_is_bound_by_none(self, world):
        case = world.active()

        assert not Task.objects.filter(case=case, text__isnull=False).exclude(regimes="").exists()


def test_statements_carry_the_law_of_who_stated_them(world):
    brought_by(world, PART2)
    case = world.active()
    made = Ground(
        file_id=case.files.first().pk, kind="legal_mandate", stated_by=world.referrer, statement=b"x"
    )

    assert grounds.statement_record(made, holder_id=world.police_agency.pk).regimes == PART2


def test_codes_are_all_of_them_sorted_each_once(world):
    world.lead.regimes, world.police_agency.regimes = ["b", "a"], ["c", "a"]

    assert as_codes(world.lead, world.police_agency) == "a,b,c"
    assert codes_of("") == ()


@pytest.mark.slow
def test_rows_of_before_are_bound_as_they_were_written(world, migrate):  # noqa: F811
    brought_by(world, PART2)
    case = world.active()
    tasks.add_task(
        case_id=case.pk, text="Ask.", side="both", agency_id=world.lead.pk, due_at=NOON + DAY,
        actor=world.coordinator, at=NOON,
    )  # fmt: skip
    before = (
        set(File.objects.values_list("pk", "name_regimes")),
        set(Task.objects.values_list("pk", "regimes")),
    )
    migrate([("cases", "0067_lead_changes")])
    then = migrate([("cases", "0068_laws_of_names_and_tasks")])

    # As the tables were then: their columns of today are not there.
    files, work = (then.get_model("cases", name).objects for name in ("File", "Task"))
    assert set(files.values_list("pk", "name_regimes")) == before[0]
    assert set(work.values_list("pk", "regimes")) == before[1]
