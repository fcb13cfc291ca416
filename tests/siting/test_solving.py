"""The solver's answers equal those of trying every set: p-median, capital, capacity, covering, the best few."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.experiments.siting.shortlist import _of_size
from sim.experiments.siting.solving import Instance, NoAnswerError, best, best_sets, value_of

QUICK = settings(max_examples=30, deadline=None)


@st.composite
def instances(draw, *, is_covering: bool = False, is_bounded: bool = False) -> Instance:
    n_points, n_sites = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    luck = np.random.default_rng(draw(st.integers(0, 10_000)))
    cost = luck.uniform(0, 9, (n_points, n_sites))
    cost[luck.random(cost.shape) < (0.4 if is_covering else 0.15)] = np.inf
    demand = luck.uniform(0.1, 5, n_points)
    bound = luck.uniform(0.2, 1.4, n_sites) * demand.sum() if is_bounded else np.full(n_sites, np.inf)
    return Instance(
        demand=demand,
        cost=cost,
        fixed=np.zeros(n_sites) if is_covering else luck.uniform(0, 20, n_sites),
        volume=demand,
        capacity=bound,
        is_covering=is_covering,
    )


def tried(instance: Instance, chosen: tuple[int, ...]) -> float | None:
    """What a set comes to, by a linear program of its own without any choice; None if it cannot serve."""
    cost = instance.cost[:, chosen]
    can = np.isfinite(cost)
    n_points, n = cost.shape
    worth = instance.demand[:, None] * np.where(can, -1.0 if instance.is_covering else cost, 0.0)
    each, full = np.zeros((n_points, n_points * n)), np.zeros((n, n_points * n))
    for i in range(n_points):
        for j in range(n):
            each[i, i * n + j], full[j, i * n + j] = 1, instance.volume[i]
    bounded = np.isfinite(instance.capacity[list(chosen)])
    rows, ends = full[bounded], instance.capacity[list(chosen)][bounded]
    equal: dict[str, np.ndarray] = {"A_eq": each, "b_eq": np.ones(n_points)}
    if instance.is_covering:
        rows, ends, equal = np.vstack([rows, each]), np.append(ends, np.ones(n_points)), {}
    limits = [(0, 1 if fits else 0) for fits in can.ravel()]
    found = linprog(worth.ravel(), A_ub=rows if len(ends) else None, b_ub=ends if len(ends) else None, bounds=limits,
                    **equal)  # fmt: skip
    if found.status != 0:
        return None
    return -found.fun if instance.is_covering else found.fun + instance.fixed[list(chosen)].sum()


def by_trying(instance: Instance, size: int) -> list[float]:
    """What every set of a size comes to, the best first; those that cannot serve left out."""
    sets = combinations(range(len(instance.fixed)), size)
    found = [value for chosen in sets if (value := tried(instance, chosen)) is not None]
    return sorted(found, reverse=instance.is_covering)


def check_all_sizes(instance: Instance) -> None:
    for size in range(1, len(instance.fixed) + 1):
        every = by_trying(instance, size)
        if not every:
            with pytest.raises(NoAnswerError):
                best(instance, size)
            continue
        answer = best(instance, size)
        assert len(answer.chosen) == size
        assert answer.value == pytest.approx(every[0], rel=1e-6, abs=1e-6)


@QUICK
@given(instances())
def test_p_median_is_that_of_trying_every_set(instance: Instance) -> None:
    check_all_sizes(instance)


@QUICK
@given(instances(is_bounded=True))
def test_p_median_within_capacity_is_that_of_trying_every_set(instance: Instance) -> None:
    check_all_sizes(instance)


@QUICK
@given(instances(is_covering=True))
def test_covering_is_that_of_trying_every_set(instance: Instance) -> None:
    check_all_sizes(instance)


@QUICK
@given(instances(is_covering=True, is_bounded=True))
def test_covering_within_capacity_is_that_of_trying_every_set(instance: Instance) -> None:
    check_all_sizes(instance)


@QUICK
@given(instances(is_bounded=True), st.booleans())
def test_no_site_takes_more_than_its_capacity_and_none_that_is_closed_takes_any(
    instance: Instance, is_of_one: bool
) -> None:
    for answer in best_sets(instance, 1 if is_of_one else len(instance.fixed), 3):
        taken = (instance.volume[:, None] * answer.served).sum(axis=0)
        assert (taken <= instance.capacity * (1 + 1e-6)).all()
        assert answer.served.sum(axis=1) == pytest.approx(1)
        closed = np.setdiff1d(np.arange(len(instance.fixed)), answer.chosen)
        assert (answer.served[:, closed] == 0).all()


@QUICK
@given(instances())
def test_the_best_few_are_the_best_of_all_in_order(instance: Instance) -> None:
    size = min(2, len(instance.fixed))
    answers = best_sets(instance, size, 3)
    assert [answer.value for answer in answers] == pytest.approx(by_trying(instance, size)[:3], rel=1e-6, abs=1e-6)
    assert len({answer.chosen for answer in answers}) == len(answers)
    for answer in answers:
        again = value_of(instance, answer.chosen)
        assert again is not None
        assert again.value == pytest.approx(answer.value)


def test_more_sites_are_never_worse_when_they_cost_nothing() -> None:
    luck = np.random.default_rng(1)
    for is_covering in (False, True):
        cost = luck.uniform(0, 9, (8, 6))
        cost = np.where(cost < 5, cost, np.inf) if is_covering else cost
        instance = Instance(luck.random(8), cost, np.zeros(6), np.ones(8), np.full(6, np.inf), is_covering)
        values = [best(instance, size).value for size in range(1, 6)]
        assert values == sorted(values, reverse=not is_covering)
        assert values[0] != values[-1]


def test_set_as_good_as_the_central_choice_in_a_draw_takes_nothing_from_it() -> None:
    """Two sites that both cover all: which of them the solver names in a draw is no news about the first."""
    luck = np.random.default_rng(3)
    reach = np.array([[0.0, 0.0, np.inf], [0.0, 0.0, 0.0]])
    instances = [
        Instance(luck.uniform(1, 2, 2), reach[:, order], np.zeros(3), np.ones(2), np.full(3, np.inf), is_covering=True)
        for order in ([0, 1, 2], [0, 1, 2], [0, 1, 2], [2, 0, 1])
    ]
    found = _of_size(instances[0], instances, 1, 2)
    assert found is not None
    (first,) = found.answers[0].chosen
    is_kept = [bool(np.isfinite(each.cost[:, first]).all()) for each in instances]
    assert found.p_best[0] == found.p_chosen[first] == np.mean(is_kept)
    assert found.p_chosen.sum() == pytest.approx(1)
    assert (found.regret[is_kept] == 0).all()


@pytest.mark.parametrize("field", ["demand", "volume"])
def test_demand_that_is_not_known_has_no_answer(field: str) -> None:
    known = {"demand": np.ones(3), "volume": np.ones(3)}
    known[field][1] = np.nan
    with pytest.raises(NoAnswerError, match="the demand of 1 of 3 points is not known, so no set can be chosen"):
        Instance(cost=np.ones((3, 2)), fixed=np.zeros(2), capacity=np.full(2, np.inf), **known)
