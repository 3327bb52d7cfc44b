"""The kinds of plan a programme makes, and the parts of each, in the order they are talked through."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PlanKind:
    """One kind of plan: under which category it is sealed, from which form, in which parts, and its task."""

    code: str
    category: str
    form: str
    task: str
    sections: tuple[str, ...]
    #: Never on the paper the person keeps: whoever finds it would know where.
    never_on_paper: tuple[str, ...] = ()
    #: On that paper only when the person asks for it by name.
    on_paper_if_asked: tuple[str, ...] = ()

    def for_paper(self, written: Mapping[str, str]) -> list[str]:
        """Answer the written parts that may go on the person's paper, in order; none goes without being chosen."""
        return [name for name in self.sections if written.get(name) and name not in self.never_on_paper]


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
        "safe_places",
        "money_papers",
        "children",
        "work_school",
        "phone_devices",
        "orders",
        "people_who_help",
        "pets",
        "code_word",
    ),
    never_on_paper=("safe_places",),
    on_paper_if_asked=("code_word",),
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
