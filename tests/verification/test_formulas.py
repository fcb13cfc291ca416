"""Formulas against tables of textbooks, closed forms, and each other where one contains the other."""

import math

import pytest

from verification.formulas import choice, hours, queues, stock


def test_erlang_c_is_that_of_the_tables() -> None:
    assert queues.erlang_c(0.7, 1) == pytest.approx(0.7)
    assert queues.erlang_c(2.0, 3) == pytest.approx(4 / 9)  # Gross and Harris (1998), section 2.3
    assert queues.empty_m_m_c(2.0, 3) == pytest.approx(1 / 9)


def test_erlang_b_is_that_of_the_tables() -> None:
    assert queues.erlang_b(5.0, 10) == pytest.approx(0.0184, abs=5e-5)
    assert queues.erlang_b(1.0, 1) == pytest.approx(0.5)


def test_erlang_b_and_c_belong_together() -> None:
    b, c = queues.erlang_b(2.4, 3), queues.erlang_c(2.4, 3)
    assert c == pytest.approx(3 * b / (3 - 2.4 * (1 - b)))


def test_tail_of_waits_has_their_mean() -> None:
    rate, mean, servers = 0.8, 2.4, 3
    tail = sum(queues.tail_m_m_c(rate, mean, servers, (i + 0.5) / 100) for i in range(20_000)) / 100
    assert tail == pytest.approx(queues.wait_m_m_c(rate, mean, servers), rel=1e-4)


def test_crommelin_at_one_server_is_pollaczek_and_khinchine() -> None:
    assert queues.wait_m_d_c(0.8, 1.0, 1) == pytest.approx(queues.pollaczek_khinchine(0.8, 1.0, 0))


def test_crommelin_at_many_servers_is_that_of_the_tables() -> None:
    # Cosmetatos (1975) approximates M/D/c by M/M/c; at two servers and a load of 0.8 it is good to a per cent.
    rate, servers, load = 1.6, 2, 0.8
    correction = 1 + (1 - load) * (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * load * servers)
    assert queues.wait_m_d_c(rate, 1.0, servers) == pytest.approx(
        correction * queues.wait_m_m_c(rate, 1.0, servers) / 2, rel=0.01
    )


def test_batches_of_one_are_pollaczek_and_khinchine() -> None:
    assert queues.wait_of_batches(0.7, 1, 1.0) == pytest.approx(queues.pollaczek_khinchine(0.7, 1.0, 0))


def test_room_for_one_is_a_server_with_vacations() -> None:
    wait, full = queues.wait_bulk(0.6, 1.0, 1)
    assert wait == pytest.approx(queues.pollaczek_khinchine(0.6, 1.0, 0) + 0.5)
    assert full == pytest.approx(0.6)


def test_room_without_end_leaves_half_a_gap() -> None:
    assert queues.wait_bulk(3.0, 1.0, 200)[0] == pytest.approx(0.5)


def test_a_vehicle_that_looks_often_leaves_when_the_last_has_come() -> None:
    wait, per_time = queues.wait_by_load(2.0, 0.001, 10)
    assert wait == pytest.approx(9 / (2 * 2.0), rel=2e-3)
    assert per_time == pytest.approx(0.2, rel=2e-3)


def test_tandem_begins_at_one_and_has_the_mean_of_both() -> None:
    rate, means = 0.5, (1.0, 1.2)
    assert queues.tail_of_tandem(rate, means, 0.0) == pytest.approx(1)
    area = sum(queues.tail_of_tandem(rate, means, (i + 0.5) / 100) for i in range(10_000)) / 100
    assert area == pytest.approx(sum(1 / (1 / mean - rate) for mean in means), rel=1e-4)


def test_hours_that_never_close_are_erlang_c() -> None:
    found = hours.wait_behind_hours(3.0, 0.25, 2, [(12.0, 0.0)], states=80)
    assert found == pytest.approx(queues.wait_m_m_c(3.0, 0.25, 2), rel=1e-9)


def test_one_closing_a_week_is_the_same_as_seven_days_of_them() -> None:
    once = hours.wait_behind_hours(1.0, 0.2, 1, [(12.0, 12.0)], states=80)
    assert hours.wait_behind_hours(1.0, 0.2, 1, [(12.0, 12.0)] * 3, states=80) == pytest.approx(once, rel=1e-9)


def test_an_office_with_hardly_any_service_lets_wait_until_it_opens() -> None:
    found = hours.wait_behind_hours(0.1, 1e-4, 5, [(12.0, 12.0)], states=60)
    assert found == pytest.approx(12.0 / 2 * 0.5, rel=1e-3)  # half come while it is closed, and wait half of it


def test_stock_reviewed_all_the_time_is_a_base_stock() -> None:
    # Zipkin (2000), section 6.2: with R = S - 1 and Q = 1 the net stock is S less a Poisson number.
    demand = stock.Demand(rate=2.0, every=1e-6, lead=5.0)
    found = stock.service(stock.positions_r_q(11, 1), demand)
    poisson = [math.exp(-10) * 10**k / math.factorial(k) for k in range(60)]
    assert found["fill rate"] == pytest.approx(sum(poisson[:12]), rel=1e-4)
    assert found["stock"] == pytest.approx(sum((12 - k) * p for k, p in enumerate(poisson) if k < 12), rel=1e-4)


def test_orders_bring_what_is_demanded() -> None:
    demand = stock.Demand(rate=2.0, every=4.0, lead=9.0)
    at = stock.positions_s_s(18, 45, demand)
    assert sum(at.values()) == pytest.approx(1)
    # An order takes the position to 45: what it brings is 45 less the position before it.
    assert 0 < stock.orders_per_review(at, 18, demand) < demand.rate * demand.every / (45 - 18)


def test_two_routes_alike_share_what_the_nest_gives_them() -> None:
    of_routes = {"one": 0.0, "other": 0.0}
    found = choice.taken(of_routes, 0.5, [(1.0, dict.fromkeys(of_routes, 0.0))], 0.02, 0.6)
    inside = 2**0.6 / (2**0.6 + 1)
    assert found == pytest.approx(dict.fromkeys(of_routes, inside / 2))
