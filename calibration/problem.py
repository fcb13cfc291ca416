"""What is calibrated: parameters with priors, the numbers they move, outputs, reports, and their rival readings.

One file per corridor, `calibration/corridors/NAME.yaml`, read as strictly as a scenario. Knows how the file is built;
knows no simulation and no statistics.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from calibration.formula import names_of
from calibration.priors import Prior, Space
from sim.errors import SimError, closest
from sim.ledger.formulas import FormulaError
from sim.reading import build, read_tree
from sim.scenario.base import Described

ROOT = Path(__file__).resolve().parents[1]
CORRIDORS = ROOT / "calibration" / "corridors"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60), Field(description="a name")]
Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
LogSd = Annotated[float, Field(ge=0, le=2)]


class ProblemError(SimError):
    """There is no such corridor to calibrate, or its description contradicts itself."""


class Parameter(Described):
    """Something that is not known: its prior, and why it is as wide as it is."""

    what: str = Field(description="what it is, in words")
    unit: str = Field("", description="its unit")
    prior: Prior = Field(description="what is believed before the reports")
    why: str = Field(description="where the prior comes from")


class Move(Described):
    """What a number of the scenario is set to, or multiplied by: a formula of parameters."""

    formula: str = Field(description="formula of parameters")
    unit: str = Field("", description="unit of the result; that of the field if not given")
    is_factor: bool = Field(False, description="whether the number is multiplied by it")


def _move(data: Any) -> Any:
    return {"formula": data} if isinstance(data, str | int | float) else data


class Term(Described):
    """A sum over rows of a table of a run."""

    table: Literal["flows", "lanes"] = Field(description="table, as in docs/tables.md")
    column: str = Field(description="column that is summed")
    months: tuple[Month, Month] = Field(description="first and last month")
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="column: the names that count")
    times: float = Field(1.0, description="factor of the sum")


class Output(Described):
    """A positive quantity that a run gives; emulated on a logarithmic scale."""

    what: str = Field(description="what it is, in words")
    unit: str = Field(description="its unit")
    terms: tuple[Term, ...] = Field(min_length=1, description="sums that make it")
    discrepancy: LogSd = Field(description="log-scale sd of what the model leaves out, whatever its parameters")
    why: str = Field(description="why the discrepancy is of that size")


class Target(Described):
    """A report: what it says, of what, and how far a report of this kind may be off."""

    what: str = Field(description="what was reported, in words")
    row: str = Field(description="row of calibration/evidence/")
    value: float = Field(gt=0, description="what it says")
    unit: str = Field(description="its unit")
    year: int = Field(description="last year that it speaks of")
    of: dict[Name, float] = Field(default_factory=dict, description="product of outputs, each to this power")
    parameters: dict[Name, float] = Field(default_factory=dict, description="and of parameters, each to this power")
    log_sd: LogSd = Field(description="reporting error, log-scale sd")
    why: str = Field(description="why the error is of that size")


class Unknown(Described):
    """An unknown factor that a reading brings in, common to several targets: exp(sd * normal) to the power of each."""

    log_sd: LogSd = Field(description="log-scale sd")
    on: dict[Name, float] = Field(min_length=1, description="power by target")


class Option(Described):
    """One way to read the reports: what it changes in the expected report and in its error."""

    says: str = Field(description="the reading in words")
    probability: float = Field(gt=0, lt=1, description="before the reports are compared with the model")
    why: str = Field(description="why that probability, and why what follows from it")
    factors: dict[Name, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="by target: the report is expected at this multiple of the modelled quantity"
    )
    errors: dict[Name, LogSd] = Field(default_factory=dict, description="by target: reporting error in its place")
    unknowns: tuple[Unknown, ...] = Field((), description="further factors that are not known")


class Question(Described):
    """A contradiction: rival readings of which one holds."""

    what: str = Field(description="what contradicts what")
    options: dict[Name, Option] = Field(min_length=2, description="the rival readings")

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = sum(option.probability for option in self.options.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the probabilities of the readings sum to {total:g}, not 1")
        return self


class Check(Described):
    """A report that is compared and not fitted; a free multiplier stands between it and the model."""

    what: str = Field(description="what was reported, in words")
    row: str = Field(description="row of calibration/evidence/")
    value: float = Field(gt=0, description="what it says")
    unit: str = Field(description="its unit")
    of: dict[Name, float] = Field(min_length=1, description="product of outputs, each to this power")
    multiplier: str = Field(description="what lies between the modelled and the reported quantity")


class Forecast(Described):
    """A forecast that anybody could make without a model."""

    forecast: float = Field(gt=0, description="in the unit of the target")
    log_sd: LogSd = Field(description="its error, from the reporting errors of what it rests on")
    why: str = Field(description="its arithmetic")


class Holdout(Described):
    """A forecast of what was reported later, from the earlier reports alone."""

    fit: tuple[Name, ...] = Field(min_length=1, description="targets that are fitted")
    predict: Name = Field(description="target that is predicted")
    naive: dict[Name, Forecast] = Field(min_length=1, description="forecasts without a model, in the target's unit")


class Size(Described):
    """How much a calibration computes."""

    parcels_per_row: int = Field(ge=1, le=10_000, description="row size of the runs")
    first_wave: int = Field(ge=10, le=1000, description="points of the first wave, spread over the whole prior")
    waves: int = Field(ge=1, le=6, description="waves in all")
    next_wave: int = Field(ge=10, le=1000, description="points of each later wave")
    repeated: int = Field(ge=3, le=100, description="points of the first wave that are run again with other luck")
    repeats: int = Field(ge=1, le=20, description="further runs of each of these")
    fresh: int = Field(ge=10, le=1000, description="runs at posterior draws, for the cross-check")
    walkers: int = Field(ge=8, le=400, description="walkers of the sampler")
    steps: int = Field(ge=100, le=50_000, description="steps that are kept")
    burn_in: int = Field(ge=50, le=50_000, description="steps before them")
    evidence_draws: int = Field(ge=500, le=10**6, description="draws for the evidence of the readings")
    draws: int = Field(200, ge=10, le=10_000, description="equally weighted draws that are written")

    @property
    def runs(self) -> int:
        """Simulator runs in all."""
        return self.first_wave + (self.waves - 1) * self.next_wave + self.repeated * self.repeats + self.fresh


class Problem(Described):
    """The whole calibration of a corridor."""

    corridor: Name = Field(description="its name")
    title: str = Field(description="one line")
    base: str = Field(description="scenario that is run, from the root of the repository")
    overlay: dict[str, Any] = Field(description="what is laid over it: the horizon, the years that parameters describe")
    seed: int = Field(ge=0, description="seed of everything that is drawn")
    full: Size = Field(description="the calibration that ships")
    quick: Size = Field(description="a coarse one, for tests")
    parameters: dict[Name, Parameter] = Field(min_length=1)
    moves: dict[str, Annotated[Move, BeforeValidator(_move)]] = Field(min_length=1)
    outputs: dict[Name, Output] = Field(min_length=1)
    targets: dict[Name, Target] = Field(min_length=1)
    readings: dict[Name, Question] = Field(default_factory=dict)
    checks: dict[Name, Check] = Field(default_factory=dict)
    holdout: Holdout | None = None

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        yield from self._formula_faults()
        powers = {name: target.of for name, target in self.targets.items()}
        powers |= {name: check.of for name, check in self.checks.items()}
        for name, of in powers.items():
            yield from _unknown(of, self.outputs, "output", name)
        for name, of_target in self.targets.items():
            if not (of_target.of or of_target.parameters):
                yield f"{name}: the target is of nothing"
            yield from _unknown(of_target.parameters, self.parameters, "parameter", name)
        for question, option in ((q, o) for q in self.readings for o in self.readings[q].options.values()):
            named = [*option.factors, *option.errors, *(target for unknown in option.unknowns for target in unknown.on)]
            yield from _unknown(dict.fromkeys(named, 1.0), self.targets, "target", question)
        if self.holdout:
            named = [*self.holdout.fit, self.holdout.predict]
            yield from _unknown(dict.fromkeys(named, 1.0), self.targets, "target", "holdout")

    def _formula_faults(self) -> Iterator[str]:
        used = {name for target in self.targets.values() for name in target.parameters}
        for path, move in self.moves.items():
            try:
                names = names_of(move.formula)
            except FormulaError as error:
                yield f"{path}: {error}"
                continue
            used |= names
            yield from _unknown(dict.fromkeys(names, 1.0), self.parameters, "parameter", path)
        yield from (f"the parameter '{name}' moves nothing" for name in self.parameters if name not in used)

    @cached_property
    def space(self) -> Space:
        """All parameters."""
        return Space(tuple(self.parameters), tuple(parameter.prior for parameter in self.parameters.values()))

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """Parameters that move a number of the scenario: those that outputs depend on."""
        used = {name for move in self.moves.values() for name in names_of(move.formula)}
        return tuple(name for name in self.parameters if name in used)

    @cached_property
    def combinations(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of readings, one option of each question."""
        return tuple(product(*(question.options for question in self.readings.values())))

    def options(self, combination: tuple[str, ...]) -> list[Option]:
        """The options of a combination."""
        return [q.options[name] for q, name in zip(self.readings.values(), combination, strict=True)]

    def moved_by(self, parameter: str) -> list[str]:
        """Numbers of the scenario that a parameter moves."""
        return [path for path, move in self.moves.items() if parameter in names_of(move.formula)]


def _unknown(named: Mapping[str, float], known: Mapping[str, Any], noun: str, where: str) -> Iterator[str]:
    for name in named:
        if name not in known:
            nearest = closest(name, known)
            yield f"{where}: there is no {noun} '{name}'" + (f"; did you mean '{nearest}'?" if nearest else "")


def names() -> list[str]:
    """Corridors that can be calibrated."""
    return sorted(file.stem for file in CORRIDORS.glob("*.yaml"))


def read(corridor: str | Path) -> Problem:
    """The calibration of a corridor by its name, or of a file. Raises ScenarioError with every problem found."""
    file = corridor if isinstance(corridor, Path) else CORRIDORS / f"{corridor}.yaml"
    if not file.is_file():
        raise ProblemError(f"there is no calibration of '{corridor}'; known are {', '.join(names())}")
    return build(Problem, read_tree(file))
