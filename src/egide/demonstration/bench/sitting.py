"""A conference to measure: sixteen cases of a programme, as many as one person keeps in a morning."""

from datetime import datetime, timedelta

from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Case, Conference
from egide.cases.services import conferring
from egide.demonstration.cast import cast_of
from egide.demonstration.world import World

CASES = 16


def call_one(world: World, *, at: datetime) -> tuple[Conference, AgendaItem]:
    """Call a conference of the first programme with cases its police works on; answer it and its first case."""
    programme = world.programmes["ccr-fre"]
    cast = cast_of(world, programme, "en")
    conference = conferring.call_conference(
        programme_id=programme.pk,
        starts_at=at + timedelta(days=2),
        kind="regular",
        seats=cast.seats(),
        actor=cast.coordinator,
        at=at,
    )
    officer = world.people["police"]
    cases = (
        Case.objects.visible_to(officer)
        .filter(programme=programme, state=State.ACTIVE)
        # A former run's conference keeps its own.
        .exclude(agenda_items__conference__state=ConferenceState.PLANNED)
        .order_by("pk")
    )
    items = [
        conferring.put_on_agenda(conference_id=conference.pk, case_id=pk, actor=cast.coordinator, at=at)
        for pk in cases.values_list("pk", flat=True)[:CASES]
    ]
    if len(items) < CASES:
        raise RuntimeError("too few cases for a conference")
    return conference, items[0]
