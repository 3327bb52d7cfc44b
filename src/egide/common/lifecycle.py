"""States and transitions as data: read, drawn, tested, never scattered through `if`s."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from egide.common.errors import Refused


class TransitionRefused(Refused):
    """The record's present state does not allow this step."""


@dataclass(frozen=True)
class Transition:
    """One named step from any of `sources` to `target`."""

    name: str
    sources: Sequence[str]
    target: str


@dataclass(frozen=True)
class Lifecycle:
    """The states of one kind of record and the steps between them."""

    initial: str
    transitions: Sequence[Transition]
    _by_name: dict[str, Transition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [step.name for step in self.transitions]
        if len(names) != len(set(names)):
            raise ValueError("a transition is named twice")
        object.__setattr__(self, "_by_name", {step.name: step for step in self.transitions})

    @property
    def states(self) -> list[str]:
        """Every state that is initial, left or reached, in the order of the data."""
        found = [str(self.initial)]
        for step in self.transitions:
            found += [str(s) for s in (*step.sources, step.target)]
        return list(dict.fromkeys(found))

    def next_state(self, name: str, *, state: str) -> str:
        """Answer the state reached by `name` from `state`.

        Raises:
            TransitionRefused: the step does not start from this state.
        """
        step = self._by_name[name]
        if state not in step.sources:
            raise TransitionRefused(
                _("This step is no longer possible: someone may have acted first. Reload the page to see.")
            )
        return step.target

    def can(self, name: str, *, state: str) -> bool:
        """Say whether `name` starts from `state`."""
        return state in self._by_name[name].sources

    def names_from(self, state: str) -> list[str]:
        """List the steps that start from `state`."""
        return [step.name for step in self.transitions if state in step.sources]

    def final_states(self) -> list[str]:
        """List the states no step leaves."""
        left = {str(s) for step in self.transitions for s in step.sources}
        return [state for state in self.states if state not in left]

    def mermaid(self) -> str:
        """Draw the states for docs/reference; `./egide check` compares the drawing with the code."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for step in self.transitions:
            lines += [f"    {source} --> {step.target}: {step.name}" for source in step.sources]
        lines += [f"    {state} --> [*]" for state in self.final_states()]
        return "\n".join(lines) + "\n"


def reachable(lifecycle: Lifecycle) -> Iterable[str]:
    """Yield every state that can be reached from the initial one."""
    seen, todo = {str(lifecycle.initial)}, [str(lifecycle.initial)]
    while todo:
        here = todo.pop()
        yield here
        for step in lifecycle.transitions:
            if here in {str(s) for s in step.sources} and str(step.target) not in seen:
                seen.add(str(step.target))
                todo.append(str(step.target))
