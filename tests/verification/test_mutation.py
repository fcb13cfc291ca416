"""Mutation testing itself: what is mutated, how a mutant is put in place, what is counted."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="make mutate installs it")

from verification.mutation import codes, mutants, outcomes
from verification.mutation.children import ended, fork
from verification.mutation.outcomes import Outcome, Score
from verification.mutation.scope import ROOT

TOY = '''"""A toy."""


def njit(function):
    return function


class Box:
    """A box."""

    def __init__(self, size: int = 3) -> None:
        if size < 0:
            raise ValueError(f"{size} is below {0 + 0}")
        self.size = size

    @property
    def room(self) -> int:
        """What fits: 7 + 7."""
        return self.size * 2


@njit
def several(n):
    return [i for i in range(n) if i > 1]
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "toy.py"
    path.write_text(TOY, "utf-8")
    monkeypatch.setattr("verification.mutation.mutants.name_of", lambda path: path.name)
    monkeypatch.setattr("verification.mutation.codes.name_of", lambda path: path.name)
    return path


def changes(path: Path) -> dict[str, str]:
    return {mutant.name: mutant.change[1] for mutant in mutants.of_module(path)}


def test_bodies_are_mutated_and_neither_signatures_nor_words(toy: Path) -> None:
    found = changes(toy)
    assert "toy.py:Box.__init__#1" in found
    assert {"if size <= 0:", "if size < 1:", "self.size = None"} <= set(found.values())
    assert {"return self.size / 2", "return self.size * 3"} <= set(found.values())
    assert not any("0 + 0" in text.replace("size", "") or "7" in text or "= 4" in text for text in found.values())


def test_a_decorated_function_is_mutated_and_known_as_compiled(toy: Path) -> None:
    compiled = {mutant.function for mutant in mutants.of_module(toy) if mutant.is_compiled}
    assert compiled == {"several"}


def test_a_larger_sample_holds_the_smaller_one(toy: Path) -> None:
    every = mutants.of_module(toy)
    small, large = ([mutant.name for mutant in mutants.sample(every, n, seed=5)] for n in (3, 6))
    assert large[:3] == small
    assert len(set(large)) == 6
    assert [mutant.name for mutant in mutants.sample(every, 3, seed=6)] != small


def test_code_is_exchanged_for_whoever_holds_the_function(toy: Path) -> None:
    spec = importlib.util.spec_from_file_location("toy", toy)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    box, held = module.Box(), module.several
    functions = codes.functions([toy])["toy.py"]
    (mutant,) = (each for each in mutants.of_module(toy) if each.change[1] == "return self.size * 3")
    codes.exchange(functions[mutant.function], codes.codes(mutant.source, toy)[mutant.function])
    assert box.room == 9
    (mutant,) = (each for each in mutants.of_module(toy) if "i > 2" in each.change[1])
    codes.exchange(functions[mutant.function], codes.codes(mutant.source, toy)[mutant.function])
    assert held(5) == [3, 4]


def test_instrumented_functions_tell_their_names(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(f"builtins.{codes.HIT}", called.append, raising=False)
    space: dict[str, object] = {"__name__": "toy"}
    exec(compile(TOY, str(toy), "exec"), space)
    functions = codes.functions([toy])["toy.py"]
    for name, code in codes.instrumented(toy).items():
        codes.exchange(functions[name], code)
    assert space["Box"](4).room == 8  # type: ignore[operator]
    assert called == ["toy.py:Box.__init__", "toy.py:Box.room"]


def test_a_child_says_how_it_ended_and_leaves_nothing() -> None:
    def work(tell: Callable[[str], None]) -> None:
        tell("one")
        tell("two")

    child = fork(work, seconds=20)
    assert ended(child) == (["one", "two"], 0)
    assert not child.folder.exists()


def test_a_child_that_does_not_end_is_ended() -> None:
    def for_ever(_: object) -> None:
        while True:
            pass

    assert ended(fork(for_ever, seconds=0.2)) == ([], None)


def outcome(name: str, how: str) -> Outcome:
    return Outcome(name, 1, "a", "b", "f", how, 3, "")


def test_what_is_no_fault_counts_for_nothing() -> None:
    hows = ["killed"] * 6 + ["too long", "crashed", "survived", "not reached", "no fault"]
    score = Score.of([outcome(str(i), how) for i, how in enumerate(hows)], 101)
    assert (score.n, score.killed, score.all) == (10, 8, 100)
    low, high = score.interval()
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)  # Wilson, 8 of 10


def test_of_all_mutants_the_score_is_known() -> None:
    score = Score.of([outcome("a", "killed"), outcome("b", "survived"), outcome("c", "no fault")], 3)
    assert score.interval() == (0.5, 0.5)


def test_the_last_outcome_of_a_mutant_counts(tmp_path: Path) -> None:
    for how in ("survived", "killed"):
        outcomes.append(outcome("a", how), tmp_path / "outcomes.jsonl")
    assert {name: one.how for name, one in outcomes.read(tmp_path / "outcomes.jsonl").items()} == {"a": "killed"}


def test_every_package_has_mutants_of_its_kernels() -> None:
    path = ROOT / "sim" / "kernels" / "queueing.py"
    found = mutants.of_module(path)
    assert {"serve", "to_wall_end", "keep_free_last"} <= {mutant.function for mutant in found}
    assert {mutant.is_compiled for mutant in found if mutant.function == "serve"} == {True}
    assert {mutant.is_compiled for mutant in found if mutant.function == "keep_free_last"} == {False}
