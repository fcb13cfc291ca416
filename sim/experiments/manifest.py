"""What a run was made from, so that it can be made again; and where and when it was made."""

import os
import platform
import socket
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sim
from sim.experiments.results import Results
from sim.ledger.posteriors import ENDING
from sim.reading import Tree
from sim.tables import sha256, write_results

PACKAGES = ("numpy", "numba", "scipy", "simpy", "pandas", "pyarrow", "pydantic", "holidays", "ruamel.yaml")
EVIDENCE = Path(sim.__file__).resolve().parents[1] / "calibration" / "evidence"


def save(results: Results, folder: Path, files: Iterable[Path] = ()) -> None:
    """Write a run's folder: all tables, a picture, the manifest, and a side file with what differs from run to run."""
    pictures = {"overview": results.plot()}
    write_results(
        folder, results.tables, manifest(results, files), side_file(results.seconds), results.parcel_log, pictures
    )


def manifest(results: Results, files: Iterable[Path]) -> dict[str, Any]:
    """Everything that the tables depend on: same manifest, same bytes."""
    scenario = results.scenario
    return {
        "scenario": scenario.model_dump(mode="json", by_alias=True, exclude_none=True),
        "seed": scenario.seed,
        "replications": list(results.replications),
        "missing_replications": {str(number): why for number, why in results.missing.items()},
        "versions": versions(),
        "processor": processor(),
        "scenario_files": hashes(files),
        "evidence_files": hashes(sorted(EVIDENCE.glob("*.csv"))),
        "posterior_files": {f"{each.name}{ENDING}": each.sha256 for each in results.worlds.posteriors},
        "draws": results.worlds.n_draws,
        "tables": sorted(results.tables),
    }


def versions() -> dict[str, str]:
    """Versions of what results depend on."""
    packages = {name: version(name) for name in PACKAGES}
    return {"parcel-corridors": sim.__version__, "python": platform.python_version(), **packages}


def processor() -> dict[str, Any]:
    """What numpy and numba found of the processor: floating-point sums may differ in the last bit between two."""
    import numpy as np
    from llvmlite import binding  # type: ignore[import-untyped]

    found: Any = np.show_config(mode="dicts")
    return {
        "machine": platform.machine(),
        "numpy_simd": found.get("SIMD Extensions", {}).get("found", []),
        "numba_host": binding.get_host_cpu_name(),
    }


def files_of(tree: Tree) -> list[Path]:
    """All files that a value of a scenario comes from."""
    found: dict[str, None] = {}
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        found[node.mark.file] = None
        nodes += [*node.children.values(), *node.items]
    return sorted({Path(file) for file in found})


def hashes(files: Iterable[Path]) -> Mapping[str, str]:
    """Hashes by path, below the folder that all the files have in common."""
    paths = sorted({path.resolve() for path in files})
    if not paths:
        return {}
    top = os.path.commonpath([path.parent for path in paths])
    return {path.relative_to(top).as_posix(): sha256(path) for path in paths}


def side_file(seconds: float) -> dict[str, Any]:
    """What differs from run to run: when, where, how long, and by which command."""
    return {
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 3),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "command": sys.argv[:1] and [Path(sys.argv[0]).name, *sys.argv[1:]],
    }
