"""How the package is laid out: who may import what, how large files are, and what stays out of the repository."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIM = ROOT / "sim"
MODULES = sorted(SIM.rglob("*.py"))
LONGEST_MODULE = 400
HEAVY = ("numpy", "numba", "pandas", "scipy", "simpy", "pyarrow", "matplotlib", "holidays")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    """Everything that a module imports anywhere in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(package: str, folder: Path = SIM) -> set[str]:
    """Modules of a folder that import a package or something in it."""
    return {
        name_of(path)
        for path in folder.rglob("*.py")
        if any(name == package or name.startswith(f"{package}.") for name in imports_of(path))
    }


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


# -- who imports what --------------------------------------------------------------------------------------------------


def test_imports_only_go_down() -> None:
    done = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


def test_no_modules_of_a_folder_import_each_other_in_a_circle() -> None:
    """Also not where it is put off into a function, or done for types alone: then each can be read before the next."""
    known = {name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in MODULES}

    def imported(path: Path) -> set[str]:
        names = {name if name in known else name.rpartition(".")[0] for name in imports_of(path)}
        return names & known.keys() - {"sim"}

    needs = {name: imported(path) - {name} for name, path in known.items()}
    left = {name for name in needs if not name.startswith("sim.scenario")}  # a scenario shows itself
    while free := {name for name in left if not needs[name] & left}:
        left -= free
    assert left == set()


def test_only_the_model_and_the_actors_know_simpy() -> None:
    found = importers("simpy")
    assert "sim/model.py" in found
    assert {path for path in found if not path.startswith("sim/actors/")} == {"sim/model.py"}


@pytest.mark.parametrize("folder", ["flow", "kernels"])
@pytest.mark.parametrize("package", ["simpy", "yaml", "ruamel", "pydantic", "pandas", "sim.reading", "sim.scenario"])
def test_what_moves_parcels_knows_neither_files_nor_descriptions(folder: str, package: str) -> None:
    assert importers(package, SIM / folder) == set()


def test_description_knows_no_arrays() -> None:
    for folder in ("scenario", "ledger", "reading"):
        for package in ("numpy", "simpy", "pandas", "numba"):
            assert importers(package, SIM / folder) == set()


@pytest.mark.parametrize("package", ["tests", "calibration", "benchmarks", "docs", "verification"])
def test_package_imports_nothing_that_is_not_shipped_with_it(package: str) -> None:
    assert importers(package) == set()


def test_calibration_imports_the_package_and_is_not_imported_by_it() -> None:
    assert importers("sim", ROOT / "calibration") != set()


# -- luck --------------------------------------------------------------------------------------------------------------


def test_all_luck_comes_from_one_module() -> None:
    assert importers("random") == importers("numpy.random") == set()
    assert importers("secrets") == {"sim/page/serving.py"}, "a token is no luck of a model; all else is"
    pattern = re.compile(r"\b(np|numpy)\.random\b|\bdefault_rng\b|\bRandomState\b|\brvs\(|\bos\.urandom\b|\buuid4\b")
    assert [name_of(path) for path in MODULES if pattern.search(path.read_text("utf-8"))] == []


def test_nothing_in_the_model_reads_the_clock() -> None:
    inside = [path for path in MODULES if path.relative_to(SIM).parts[0] not in ("cli", "experiments", "page")]
    pattern = re.compile(r"\b(time\.(time|perf_counter|monotonic)|datetime\.now|date\.today)\b")
    assert [name_of(path) for path in inside if pattern.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__"])
def test_no_text_is_ever_executed(name: str) -> None:
    def calls(path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id

    folders = [*MODULES, *(ROOT / "calibration").rglob("*.py")]
    assert [name_of(path) for path in folders if name in calls(path)] == []


# -- size and start ----------------------------------------------------------------------------------------------------


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_says_what_lives_in_it() -> None:
    trees = {name_of(path): ast.parse(path.read_text("utf-8")) for path in MODULES if path.read_text("utf-8").strip()}
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["compare", "--help"],
        ["report", "--help"],
        ["serve", "--help"],
        ["sensitivity", "--help"],
        ["discover", "--help"],
        ["validate", "scenarios/harbin-baseline.yaml"],
        ["schema"],
        ["schema", "intervention"],
        ["schema", "sweep"],
        ["sweep", "--help"],
        ["explain", "scenarios/harbin-baseline.yaml"],
        ["scenarios"],
        ["sources", "scenarios/harbin-baseline.yaml"],
        ["sources", "A008"],
    ],
    ids=" ".join,
)
def test_command_that_only_reads_imports_nothing_slow(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom sim.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('imported:', *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "imported:"


# -- what stays out ----------------------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    names = run("git", "ls-files", "-z").stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def test_locks_name_no_place_to_download_from() -> None:
    locks = sorted(ROOT.glob("*.lock"))
    assert locks
    for lock in locks:
        text = lock.read_text("utf-8")
        assert re.findall(r"https?:|file:|@ *git|--(?:extra-)?index-url|--find-links", text) == []
        lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "--hash"))]
        assert [line for line in lines if "==" not in line] == [], "every package is pinned"


def test_nothing_large_and_nothing_made_by_a_run_is_committed() -> None:
    files = tracked()
    if not files:
        pytest.skip("not a checkout")
    assert [name_of(path) for path in files if path.stat().st_size > 2_000_000] == []
    made = (".nbc", ".nbi", ".pyc", ".egg-info")
    assert [name_of(path) for path in files if path.suffix in made or "results/runs/" in path.as_posix()] == []


def test_tests_of_one_module_have_names_of_their_own() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert sorted(set(names)) == sorted(names), f"{name_of(path)} defines a name twice: one of the two never runs"
