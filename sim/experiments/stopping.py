"""Ctrl-C, heard between the steps of what runs in this process."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c_where_asked() -> Iterator[Callable[[], None]]:
    """Within, Ctrl-C is raised where the function that is given is called; pressed again, at once.

    Compiled code makes some of what it returns by calling Python, and an exception that is raised there is lost.
    """
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: None
        return
    pressed: list[int] = []

    def hear(number: int, _: object) -> None:
        pressed.append(number)
        if len(pressed) > 1:
            raise KeyboardInterrupt

    def stop_if_asked() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, hear)
    try:
        yield stop_if_asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
