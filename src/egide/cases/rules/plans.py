"""The kinds of plan a programme makes, and the parts of each, in the order they are talked through."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanKind:
    """One kind of plan: under which category it is sealed, from which form, in which parts, and its task."""

    code: str
    category: str
    form: str
    task: str
    sections: tuple[str, ...]


#: The parts are ours (O), after the usual headings of safety plans.
SAFETY = PlanKind(
    "safety",
    "plan.safety",
    "safety-plan",
    "safety_plan",
    (
        "wishes",
        "warning_signs",
        "at_home",
        "leaving",
        "children",
        "work_school",
        "phone_devices",
        "orders",
        "people_who_help",
        "pets",
        "code_word",
    ),
)
#: Nothing of who may be in danger: those who supervise the person read this plan. What protects comes first, and when the team stops is written from the start (domain/instruments.md §4; parts: O).
MANAGEMENT = PlanKind(
    "management",
    "plan.management",
    "management-plan",
    "management_plan",
    (
        "protective",
        "person_view",
        "goals",
        "measures",
        "watching",
        "step_up",
        "step_down",
        "ending",
    ),
)
KINDS = {kind.code: kind for kind in (SAFETY, MANAGEMENT)}
