"""The two ways in which tests run: with compiled kernels, as always, and with kernels as plain Python.

What numba compiles cannot be exchanged in a running process, so mutants of it run as plain Python, by those tests that
are quick enough then; luck stays compiled, as it is not mutated and nearly all of the time goes there. All other mutants
run beside compiled kernels, by all tests but those that start processes, browsers or clusters.
"""

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
    import numba.core.config

    import sim.luck  # noqa: F401  compiled before the switch

    numba.core.config.DISABLE_JIT = True
    numba.config.DISABLE_JIT = True


def _run_small() -> None:
    """Load what is compiled."""
    import sim

    sim.run(sim.load(ROOT / "tests" / "golden" / "tiny.yaml"))


def _nothing() -> None:
    pass


ENGINE = ("unit", "luck", "properties", "oracle", "golden", "behaviour", "theory")
EXPERIMENTS = ("interventions", "sweeps", "ranking", "siting", "sensitivity", "discovery", "report", "faults")

COMPILED = Mode(
    name="compiled",
    tests=(*ENGINE, *EXPERIMENTS),
    has=lambda mutant: not mutant.is_compiled,
    prepare=_nothing,
    warm=_run_small,
)
PLAIN = Mode(
    name="plain",
    tests=ENGINE,
    has=lambda mutant: mutant.is_compiled,
    prepare=_without_compiler,
    warm=_nothing,
)
MODES = {mode.name: mode for mode in (COMPILED, PLAIN)}
