"""What a figure of growth says: the cost of one at the end beside that behind the first ten thousand."""

from __future__ import annotations

import pytest

from bench.pace import FIRST, Pace


def run(goal: int, *, step: int, seconds_of_one: tuple[float, float]) -> Pace:
    """A run whose first half and second half cost so much each."""
    found, now = Pace([], []), 100.0
    for done in range(step, goal + 1, step):
        now += step * seconds_of_one[done > goal // 2]
        found.moments.append(now)
        found.done.append(done)
    return found


def test_what_costs_the_same_to_the_end_has_not_grown() -> None:
    steady = run(1_000_000, step=1_000, seconds_of_one=(0.0002, 0.0002))
    (figure,) = steady.growth("admission")
    assert figure.what == "admission: an entry at 1,000,000"
    assert figure.value == pytest.approx(200)
    assert figure.ratio == pytest.approx(1)
    assert steady.rate == pytest.approx(5000)


def test_what_costs_half_as_much_again_is_said_to() -> None:
    (figure,) = run(1_000_000, step=1_000, seconds_of_one=(0.0002, 0.0003)).growth("admission")
    assert figure.ratio == pytest.approx(1.5)


def test_the_start_is_in_neither_window() -> None:
    late = run(1_000_000, step=1_000, seconds_of_one=(0.0002, 0.0002))
    late.moments[: FIRST // 1_000 - 1] = [at - 1_000 for at in late.moments[: FIRST // 1_000 - 1]]
    (figure,) = late.growth("admission")
    assert figure.ratio == pytest.approx(1)


@pytest.mark.parametrize(("goal", "step"), [(9_000, 100), (60_000, 5_000)])
def test_a_run_that_is_short_or_seen_seldom_says_nothing_of_growth(goal: int, step: int) -> None:
    assert run(goal, step=step, seconds_of_one=(0.0002, 0.0003)).growth("projection") == []
