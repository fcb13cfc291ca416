"""The ways in which mutants are tried, each in a process of its own: which of them, by which tests, compiled or not.

What numba compiles cannot be exchanged in a running process, so kernels run as plain Python when they are mutated, by
tests that are quick enough then; luck stays compiled, as it is not mutated and nearly all of the time goes there. Tests
that start processes, browsers or clusters are not among any: they run the program as it is.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verification.mutation.mutants import Mutant
from verification.mutation.scope import ROOT, name_of


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


def _named(folder: str, names: str) -> tuple[str, ...]:
    """Files of tests in a folder."""
    return tuple(f"{folder}/test_{name}.py" for name in names.split())


PLAIN = Mode(
    name="plain",
    tests=(
        *_named("unit", "kernels_ordering kernels_tallying kernels_births kernels_draws kernels_choice consolidation"),
        *_named("luck", "quantiles"),
        *_named("properties", "queue_kernels shelf_kernel"),
        "golden",
    ),
    has=lambda mutant: mutant.is_compiled or _is_in("kernels", mutant),
    prepare=_without_compiler,
    warm=_nothing,
)
FLOW = Mode(
    name="flow",
    tests=(
        "flow",
        *_named("unit", "consolidation"),
        "golden",
        *_named("oracle", "engine_agrees"),
        *_named("behaviour", "containers warehouses returns"),
    ),
    has=lambda mutant: _is_in("flow", mutant) and not mutant.is_compiled,
    prepare=_nothing,
    warm=_run_small,
)
EXPERIMENTS = Mode(
    name="experiments",
    tests=(
        *_named("unit", "accounts comparing_accounts comparison_table differences effects pace stopping"),
        *_named("unit", "variance_shares worlds jobs_as_text lock parts run"),
        *_named("discovery", "box sweep_table"),
        *_named("ranking", "enumerating information screening selecting ratio edges"),
        *_named("siting", "solving files"),
        *_named("sensitivity", "designs study"),
        *_named("sweeps", "designs running"),
        *_named("behaviour", "comparing cautions too_few_draws plans_from_files"),
        *_named("faults", "store results_folders"),
    ),
    has=lambda mutant: _is_in("experiments", mutant),
    prepare=_nothing,
    warm=_run_small,
)
MODES = {mode.name: mode for mode in (PLAIN, FLOW, EXPERIMENTS)}


def _is_in(package: str, mutant: Mutant) -> bool:
    return name_of(mutant.path).startswith(f"sim/{package}/")
