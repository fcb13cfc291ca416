"""Ctrl-C is heard where it is asked for, and at once when pressed again."""

import os
import signal

import pytest

from sim.experiments.stopping import ctrl_c_where_asked


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def _heard() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_is_raised_where_it_is_asked_for_and_not_before() -> None:
    reached = []

    def work() -> None:
        with ctrl_c_where_asked() as stop_if_asked:
            stop_if_asked()
            press()
            reached.append("after it was pressed")
            stop_if_asked()
            reached.append("after it was heard")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["after it was pressed"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_pressed_again_it_stops_at_once() -> None:
    def work() -> None:
        with ctrl_c_where_asked():
            press()
            press()
            pytest.fail("went on")

    with pytest.raises(KeyboardInterrupt):
        work()


def test_who_handles_ctrl_c_already_goes_on_doing_so() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with ctrl_c_where_asked() as stop_if_asked:
            press()
            stop_if_asked()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
