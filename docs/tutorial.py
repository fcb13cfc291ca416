"""`python -m docs.tutorial [--check]`: runs the blocks of docs/tutorial.md and writes under each what it printed.

All blocks run in order in a copy of the scenarios. A block of `yaml` is saved as the file that its first line names; of
`sh` each line calls the command; those of `python` are one session, whose last expression is shown as at a prompt. A
block of `text` right after one of these is what it prints; without such a block nothing is shown. With `--check`
nothing is written, and the exit code is 1 if the page differs.
"""

import ast
import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from sim.cli import main as command

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^```(?P<kind>\w+)\n(?P<code>.*?)^```\n(?P<answer>\n```text\n(?P<output>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)
WIDTH = 100


@dataclass(frozen=True)
class Block:
    """A block of a page, and what is said to come out of it (None if nothing is said)."""

    kind: str
    code: str
    output: str | None
    line: int


def blocks_of(page: str) -> list[Block]:
    """All blocks of a page in order, each with its output."""
    return [
        Block(found["kind"], found["code"], found["output"], page.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(page)
    ]


def outputs_of(blocks: Sequence[Block]) -> Iterator[str]:
    """What each block prints, run in order in the working folder."""
    import pandas as pd

    session: dict[str, Any] = {"__name__": "tutorial"}
    run = {"yaml": _save, "sh": _call, "python": lambda code: _execute(code, session)}
    for block in blocks:
        if block.kind not in run:
            raise ValueError(f"line {block.line}: no block of '{block.kind}' can be run")
        shown, told = io.StringIO(), io.StringIO()
        with (
            _naming(block, told),
            contextlib.redirect_stdout(shown),
            contextlib.redirect_stderr(told),
            pd.option_context("display.width", WIDTH, "display.max_columns", 20),
            mock.patch("os.cpu_count", return_value=1),
        ):
            run[block.kind](block.code)
        yield "".join(f"{line.rstrip()}\n" for line in shown.getvalue().strip("\n").split("\n"))


@contextlib.contextmanager
def _naming(block: Block, told: io.StringIO) -> Iterator[None]:
    """Whatever fails in a block says at which line of the page, and what the block wrote to stderr until then."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the block at line {block.line} of the page")
        if told.getvalue().strip():
            error.add_note(f"which wrote to stderr:\n{told.getvalue().rstrip()}")
        raise


def _save(code: str) -> None:
    """The file that a first line such as `# scenarios/x.yaml` names."""
    path = Path(code.split("\n", 1)[0].removeprefix("# "))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")


def _call(code: str) -> None:
    for line in code.splitlines():
        name, *arguments = shlex.split(line, comments=True)
        if name != ".venv/bin/sim":
            raise ValueError(f"'{line}' is no call of the command")
        try:
            command(arguments)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"'{line}' ends with the exit code {end.code}") from None


def _execute(code: str, session: dict[str, Any]) -> None:
    """As in a notebook: a last expression is shown."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "tutorial", "exec"), session)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "tutorial", "eval"), session)
        if value is not None:
            print(value)


@contextlib.contextmanager
def copied() -> Iterator[Path]:
    """A folder with a copy of the scenarios and of the evidence, in which one works for the while."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        for part in ("scenarios", "calibration/evidence", "calibration/posterior"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def made(page: str) -> str:
    """The page with what its blocks print, where it shows something."""
    with copied():
        outputs = outputs_of(blocks_of(page))
        return BLOCK.sub(lambda found: _with_output(found, next(outputs)), page)


def _with_output(found: re.Match[str], output: str) -> str:
    code = f"```{found['kind']}\n{found['code']}```\n"
    return code if found["answer"] is None else f"{code}\n```text\n{output}```\n"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or say whether it is out of date."""
    page = PAGE.read_text("utf-8")
    new = made(page)
    if "--check" in arguments:
        if new != page:
            print("docs/tutorial.md is out of date; run `make docs`", file=sys.stderr)
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
