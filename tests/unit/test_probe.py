"""What a first estimate of time makes of a machine that is slow or busy."""

import pytest

from sim.experiments import probe
from sim.experiments.probe import REFERENCE_SECONDS, Machine, machine_now, told_now


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A machine of two cores: seconds that a round takes of a core, what the probe gets of one, and the load."""
    found = {"round": REFERENCE_SECONDS, "share": 1.0, "load": 0.0}

    def probed() -> tuple[list[float], float]:
        return [found["round"]] * 5, 5 * found["round"] / found["share"]

    monkeypatch.setattr(probe, "_probed", probed)
    monkeypatch.setattr(probe, "_load", lambda: found["load"])
    monkeypatch.setattr(probe.os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(probe.os, "cpu_count", lambda: 2)
    machine_now.cache_clear()
    return found


@pytest.mark.usefixtures("measured")
def test_free_machine_takes_what_is_estimated_and_workers_share_it_up_to_its_cores() -> None:
    assert [machine_now().longer(workers) for workers in (1, 2, 4)] == [1, 1, 2]


def test_slow_core_takes_longer(measured: dict[str, float]) -> None:
    measured["round"] *= 3
    assert machine_now().longer(1) == pytest.approx(3)


def test_others_on_the_machine_take_their_part_whether_seen_by_the_load_or_by_waiting(
    measured: dict[str, float],
) -> None:
    measured["load"] = 2.0
    assert machine_now() == Machine(1.0, 2.0, 2)
    assert machine_now().longer(2) == 2
    machine_now.cache_clear()
    measured |= {"load": 0.0, "share": 0.5}
    assert machine_now().others == pytest.approx(3), "a share of a half on two cores: three others"


def test_first_estimate_is_a_range_of_what_it_takes_here_and_now(measured: dict[str, float]) -> None:
    assert told_now(1200, 2) == "about 6 to 16 min"
    machine_now.cache_clear()
    measured["load"] = 6.0
    assert told_now(1200, 2) == "about 25 to 64 min"


def test_probe_itself_measures_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "ROUNDS", 3)
    machine_now.cache_clear()
    found = machine_now()
    machine_now.cache_clear()
    assert probe.LEAST_SLOWNESS <= found.slowness <= probe.MOST_SLOWNESS
    assert found.others >= 0
    assert found.cores >= 1
