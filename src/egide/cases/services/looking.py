"""The worker looks for the same people among the cases of each programme. It opens nothing: keyed tokens of names meet.

What it finds waits for a coordinator, who compares, and decides. What was set aside is asked again when something of who
one of the two is was written since.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from egide.cases.models import (
    Case,
    File,
    NameToken,
    Programme,
    SameAnswer,
    SamePerson,
    SamePersonAnswer,
    SamePersonSearch,
)
from egide.cases.queries import matching, same_people

#: Cases looked at in one turn of each programme, and questions asked for each file: the rest waits for a person who looks.
AT_ONCE, MOST = 100, 5
#: A case is looked at once those that came with it are written.
SETTLED = timedelta(minutes=10)


def look_for_same_people(*, at: datetime) -> int:
    """Look at what came since the last turn, and ask again what changed; answers how many questions there are more."""
    found = sum(
        _look(programme, at) for programme in Programme.objects.select_related("lead_agency").order_by("code")
    )
    return found + _ask_again(at)


@transaction.atomic
def _look(programme: Programme, at: datetime) -> int:
    SamePersonSearch.objects.get_or_create(programme=programme)
    place = SamePersonSearch.objects.select_for_update().get(programme=programme)
    cases = Case.objects.filter(programme=programme, received_at__lte=at - SETTLED)
    if place.last_case_id is not None:
        cases = cases.filter(pk__gt=place.last_case_id)
    looked = list(cases.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not looked:
        return 0
    files = {file.pk: file for file in File.objects.filter(case__in=looked).order_by("pk")}
    met = [(file, other) for file in files.values() for other in _met(file, programme)]
    found = _ask(programme, met, at)
    place.last_case_id = looked[-1]
    place.save(update_fields=["last_case_id"])
    return found


def _met(file: File, programme: Programme) -> Sequence[UUID]:
    """Answer files of earlier cases of the programme, of the same side, in which two words of a name meet this one's."""
    own = NameToken.objects.filter(file=file).order_by().values_list("token", flat=True)
    earlier = NameToken.objects.filter(case__programme=programme, case_id__lt=file.case_id)
    met = matching.names_met(earlier, tokens=[bytes(one) for one in own], side=matching.side_of(file.role))
    return list(met.values_list("file", flat=True)[:MOST])


def _ask(programme: Programme, met: Iterable[tuple[File, UUID]], at: datetime) -> int:
    pairs = list(met)
    others = {file.pk: file for file in File.objects.filter(pk__in={pk for _file, pk in pairs}).order_by()}
    concerned: Collection[UUID] = {file.pk for file, _pk in pairs} | others.keys()
    keepers = matching.keepers_of(File.entries_from(concerned, matching.FORMS)) if pairs else {}
    asked = []
    for file, pk in pairs:
        mine, theirs = keepers.get(file.pk), keepers.get(pk)
        if mine is None or theirs is None or not mine.may_meet(theirs):
            continue
        first, second = sorted((file, others[pk]), key=lambda one: one.pk)
        asked.append(
            SamePerson(
                agency_id=programme.lead_agency_id,
                first=first,
                second=second,
                first_case_id=first.case_id,
                second_case_id=second.case_id,
                asked_at=at,
            )
        )
    return len(SamePerson.objects.bulk_create(asked, ignore_conflicts=True))


@transaction.atomic
def _ask_again(at: datetime) -> int:
    aside = SamePerson.objects.filter(answer=SameAnswer.NOT_SAME).filter(same_people.changed_since_answer())
    changed = list(aside.select_for_update().order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    SamePersonAnswer.objects.filter(pair__in=changed).update(is_past=True)
    again = SamePerson.objects.filter(pk__in=changed)
    return again.update(answer="", answered_by=None, answered_at=None, asked_at=at)
