"""The tutorial does what it says, and so does the README: every block runs, and prints what stands under it."""

import ast
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

import sim
from docs import tutorial
from sim.cli import cli

ROOT = Path(__file__).parents[2]
PAGE = tutorial.PAGE.read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SLOW = ("run", "calibrate", "compare", "discover", "rank", "report", "sensitivity", "serve", "site", "sweep")
"""Commands that are only parsed here, as is `sources --variance`: they take long or need results. That they run is
shown elsewhere."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tutorial.copied() as copy:
        yield copy


# -- the tutorial ------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(900)
def test_every_block_of_the_tutorial_prints_what_stands_under_it() -> None:
    blocks = tutorial.blocks_of(PAGE)
    assert {block.kind for block in blocks} == {"python", "sh", "yaml"}
    assert len(blocks) > 15
    wrong = []
    with tutorial.copied():
        for block, output in zip(blocks, tutorial.outputs_of(blocks), strict=True):
            if block.output is not None and block.output != output:
                wrong.append(f"line {block.line}:\n{block.code}printed\n{output}in place of\n{block.output}")
    assert not wrong, "\n".join([*wrong, "if it is right so, run `make docs`"])


def test_nothing_of_the_tutorial_is_left_out() -> None:
    assert PAGE.count("```") == 2 * sum(1 + (block.output is not None) for block in tutorial.blocks_of(PAGE))


def test_tutorial_is_executed_as_a_notebook_would(folder: Path) -> None:
    page = '```python\nx = 2\nx + 1\n```\n\n```text\n3\n```\n\n```python\nprint("a ")\nx = None\nx\n```\n\n'
    page += "```yaml\n# scenarios/x.yaml\na: 1\n```\n"
    blocks = tutorial.blocks_of(page)
    assert [(block.kind, block.output, block.line) for block in blocks] == [
        ("python", "3\n", 1),
        ("python", None, 10),
        ("yaml", None, 16),
    ]
    assert list(tutorial.outputs_of(blocks)) == ["3\n", "a\n", "\n"]
    assert (folder / "scenarios" / "x.yaml").read_text() == "# scenarios/x.yaml\na: 1\n"
    assert tutorial.made(page) == page
    assert tutorial.made(page.replace("\n3\n", "\n4\n")) == page


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```sh\nrm -rf /\n```\n", "'rm -rf /' is no call of the command"),
        ("```sh\n.venv/bin/sim validate scenarios/none.yaml\n```\n", "ends with the exit code 2"),
        ("```toml\na = 1\n```\n", "line 1: no block of 'toml' can be run"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_block_that_cannot_run_is_told(block: str, message: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match=message):
        list(tutorial.outputs_of(tutorial.blocks_of(block)))


@pytest.mark.usefixtures("folder")
def test_block_that_fails_names_its_line_and_what_it_told() -> None:
    page = "```python\nx = 1\n```\n\n```sh\n.venv/bin/sim validate scenarios/none.yaml\n```\n"
    with pytest.raises(RuntimeError) as failure:
        list(tutorial.outputs_of(tutorial.blocks_of(page)))
    line, told = failure.value.__notes__
    assert line == "in the block at line 5 of the page"
    assert "scenarios/none.yaml" in told
    page = '```python\nimport sys\nprint("beware", file=sys.stderr)\n1 / 0\n```\n'
    with pytest.raises(ZeroDivisionError) as failure:
        list(tutorial.outputs_of(tutorial.blocks_of(page)))
    assert failure.value.__notes__ == ["in the block at line 1 of the page", "which wrote to stderr:\nbeware"]


# -- the README --------------------------------------------------------------------------------------------------------


def runs(arguments: Sequence[str]) -> bool:
    """Whether a call simulates."""
    return arguments[0] in SLOW or "--variance" in arguments


def commands() -> list[list[str]]:
    """Arguments of all calls of the command in the README, a redirection left out."""
    lines = [line for block in tutorial.blocks_of(README) if block.kind == "sh" for line in block.code.splitlines()]
    calls = [shlex.split(line, comments=True) for line in lines if line.startswith(".venv/bin/sim ")]
    return [call[1 : call.index(">") if ">" in call else None] for call in calls]


def save_plans(folder: Path) -> list[Path]:
    """The scenarios that the README writes."""
    files = []
    for block in tutorial.blocks_of(README):
        if block.kind == "yaml":
            name = next(line.split(": ")[1] for line in block.code.splitlines() if line.startswith("scenario:"))
            files.append(folder / "scenarios" / f"{name}.yaml")
            files[-1].write_text(block.code, "utf-8")
    return files


@pytest.mark.parametrize("arguments", [each for each in commands() if not runs(each)], ids=" ".join)
@pytest.mark.usefixtures("folder")
def test_command_of_the_readme_that_only_reads_does_what_it_says(arguments: list[str]) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    assert len(done.output) > 100


@pytest.mark.parametrize("arguments", [each for each in commands() if runs(each)], ids=" ".join)
def test_command_of_the_readme_that_runs_has_files_and_options_that_there_are(
    folder: Path, arguments: list[str]
) -> None:
    save_plans(folder)
    name, *rest = arguments
    for result in (each for each in rest if each.startswith("results/")):  # of the command before it
        (folder / result).mkdir(parents=True)
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    parsed = command.make_context(name, rest).params
    assert all(Path(file).is_file() for file in [*parsed.get("files", ()), parsed.get("file")] if file)


def test_scenarios_of_the_readme_load(folder: Path) -> None:
    files = save_plans(folder)
    assert len(files) == 2
    for file in files:
        assert sim.explain(sim.load(file), sim.load("scenarios/harbin-baseline.yaml")).record["differences"]


@pytest.mark.usefixtures("folder")
def test_python_of_the_readme_calls_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = (each for each in tutorial.blocks_of(README) if each.kind == "python")
    for name in ("run", "compare"):
        monkeypatch.setattr(sim, name, mock.create_autospec(getattr(sim, name)), raising=False)
    session: dict[str, object] = {}
    exec(compile(ast.parse(block.code), "README", "exec"), session)
    sim.compare.assert_called_once()  # type: ignore[attr-defined]
    base, (plan, name) = sim.compare.call_args.args  # type: ignore[attr-defined]
    assert sim.explain(plan, base).record["differences"]
    assert sim.with_interventions(base, name).interventions
