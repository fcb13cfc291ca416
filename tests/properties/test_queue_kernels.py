"""The queue kernels against a queue in plain Python, for any arrivals, services and servers.

Instants are small so that ties are frequent.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.kernels import queueing
from sim.ticks import NEVER

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Work:
    """Arrivals in order, the service of each, and when each server is free at first."""

    arrived: list[int]
    service: list[int]
    free: list[int]


@st.composite
def works(draw: st.DrawFn, most_servers: int = 6, is_equal: bool = False) -> Work:
    n = draw(st.integers(1, 40))
    arrived = sorted(draw(st.lists(st.integers(0, 80), min_size=n, max_size=n)))
    one = draw(st.integers(1, 25))
    service = [one] * n if is_equal else draw(st.lists(st.integers(1, 25), min_size=n, max_size=n))
    free = draw(st.lists(st.integers(0, 60), min_size=1, max_size=most_servers))
    return Work(arrived, service, sorted(free))


def plainly(work: Work, until: int = NEVER) -> tuple[list[int], list[int]]:
    """Starts before ``until`` and, in order, the instants at which the servers are free then: one parcel at a time."""
    free, starts = list(work.free), []
    for arrived, service in zip(work.arrived, work.service, strict=True):
        soonest = min(range(len(free)), key=free.__getitem__)
        start = max(arrived, free[soonest])
        if start >= until:
            break
        starts.append(start)
        free[soonest] = start + service
    return starts, sorted(free)


def run(kernel: str, work: Work, untils: tuple[int, ...] = (NEVER,)) -> tuple[list[int], list[int], list[int]]:
    """Starts, ends and free instants, in calls up to each of ``untils`` that see what has arrived before it."""
    arrived, service = np.array(work.arrived, np.int64), np.array(work.service, np.int64)
    free = np.array(work.free, np.int64)
    starts: list[int] = []
    ends: list[int] = []
    for until in untils:
        here = slice(len(starts), int(np.searchsorted(arrived, until)))
        started, ended = (np.full(max(here.stop - here.start, 0), -1, np.int64) for _ in range(2))
        last = service[0] if kernel == "serve_equal" else service[here]
        n = getattr(queueing, kernel)(arrived[here], last, free, np.int64(until), started, ended)
        starts += started[:n].tolist()
        ends += ended[:n].tolist()
    return starts, ends, sorted(free.tolist())


UNTILS = st.lists(st.integers(0, 200), max_size=8).map(lambda cuts: (*sorted(cuts), NEVER))


@given(work=works())
@SETTINGS
def test_serve_is_the_plain_queue(work: Work) -> None:
    starts, ends, free = run("serve", work)
    assert (starts, free) == plainly(work)
    assert ends == [start + service for start, service in zip(starts, work.service, strict=True)]


@given(work=works(most_servers=1))
@SETTINGS
def test_serve_single_is_the_plain_queue_with_one_server(work: Work) -> None:
    starts, ends, free = run("serve_single", work)
    assert (starts, free) == plainly(work)
    assert ends == [start + service for start, service in zip(starts, work.service, strict=True)]


@given(work=works(is_equal=True))
@SETTINGS
def test_serve_equal_is_the_plain_queue_with_one_service_time(work: Work) -> None:
    starts, ends, _ = run("serve_equal", work)
    assert starts == plainly(work)[0]
    assert ends == [start + service for start, service in zip(starts, work.service, strict=True)]


@pytest.mark.parametrize("kernel", ["serve", "serve_single", "serve_equal"])
@given(data=st.data(), untils=UNTILS)
@SETTINGS
def test_committing_in_any_pieces_is_committing_in_one_go(
    kernel: str, data: st.DataObject, untils: tuple[int, ...]
) -> None:
    work = data.draw(works(most_servers=1 if kernel == "serve_single" else 6, is_equal=kernel == "serve_equal"))
    in_pieces, at_once = run(kernel, work, untils), run(kernel, work)
    assert in_pieces[:2] == at_once[:2]
    assert in_pieces[0] == plainly(work)[0]


@pytest.mark.parametrize("kernel", ["serve", "serve_single", "serve_equal"])
@given(data=st.data(), until=st.integers(0, 150))
@SETTINGS
def test_only_what_starts_before_the_instant_is_committed_and_servers_are_left_as_they_are_then(
    kernel: str, data: st.DataObject, until: int
) -> None:
    work = data.draw(works(most_servers=1 if kernel == "serve_single" else 6, is_equal=kernel == "serve_equal"))
    starts, _, free = run(kernel, work, (until,))
    expected, expected_free = plainly(work, until)
    assert starts == expected
    # A server that is free before anyone comes is as good as free when the first one comes.
    first = work.arrived[0]
    assert [max(at, first) for at in free] == [max(at, first) for at in expected_free]


@given(work=works())
@SETTINGS
def test_starts_are_in_order_of_arrival_and_never_before_it(work: Work) -> None:
    starts, _, _ = run("serve", work)
    assert all(a <= b for a, b in pairwise(starts))
    assert all(start >= arrived for start, arrived in zip(starts, work.arrived, strict=True))


@given(work=works())
@SETTINGS
def test_no_server_idles_while_somebody_waits(work: Work) -> None:
    starts, ends, _ = run("serve", work)
    for i, (start, arrived) in enumerate(zip(starts, work.arrived, strict=True)):
        if start > arrived:  # just before it starts, all servers are at work
            busy = sum(a < start <= b for a, b in zip(starts[:i], ends[:i], strict=True))
            not_yet_free = sum(free >= start for free in work.free)
            assert busy + not_yet_free >= len(work.free)


@given(work=works(), added=st.integers(1, 4), free_at=st.integers(0, 30))
@SETTINGS
def test_more_servers_never_make_anyone_wait_longer(work: Work, added: int, free_at: int) -> None:
    more = Work(work.arrived, work.service, sorted([*work.free, *[free_at] * added]))
    few, many = run("serve", work)[0], run("serve", more)[0]
    assert all(b <= a for a, b in zip(few, many, strict=True))


@given(work=works(is_equal=True), added=st.integers(1, 4))
@SETTINGS
def test_more_servers_never_make_anyone_wait_longer_for_a_constant_service(work: Work, added: int) -> None:
    more = Work(work.arrived, work.service, sorted([*work.free, *[0] * added]))
    few, many = run("serve_equal", work)[0], run("serve_equal", more)[0]
    assert all(b <= a for a, b in zip(few, many, strict=True))


@given(work=works(), which=st.integers(0, 39), later=st.integers(1, 30))
@SETTINGS
def test_a_longer_service_never_lets_anyone_start_earlier(work: Work, which: int, later: int) -> None:
    assume(which < len(work.service))
    service = [s + later * (i == which) for i, s in enumerate(work.service)]
    before, after = run("serve", work)[0], run("serve", Work(work.arrived, service, work.free))[0]
    assert before[: which + 1] == after[: which + 1]
    assert all(a <= b for a, b in zip(before, after, strict=True))


@given(free=st.lists(st.integers(0, 100), min_size=1, max_size=8), servers=st.integers(1, 12), at=st.integers(0, 100))
@SETTINGS
def test_a_cut_keeps_the_servers_free_last_and_added_ones_are_free_at_once(
    free: list[int], servers: int, at: int
) -> None:
    before = np.array(free, np.int64)
    after = queueing.keep_free_last(before, servers, at)
    kept = sorted(free)[-servers:]
    assert sorted(after.tolist()) == sorted([*kept, *[at] * (servers - len(kept))])
    assert after[0] == after.min(), "the kernels want the server that is free first in front"
    assert before.tolist() == free, "the old instants are left as they are"


# -- the work clock ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hours:
    """Open intervals in order and apart, as the arrays of the work clock."""

    opens: np.ndarray
    closes: np.ndarray

    @property
    def worked(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.closes - self.opens)[:-1]])

    @property
    def total(self) -> int:
        return int((self.closes - self.opens).sum())

    def plainly_worked(self, at: int) -> int:
        """Open time before an instant, tick by tick."""
        return sum(any(o <= t < c for o, c in zip(self.opens, self.closes, strict=True)) for t in range(at))


@st.composite
def opening(draw: st.DrawFn) -> Hours:
    steps = draw(st.lists(st.integers(1, 9), min_size=2, max_size=12).filter(lambda s: len(s) % 2 == 0))
    instants = np.cumsum(steps) + draw(st.integers(-1, 5))
    return Hours(instants[::2].astype(np.int64), instants[1::2].astype(np.int64))


def to_work(hours: Hours, *at: int) -> list[int]:
    return queueing.to_work(np.array(at, np.int64), hours.opens, hours.closes, hours.worked).tolist()


def to_wall(which: str, hours: Hours, *work: int) -> list[int]:
    kernel = getattr(queueing, f"to_wall_{which}")
    return kernel(np.array(work, np.int64), hours.opens, hours.closes, hours.worked, NEVER).tolist()


@given(hours=opening(), at=st.lists(st.integers(0, 130), max_size=20).map(sorted))
@SETTINGS
def test_open_time_is_counted_as_one_would_count_it(hours: Hours, at: list[int]) -> None:
    assert to_work(hours, *at) == [hours.plainly_worked(t) for t in at]


@given(hours=opening(), data=st.data())
@SETTINGS
def test_a_service_starts_at_the_last_instant_with_its_open_time_and_ends_at_the_first(
    hours: Hours, data: st.DataObject
) -> None:
    work = data.draw(st.integers(0, hours.total - 1))
    start, end = to_wall("start", hours, work)[0], to_wall("end", hours, work + 1)[0]
    assert to_work(hours, start, start + 1) == [work, work + 1]
    assert to_work(hours, end - 1, end) == [work, work + 1]
    assert start < end
    assert start in {t for o, c in zip(hours.opens, hours.closes, strict=True) for t in range(o, c)}
    assert end - 1 in {t for o, c in zip(hours.opens, hours.closes, strict=True) for t in range(o, c)}


@given(hours=opening(), data=st.data())
@SETTINGS
def test_going_to_the_wall_and_back_changes_no_open_time(hours: Hours, data: st.DataObject) -> None:
    work = data.draw(st.lists(st.integers(0, hours.total - 1), min_size=1, max_size=10))
    for which in ("start", "end"):
        on_the_wall = to_wall(which, hours, *work)
        assert to_work(hours, *sorted(on_the_wall)) == sorted(work)
        assert on_the_wall == [to_wall(which, hours, each)[0] for each in work]


@given(hours=opening(), beyond=st.integers(0, 50))
@SETTINGS
def test_what_does_not_fit_before_the_last_closing_never_happens(hours: Hours, beyond: int) -> None:
    assert to_wall("start", hours, hours.total + beyond) == [NEVER]
    assert to_wall("end", hours, hours.total) == [int(hours.closes[-1])]
    assert to_wall("end", hours, hours.total + 1 + beyond) == [NEVER]
