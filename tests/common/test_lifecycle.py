"""States and transitions as data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.common.errors import Refused
from egide.common.lifecycle import Lifecycle, Transition, TransitionRefused, reachable

DOOR = Lifecycle(
    initial="closed",
    transitions=[
        Transition("open", ("closed",), "open"),
        Transition("close", ("open",), "closed"),
        Transition("lock", ("closed",), "locked"),
        Transition("wall_up", ("closed", "locked"), "gone"),
    ],
)


@pytest.mark.parametrize(
    ("name", "state", "target"),
    [
        ("open", "closed", "open"),
        ("close", "open", "closed"),
        ("wall_up", "locked", "gone"),
        ("lock", "closed", "locked"),
    ],
)
def test_a_step_leads_where_the_data_says(name, state, target):
    assert DOOR.next_state(name, state=state) == target
    assert DOOR.can(name, state=state)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("open", "open"),
        ("open", "locked"),
        ("close", "closed"),
        ("wall_up", "open"),
        ("open", "gone"),
        ("open", ""),
    ],
)
def test_any_other_start_is_refused_as_a_domain_error(name, state):
    assert not DOOR.can(name, state=state)
    with pytest.raises(TransitionRefused) as said:
        DOOR.next_state(name, state=state)
    assert isinstance(said.value, Refused)
    assert str(said.value.message)


def test_a_step_that_does_not_exist_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        DOOR.next_state("paint", state="open")


def test_a_step_named_twice_is_refused():
    with pytest.raises(ValueError):
        Lifecycle(initial="a", transitions=[Transition("go", ("a",), "b"), Transition("go", ("b",), "c")])


def test_lists_states_steps_and_ends():
    assert DOOR.states == ["closed", "open", "locked", "gone"]
    assert DOOR.names_from("closed") == ["open", "lock", "wall_up"]
    assert DOOR.names_from("gone") == []
    assert DOOR.final_states() == ["gone"]
    assert set(reachable(DOOR)) == set(DOOR.states)


def test_says_which_states_nothing_leads_to():
    broken = Lifecycle(
        initial="a", transitions=[Transition("go", ("a",), "b"), Transition("back", ("c",), "a")]
    )

    assert set(reachable(broken)) == {"a", "b"}


def test_is_drawn_as_it_is():
    drawn = DOOR.mermaid()

    assert drawn.startswith("stateDiagram-v2\n    [*] --> closed\n")
    assert "    locked --> gone: wall_up\n" in drawn
    assert drawn.endswith("    gone --> [*]\n")
    assert drawn.count("-->") == 1 + 5 + 1


@given(st.data())
def test_any_walk_stays_among_the_reachable_states(data):
    state = str(DOOR.initial)
    for _step in range(12):
        names = DOOR.names_from(state)
        if not names:
            assert state in DOOR.final_states()
            break
        state = DOOR.next_state(data.draw(st.sampled_from(names)), state=state)
        assert state in set(reachable(DOOR))
