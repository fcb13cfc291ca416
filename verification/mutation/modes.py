"""The two ways in which tests run: with compiled kernels, as always, and with kernels as plain Python.

What numba compiles cannot be exchanged in a running process, so mutants of it run as plain Python, by those tests that
are quick enough then; luck stays compiled, as it is not mutated and nearly all of the time goes there. All other mutants
run beside compiled kernels, by all tests but those that start processes, browsers or clusters.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verification.mutation.mutants import Mutant
from verification.mutation.scope import ROOT


@dataclass(frozen=True, kw_only=True)
class Mode:
    """A way in which tests run."""

    name: str
    tests: Sequence[str]
    """Files and folders below `tests/`."""
    has: Callable[[Mutant], bool]
    """Whether a mutant runs so."""
    prepare: Callable[[], None]
    """Before anything of the engine is imported."""
    warm: Callable[[], None]
    """Once all is imported, before the first mutant."""


def _without_compiler() -> None:
    from numba.core import config

    import sim.luck  # noqa: F401  stays compiled: its decorators have run before the switch

    if "sim.kernels.queueing" in sys.modules:
        raise RuntimeError("kernels were imported, and so compiled, before the compiler was switched off")
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # which numba reads again at whim
    config.reload_config()


def _run_small() -> None:
    """Load what is compiled."""
    import sim

    sim.run(sim.load(ROOT / "tests" / "golden" / "tiny.yaml"))


def _nothing() -> None:
    pass


ENGINE = ("unit", "luck", "properties", "oracle", "golden", "behaviour", "theory")
EXPERIMENTS = ("interventions", "sweeps", "ranking", "siting", "sensitivity", "discovery", "report", "faults")
UNIT = tuple(f"unit/test_kernels_{name}.py" for name in ("ordering", "tallying", "births", "draws"))
KERNELS = (
    *UNIT,
    *("unit/test_consolidation.py", "luck/test_quantiles.py", "properties/test_queue_kernels.py"),
    *("properties/test_shelf_kernel.py", "golden"),
)

COMPILED = Mode(
    name="compiled",
    tests=(*ENGINE, *EXPERIMENTS),
    has=lambda mutant: not mutant.is_compiled,
    prepare=_nothing,
    warm=_run_small,
)
PLAIN = Mode(
    name="plain",
    tests=KERNELS,
    has=lambda mutant: mutant.is_compiled,
    prepare=_without_compiler,
    warm=_nothing,
)
MODES = {mode.name: mode for mode in (COMPILED, PLAIN)}
