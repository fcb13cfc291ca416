"""Containers: what is put into them, when they are closed, and what is left when they are unpacked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.flow.consolidation import Consolidation
from sim.flow.containers import LARGEST, new_containers, singly
from sim.flow.network import Batch, Context, Node
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.flow.unpacking import UnpackingQueue
from sim.ids import first_container_id
from sim.kernels import distributions
from sim.record import Axes, Record
from sim.ticks import DAY, HOUR, SECOND, WEEK

START = 800 * WEEK
FREE = 2**62
Parcel = tuple[int, int, int]


class Collector(Node):
    """Keeps what it receives."""

    def __init__(self, context: Context) -> None:
        super().__init__("collector", context)
        self.got: list[Batch] = []

    def receive(self, at: np.ndarray, row: np.ndarray) -> None:
        self.got += [(at.copy(), row.copy())] if row.shape[0] else []

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None: ...

    @property
    def rows(self) -> list[int]:
        return [int(each) for _, row in self.got for each in row]


def make_context(is_aggregated: bool = False) -> Context:
    axes = Axes(
        origins=("harbin",),
        routes=("post",),
        origin_of_route=(0,),
        regions=("ural",),
        products=("goods",),
        queues=("depot",),
        lanes=("train",),
        freight=("bulk",),
        start=START,
        end=START + 10 * WEEK,
        reported_from=START,
    )
    return Context(ParcelTable(8), Record(axes), ParcelLog(), axes.end, is_aggregated)


def hub(context: Context, *room: int, close_after: int = 2 * DAY, n_paths: int = 1) -> tuple[Consolidation, Collector]:
    node = Consolidation(
        "hub",
        context,
        names={path: f"container/post/path-{path}" for path in range(n_paths)},
        accounts=dict.fromkeys(range(n_paths), 0),
        room=np.array(room, np.int64),
        close_after=close_after,
        cost_per_container=100.0,
    )
    collector = Collector(context)
    node.connect(dict.fromkeys(range(n_paths), collector), n_paths, ())
    return node, collector


def parcels(context: Context, goods: list[Parcel], ids: list[int] | None = None, path: int = 0) -> np.ndarray:
    """Rows of (count, g, cm3) each."""
    p = context.parcels
    row = p.take(len(goods))
    p.ids[row] = np.arange(len(goods)) if ids is None else ids
    p.count[row], p.grams[row], p.cm3[row] = np.array(goods).reshape(-1, 3).T
    p.path[row], p.route[row], p.cell[row] = path, 0, 0
    return row


def sent(context: Context, collector: Collector) -> list[list[tuple[int, int]]]:
    """Ids and counts in each container, in the order in which they were sent."""
    p = context.parcels
    return [[(int(p.ids[i]), int(p.count[i])) for i in p.contents[row]] for row in collector.rows]


def close(node: Consolidation, at: int) -> None:
    node.advance(at)
    node.fill_and_close(at)


def filled(goods: list[Parcel], *room: int, after: int = 3 * DAY) -> list[list[tuple[int, int]]]:
    context = make_context(is_aggregated=any(count > 1 for count, _, _ in goods))
    node, collector = hub(context, *room)
    node.receive(START + np.arange(len(goods)), parcels(context, goods))
    close(node, START + after)
    return sent(context, collector)


@pytest.mark.parametrize(
    "room", [(100, FREE, FREE), (FREE, 1000, FREE), (FREE, FREE, 2)], ids=["mass", "volume", "pieces"]
)
def test_container_takes_the_longest_prefix_that_fits(room: tuple[int, int, int]) -> None:
    goods = [(1, 40, 400), (1, 60, 600), (1, 50, 500), (1, 10, 100), (1, 60, 600)]
    assert [[i for i, _ in container] for container in filled(goods, *room)] == [[0, 1], [2, 3], [4]]


def test_nothing_overtakes_a_parcel_that_does_not_fit() -> None:
    assert filled([(1, 60, 1), (1, 60, 1), (1, 40, 1), (1, 1, 1)], 100, FREE, FREE) == [
        [(0, 1)],
        [(1, 1), (2, 1)],
        [(3, 1)],
    ]


def test_parcel_that_is_larger_than_a_container_goes_alone() -> None:
    assert filled([(1, 10, 1), (1, 500, 1), (1, 10, 1)], 100, FREE, FREE) == [[(0, 1)], [(1, 1)], [(2, 1)]]


def test_full_container_is_closed_at_once_and_the_rest_waits() -> None:
    assert filled([(1, 1, 1)] * 5, FREE, FREE, 2, after=HOUR) == [[(0, 1), (1, 1)], [(2, 1), (3, 1)]]


def test_exactly_full_container_without_a_next_parcel_waits() -> None:
    assert filled([(1, 1, 1)] * 2, FREE, FREE, 2, after=HOUR) == []


@pytest.mark.parametrize(("after", "n_closed"), [(2 * DAY - 1, 0), (2 * DAY, 1)])
def test_container_is_due_when_its_first_parcel_was_ready_for_close_after(after: int, n_closed: int) -> None:
    assert len(filled([(1, 1, 1)] * 3, FREE, FREE, 9, after=after)) == n_closed


def test_what_is_ready_at_the_check_waits_for_the_next() -> None:
    context = make_context()
    node, collector = hub(context, FREE, FREE, 2, close_after=0)
    node.receive(np.array([START, START + 1]), parcels(context, [(1, 1, 1)] * 2))
    close(node, START + 1)
    assert sent(context, collector) == [[(0, 1)]]
    close(node, START + HOUR)
    assert sent(context, collector) == [[(0, 1)], [(1, 1)]]


def test_equal_instants_go_in_by_id() -> None:
    context = make_context()
    node, collector = hub(context, FREE, FREE, 2)
    node.receive(np.full(4, START), parcels(context, [(1, 1, 1)] * 4, [7, 3, 9, 1]))
    close(node, START + 3 * DAY)
    assert [[i for i, _ in container] for container in sent(context, collector)] == [[1, 3], [7, 9]]


def test_paths_do_not_mix() -> None:
    context = make_context()
    node, collector = hub(context, FREE, FREE, 2, n_paths=2)
    ours, theirs = parcels(context, [(1, 1, 1)] * 3, [1, 3, 5]), parcels(context, [(1, 1, 1)] * 2, [2, 4], path=1)
    node.receive(START + np.arange(5), np.array([ours[0], theirs[0], ours[1], theirs[1], ours[2]]))
    close(node, START + 3 * DAY)
    assert [[i for i, _ in container] for container in sent(context, collector)] == [[1, 3], [5], [2, 4]]


def test_closed_container_is_a_row_like_any_other() -> None:
    context = make_context()
    node, collector = hub(context, FREE, FREE, 2, n_paths=2)
    node.receive(START + np.arange(3), parcels(context, [(1, 10, 30), (1, 20, 40), (1, 5, 5)], path=1))
    at = START + 3 * DAY
    close(node, at)
    p = context.parcels
    first, second = collector.rows
    row = {name: int(getattr(p, name)[first]) for name in ("count", "grams", "cm3", "path", "route", "fen")}
    assert row == {"count": 1, "grams": 30, "cm3": 70, "path": 1, "route": 0, "fen": 0}
    assert (p.cell[first], p.product[first], p.ordered_at[first]) == (1, 1, at)
    number = first_container_id("container/post/path-1", 800, 3 * DAY // SECOND)
    assert [p.ids[first], p.ids[second]] == [number, number + 1]
    assert all((instants == at).all() for instants, _ in collector.got)


def test_filling_is_paid_and_written_down_for_each_parcel() -> None:
    context = make_context()
    node, _ = hub(context, FREE, FREE, 2)
    node.receive(START + np.arange(3), parcels(context, [(1, 1, 1)] * 3))
    at = START + 3 * DAY
    close(node, at)
    assert context.log is not None
    log = context.log.table()
    assert log["arrived_at"].tolist() == [START, START + 1, START + 2]
    assert set(log["started_at"].tolist()) == set(log["left_at"].tolist()) == {at}
    assert context.record.cost["containers"][0].tolist() == [200.0, 0.0]


def test_no_container_outgrows_the_row() -> None:
    half = int(LARGEST[0]) // 2
    assert [len(container) for container in filled([(1, half, 1)] * 5, FREE, FREE, FREE)] == [2, 2, 1]


def one_by_one(goods: list[Parcel], room: tuple[int, int, int], is_due: bool) -> list[list[int]]:
    """The rule of the page, parcel by parcel: rows' positions in each closed container."""
    containers: list[list[int]] = []
    open_one: list[int] = []
    used = np.zeros(3, np.int64)
    for i, (count, grams, cm3) in enumerate(goods):
        for _ in range(count):
            each = np.array([grams, cm3, 1])
            if open_one and (used + each > room).any():
                containers.append(open_one)
                open_one, used = [], np.zeros(3, np.int64)
            open_one = [*open_one, i]
            used = used + each
    return [*containers, open_one] if is_due else containers


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=12),
    st.tuples(st.integers(1, 300), st.integers(1, 300), st.integers(1, 20)),
    st.booleans(),
)
def test_rows_of_several_parcels_are_filled_as_their_parcels_would_be(
    goods: list[Parcel], room: tuple[int, int, int], is_due: bool
) -> None:
    context = make_context(is_aggregated=True)
    node, collector = hub(context, *room, close_after=0 if is_due else WEEK)
    rows = parcels(context, goods)
    node.receive(START + np.arange(len(goods)), rows)
    close(node, START + DAY)
    found = [[i for i, count in container for _ in range(count)] for container in sent(context, collector)]
    expected = one_by_one(goods, room, is_due)
    assert found == expected
    close(node, START + 2 * WEEK)  # what was left over is all there
    everything = [i for container in sent(context, collector) for i, count in container for _ in range(count)]
    assert everything == [i for i, (count, _, _) in enumerate(goods) for _ in range(count)]


# -- unpacking ---------------------------------------------------------------------------------------------------------


def depot(context: Context, dwell: int = HOUR) -> tuple[UnpackingQueue, Collector]:
    node = UnpackingQueue(
        "depot",
        context,
        number=0,
        key=np.uint64(1),
        servers=1,
        service=distributions.constant(HOUR),
        dwell=distributions.constant(dwell),
        clock=None,
        is_open=True,
        start=START,
    )
    collector = Collector(context)
    node.connect(dict.fromkeys(range(2), collector), 2, ())
    return node, collector


def container(context: Context, number: int, inside: np.ndarray | None) -> np.ndarray:
    row = new_containers(context, np.array([number]), np.array([START]), path=0, account=0, grams=5, cm3=5)
    if inside is not None:
        context.parcels.contents[int(row[0])] = inside
    return row


def test_parcels_go_on_when_their_container_leaves() -> None:
    context = make_context()
    first, second = parcels(context, [(1, 1, 1)] * 3, [1, 2, 3]), parcels(context, [(1, 1, 1)] * 2, [4, 5])
    boxes = np.concatenate([container(context, 100, first), container(context, 101, second)])
    node, collector = depot(context)
    node.receive(np.full(2, START), boxes)
    in_use = context.parcels.n_in_use
    node.advance(START + DAY)
    ((at, row),) = collector.got
    assert dict(zip(context.parcels.ids[row].tolist(), at.tolist(), strict=True)) == {
        **dict.fromkeys((1, 2, 3), START + 2 * HOUR),
        **dict.fromkeys((4, 5), START + 3 * HOUR),
    }
    assert context.parcels.contents == {}
    assert context.parcels.n_in_use == in_use - 2
    assert context.log is not None
    assert context.log.table()["order_id"].tolist() == [100, 101]


def test_arrivals_count_containers_and_not_what_is_in_them() -> None:
    context = make_context()
    box = container(context, 100, parcels(context, [(1, 1, 1)] * 7))
    node, _ = depot(context)
    node.receive(np.array([START]), box)
    node.advance(START + DAY)
    assert context.record.queue_arrivals.sum() == context.record.queue_totals[0, :, 0].sum() == 1


def test_rows_are_opened_up_on_demand() -> None:
    context = make_context()
    inside = parcels(context, [(1, 1, 1)] * 2)
    box, other = container(context, 100, inside), container(context, 101, None)
    rows = singly(context, np.concatenate([other, box]))
    np.testing.assert_array_equal(rows, np.concatenate([other, inside]))
    assert singly(context, np.zeros(0, np.int64)).shape == (0,)
