"""`python tests/wrong/fuzz.py --minutes 30`: fuzzes the reader of all files, led by coverage (atheris, libFuzzer).

An input is the content of a file; `sim validate` reads it in a small library, in this process, and it is right or
refused. Anything else that is raised, more than a minute (a machine may be busy) or a gigabyte is a fault: its input is
kept in `found/`. Inputs that reached something new are kept in `corpus/`, which the tests read again. What came of
it is written to `results/fuzz.md`.
"""

import io
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS, FOUND = HERE / "corpus", HERE / "found"
LARGEST_INPUT, SECONDS, MEGABYTES = 4096, 60, 1000
KIND = re.compile(rb"^(intervention|sweep|ranking|siting):", re.MULTILINE)
WATCHED = [
    "sim.reading",
    "sim.scenario",
    "sim.units",
    "sim.clock",
    "sim.errors",
    "sim.experiments",
    "sim.ledger",
    "ruamel.yaml",
]
PATHS = {
    b"intervention": "scenarios/interventions/sorters.yaml",
    b"sweep": "scenarios/sweeps/trial.yaml",
    b"ranking": "scenarios/rankings/choice.yaml",
    b"siting": "scenarios/siting/small.yaml",
}


def path_of(data: bytes) -> str:
    """Where in the library a file of that content belongs."""
    found = KIND.search(data)
    return PATHS[found[1]] if found else "scenarios/tiny.yaml"


def work(options: list[str]) -> None:
    """Fuzz in this process, until libFuzzer ends it."""
    import atheris

    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    with atheris.instrument_imports(include=WATCHED):
        from wrong.library import FILES, Library

        from sim.cli.validating import validate_files

    os.chdir(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    library = Library(Path.cwd())

    def read(data: bytes) -> None:
        name = path_of(data)
        Path(name).write_bytes(data)
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                validate_files([Path(name)])
        finally:
            library.restore(name)

    seeds = Path("seeds")
    seeds.mkdir()
    for name, text in FILES.items():
        if name.endswith(".yaml"):
            (seeds / Path(name).name).write_text(text, "utf-8")
    words = {word for text in FILES.values() for word in re.findall(r"[A-Za-z_][\w-]{2,40}", text)}
    marks = [
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!int ",
        "---",
        "\\n",
        "'",
        '\\"',
        "|",
        ">",
        "%",
        " h",
        " d",
        " CNY",
        " kg",
    ]
    lines = [f'"{word}"' for word in sorted(words)] + [f'"{mark}"' for mark in marks if mark != "\\n"]
    Path("words.dict").write_text("\n".join(lines) + "\n", "utf-8")
    atheris.Setup([sys.argv[0], *options, "-dict=words.dict", str(CORPUS), "seeds"], read)
    atheris.Fuzz()


def child(options: list[str], log: Path) -> int:
    """A process that fuzzes, at the lowest priority; what libFuzzer says goes to a file. Its exit code."""
    command = ["nice", "-n", "19", sys.executable, str(Path(__file__)), "--work", " ".join(options)]
    with log.open("w", encoding="utf-8") as stream:
        return subprocess.run(command, stdout=stream, stderr=stream, check=False).returncode


def told(said: str, minutes: float, crashes: list[str]) -> str:
    """What came of it, as a page."""
    stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", said))
    coverage = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)/(\S+)", said)
    edges, features, inputs, size = coverage[-1] if coverage else ("?", "?", "?", "?")
    n, rate = (int(stats.get(name, 0)) for name in ("number_of_executed_units", "average_exec_per_sec"))
    had = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime / 60
    memory = stats.get("peak_rss_mb", "?")
    faults = ", ".join(f"`{name}`" for name in crashes) or "none"
    tools = ", ".join(f"{name} {version(name)}" for name in ("atheris", "ruamel.yaml", "pydantic"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    lines = [
        "# Fuzzing the reader",
        "",
        f"`make fuzz`, {datetime.now(UTC).date().isoformat()}: {minutes:g} minutes at the lowest priority,",
        f"{had:.1f} of them of a processor.",
        f"{machine}, {tools}.",
        "",
        "| inputs tried | a second | edges reached | features | inputs that reached something new | memory | faults |",
        "|---|---|---|---|---|---|---|",
        f"| {n:,} | {rate} | {edges} | {features} | {inputs} ({size}) | {memory} MB | {faults} |",
        "",
        "An input is a file that `sim validate` reads: right, or refused with a place; anything else is a fault. Begun",
        "with the right files of `tests/wrong/library.py` and what earlier runs kept in `tests/wrong/corpus`, which",
        "the tests read again.",
    ]
    return "\n".join([*lines, ""])


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long.")
@click.option("--work", "options", hidden=True, help="Fuzz in this process, with these options of libFuzzer.")
def main(minutes: float, options: str | None) -> None:
    """Fuzz the reader, keep what reached something new, and say what came of it."""
    if options is not None:
        work(options.split())
        return
    CORPUS.mkdir(exist_ok=True)
    FOUND.mkdir(exist_ok=True)
    log = Path(tempfile.mkdtemp()) / "fuzz.log"
    limits = [f"-max_len={LARGEST_INPUT}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}"]
    limits.append(f"-report_slow_units={SECONDS}")
    code = child(
        [*limits, f"-max_total_time={minutes * 60:.0f}", "-print_final_stats=1", f"-artifact_prefix={FOUND}/"], log
    )
    crashes = sorted(path.name for pattern in ("crash-*", "timeout-*", "oom-*") for path in FOUND.glob(pattern))
    page = told(log.read_text("utf-8", errors="replace"), minutes, crashes)
    (ROOT / "results" / "fuzz.md").write_text(page, "utf-8")
    click.echo(page)
    sys.exit(1 if code or crashes else 0)


if __name__ == "__main__":
    main()
