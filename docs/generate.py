"""`python -m docs.generate [--check]`: writes the pages that are made from the program, or says which are out of date.

`docs/scenario-reference.md` comes from the models of a scenario, `docs/tables.md` and `docs/summary*` from the
declarations of the tables and of `sim run --json`, `docs/comparing-*` from those of a comparison,
`docs/reconciliation.md` from the tables of the evidence, `docs/proposals.*` and the tables of
`docs/interventions-*.md` from `results/comparisons/`, `docs/stress-des.md` from what reports say of the baselines,
`scenarios/schema.json` and those of interventions, rankings, sitings and sweeps from `sim schema`. With `--check`
nothing is written, and the exit code is 1 if a file differs.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from calibration.reconciliation import page
from docs import proposals, stress
from sim.cli import comparison_json, summary
from sim.cli.schema import schema_text
from sim.errors import listed
from sim.reading.annotations import Expected, expected, known_keys
from sim.scenario.base import _PARAMETERS, Described, Distribution, Slug
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.measures import AnyMeasure
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario, World
from sim.scenario.targets import _FIELDS, Target, targets
from sim.units import DIMENSIONS, Notation, Quantity, TariffNotation

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = Path(__file__).with_name("example.yaml")
SLUG_PATTERN = next(item.pattern for item in expected(Slug).metadata if hasattr(item, "pattern"))
COMPARISONS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
LENGTHS = {"min_length": "at least", "max_length": "at most"}
COLLECTIONS = {dict: "mapping", tuple: "list", list: "list"}

INTRODUCTION = """\
# Scenario reference

Made by `make docs` from the models that read a scenario. What the numbers mean in the simulation is told in
[model.md](model.md). `sim validate FILE` says everything that is wrong with a file. `sim schema` prints this page as a
JSON Schema: with the line `# yaml-language-server: $schema=schema.json` at its top, editors complete and check a file.

## Files and layers

A file is YAML 1.2 and plain data: no tags, no merge keys (`<<`), no key twice. Names of things are in lower-case
letters, digits and single hyphens; they become part of file names.

- A **corridor**, `scenarios/corridors/NAME.yaml`, holds the sections of a world: places, regions, products, stations,
  customs, lanes, consolidations, warehouses, freight, last miles, routes, a market, and changes that come whatever is
  decided.
- A **scenario** has a name (`scenario`), takes corridors (`corridors: [harbin]`), gives a `horizon`, and may say
  anything that a corridor says.
- An **intervention** or disruption says what a scenario may take on top, in dated measures; see
  [interventions](#interventions).
- A scenario may be laid over another one: `base: ../harbin-baseline.yaml`, relative to itself. Base, corridors and the
  file itself are layers, each over the one before.

| in the upper layer | what happens |
|---|---|
| a mapping | merges with the mapping below, key by key |
| a number, a text, a list, a value with its source | replaces what is below, whole |
| `null` | removes the key below it |

Corridors of one scenario lie beside, not over each other: what two of them describe alike they share, and where they
contradict each other the scenario is refused. Files are looked for only inside the folder that holds `corridors/`.

## Values and their sources

Wherever a value stands, the value together with its source may stand, on a number as well as on a list or mapping:

- `{value: 21.9 t, published: A028}`: published; a row, or a list of rows, of `calibration/evidence/published.csv`
- `{value: 9488400, reported: hlj.parcels.2016}`: reported by a source document; rows of
  `calibration/evidence/reported.csv`
- `{value: 21.9 t, derived: "2106 / 96", from: [A008]}`: worked out of rows of either table by the formula, in the unit
  of the value
- `{value: 12 h, assumed: [6 h, 24 h], why: "not published"}`: assumed; the range in which it may lie (or `"+-50 %"`),
  and the reason

Each takes a `note`. In the shipped corridors every number has its source: `make check` sees to it.

## How values are written

A quantity is a text with its unit, or a bare number in the unit that the field names below.

"""

LAYERS_END = """\
A tariff is written `12 CNY + 60 CNY/kg`, either part alone, or as a bare number of CNY. Money is constant CNY of 2016.
A date is `2016-11-12`, a month and day `11-11`, a time of day `"18:00"` (in quotes), opening hours
`Mon-Fri 08:00-20:00, Sat 09:00-13:00`, `daily 06:00-22:00`, `22:00-06:00` or `always`, a weekday `mon`.
Durations are rounded to microseconds, masses to grams, volumes to cubic centimetres.

### Distributions

Where a distribution of a quantity is asked for, a bare quantity is a constant. Otherwise it is a mapping with the key
`distribution` and what its kind needs; all but `cv` and `shape` are quantities.

"""

MIXTURE = """
A mixture draws from one of up to eight parts; their shares sum to one:

```yaml
dwell:
  distribution: mixture
  of:
    - {share: 0.3, distribution: lognormal, mean: 2 d, cv: 0.5}
    - {share: 0.7, distribution: uniform, low: 4 d, high: 7 d}
```

"""

INTERVENTIONS = """\
## Interventions

An intervention is a file of `scenarios/interventions/`, a disruption one of `scenarios/disruptions/`; its name is that
of its file. `base` says in which scenario `sim validate FILE` checks it, and `sim explain FILE` tells what it changes
there. A scenario takes them by name, `interventions: [harbin-charters]`, or lays a mapping over them, in which any
number may be another: `interventions: {harbin-charters: {at: 2017-07-01, capital: 5e6 CNY}}`; `null` takes one away.
One that has no file stands there whole. Over a base a mapping merges and a list replaces, as everywhere.

Beside the keys below, `adds` holds sections of a world which are united with that of the scenario: new stations, lanes,
paths, routes. It may add keys and never contradict what is there; what it adds is described as closed
(`is_open: false`) or without a share, and a measure opens it. Assumed ranges in an intervention and in its `adds` are
drawn in comparisons: of a number, of the mean of a distribution; ranges of lists and dates are not.

A measure that names a thing which the world does not have, or a number which the thing does not have, is refused. What
each kind changes is told in section 10 of [model.md](model.md). With the line
`# yaml-language-server: $schema=schema.json` at its top (`../interventions/schema.json` for disruptions), editors
complete and check a file.

"""

CHANGES = """\
## What dated changes can change

`change` is the dotted path of a number, or of a switch, of the scenario. `set` and `add` take a value as the field
does, with its unit; `multiply` takes a factor; a switch takes only `set: true` or `set: false`. How several changes of
one number compose, and what a ramp does, is told in section 10 of [model.md](model.md). Whatever is done to it, a
number keeps its bounds, and a whole number is rounded. A changed mean scales its distribution.

"""


def files() -> dict[Path, str]:
    """The text of every page by its path."""
    from sim.indicators import reference

    return {
        ROOT / "docs" / "scenario-reference.md": scenario_reference(),
        ROOT / "docs" / "tables.md": reference(),
        ROOT / "docs" / "summary.md": summary.page(),
        ROOT / "docs" / "summary-schema.json": json.dumps(summary.summary_schema(), ensure_ascii=False, indent=1)
        + "\n",
        ROOT / "docs" / "comparing-tables.md": comparison_json.comparison_reference(),
        ROOT / "docs" / "comparing-schema.json": json.dumps(
            comparison_json.comparison_schema(), ensure_ascii=False, indent=1
        )
        + "\n",
        ROOT / "docs" / "reconciliation.md": page(),
        ROOT / "docs" / "stress-des.md": stress.page(),
        ROOT / "scenarios" / "schema.json": schema_text(),
        ROOT / "scenarios" / "interventions" / "schema.json": schema_text("intervention"),
        ROOT / "scenarios" / "rankings" / "schema.json": schema_text("ranking"),
        ROOT / "scenarios" / "siting" / "schema.json": schema_text("siting"),
        ROOT / "scenarios" / "sweeps" / "schema.json": schema_text("sweep"),
        **{ROOT / path.relative_to(proposals.ROOT): text for path, text in proposals.files().items()},
    }


def scenario_reference() -> str:
    """The page on scenario files."""
    parts = [INTRODUCTION, _units(), LAYERS_END, _distributions(), MIXTURE, "## Keys\n\n"]
    parts += [_section(model) for model in _models(Scenario) if model not in _of_interventions()]
    parts += [INTERVENTIONS, *(_section(model) for model in _of_interventions())]
    parts += [CHANGES, _changeable(), "\n## Example\n\nA small but whole scenario, [example.yaml](example.yaml):\n\n"]
    parts += [f"```yaml\n{_example_text()}```\n"]
    return "".join(parts)


# -- units and distributions -------------------------------------------------------------------------------------------


def _units() -> str:
    used = {written.dimension for written in _all_written() if isinstance(written, Quantity)}
    lines = ["| quantity | units |", "|---|---|"]
    for name, dimension in DIMENSIONS.items():
        units = [f"`{unit}`" for unit in dimension.units if unit]
        if name in used and units:
            lines.append(f"| {dimension.noun} | {', '.join(units)}{_remark(name)} |")
    return "\n".join(lines) + "\n\n"


def _remark(dimension: str) -> str:
    return {
        "duration": "; several parts may follow each other, `1 d 12 h`",
        "share": ", or a bare number from 0 to 1",
    }.get(dimension, "")


def _all_written() -> Iterator[Any]:
    for model in (*_models(Scenario), *_distributions_of(Scenario)):
        for info in model.model_fields.values():
            yield from (part.written for part in _parts(_expected(info)) if part.written)


def _distributions_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models of single parts of distributions, one for each quantity."""
    for described in _models(model):
        for info in described.model_fields.values():
            for part in _parts(_expected(info)):
                if part.model and _is_distribution(part.model):
                    (component,) = (
                        each.model for each in _parts(_expected(part.model.model_fields["parts"])) if each.model
                    )
                    yield component


def _distributions() -> str:
    lines = ["| kind | needs | example for a duration |", "|---|---|---|"]
    values = {"mean": "10 h", "cv": "0.5", "low": "6 h", "mode": "9 h", "high": "20 h", "shape": "2"}
    order = list(values)
    for kind, needed in _PARAMETERS.items():
        keys = sorted(needed, key=order.index)
        example = ", ".join(f"{key}: {values[key]}" for key in keys)
        lines.append(
            f"| `{kind}` | {listed([f'`{key}`' for key in keys], 'and')} | `{{distribution: {kind}, {example}}}` |"
        )
    fields = next(_distributions_of(Scenario)).model_fields
    bounds = [f"`{name}` is {'; '.join(_bounds(_expected(fields[name])))}" for name in ("cv", "shape")]
    return "\n".join(lines) + f"\n\n{', '.join(bounds)}.\n"


# -- one section for each model ----------------------------------------------------------------------------------------


def _models(top: type[BaseModel]) -> list[type[BaseModel]]:
    """The models of a scenario, each before those that it contains."""
    found: list[type[BaseModel]] = []

    def visit(model: type[BaseModel]) -> None:
        if model in found or _is_distribution(model):
            return
        found.append(model)
        for info in _keys(model).values():
            for part in _parts(_expected(info)):
                if part.model:
                    visit(part.model)

    visit(top)
    return found


def _of_interventions() -> list[type[BaseModel]]:
    """An intervention and the kinds of its measures."""
    return [Intervention, *get_args(get_args(AnyMeasure)[0])]


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by their names in a file, its own before those it inherits."""
    own = {info.alias or name for name, info in model.model_fields.items() if name in model.__annotations__}
    keys = known_keys(model)
    return {key: keys[key] for key in sorted(keys, key=lambda key: key not in own)}


def _is_distribution(model: type[BaseModel]) -> bool:
    return issubclass(model, Distribution)


def _expected(info: FieldInfo) -> Expected:
    return expected(info.annotation, tuple(info.metadata))


def _parts(at: Expected) -> Iterator[Expected]:
    """An annotation and all that it is made of."""
    yield at
    if at.written is None and not at.model:
        arguments = at.members or (() if get_origin(at.annotation) is Literal else get_args(at.annotation))
        for argument in arguments:
            if argument not in (Ellipsis, NoneType):
                yield from _parts(expected(argument))


def _section(model: type[BaseModel]) -> str:
    places = _places_of(model)
    where = f"In {listed([f'`{place}`' for place in places], 'and')}. " if places else ""
    lines = [f"### {_title(model)}", "", where + _sentences(model), ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, info in _keys(model).items():
        bounds = _bounds(_expected(info))
        kind = "; ".join([_type(_expected(info)), *bounds])
        lines.append(f"| `{key}` | {kind} | {_default(info)} | {info.description} |")
    return "\n".join(lines) + "\n\n"


def _title(model: type[BaseModel]) -> str:
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).lower()
    return words[0].upper() + words[1:]


def _sentences(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _places_of(model: type[BaseModel]) -> list[str]:
    """Where a model stands: `lanes.NAME.payload`."""
    found: list[str] = []

    def visit(at: Expected, path: str) -> None:
        if at.model is model and path:
            found.append(path)
        elif at.model:
            for key, info in () if _is_distribution(at.model) else _keys(at.model).items():
                visit(_expected(info), f"{path}.{key}" if path else key)
        elif at.members:
            for member in at.members:
                visit(expected(member), path)
        elif at.shape == "mapping":
            visit(expected(get_args(at.annotation)[1]), f"{path}.NAME")
        elif at.shape == "list":
            visit(expected(get_args(at.annotation)[0]), f"{path}[]")

    visit(expected(Scenario), "")
    return list(dict.fromkeys(found))


def _type(at: Expected) -> str:
    written = at.written
    if isinstance(written, Quantity):
        noun = DIMENSIONS[written.dimension].noun.split(" ", 1)[1]
        return f"{noun} (bare: {written.bare})" if written.bare else "whole number" if noun == "count" else noun
    if isinstance(written, TariffNotation):
        return "tariff (bare: CNY)"
    if isinstance(written, Notation):
        return written.noun.removeprefix("a ").removeprefix("text of ")
    if at.members:
        kinds = [" of ".join([_type(each), *_bounds(each)]) for each in map(expected, at.members)]
        return listed(list(dict.fromkeys(kinds)))
    if get_origin(at.annotation) is Literal:
        return listed([f"`{value}`" for value in get_args(at.annotation)])
    if at.model:
        return _model_type(at.model)
    if at.shape in ("mapping", "list"):
        arguments = [expected(argument) for argument in get_args(at.annotation) if argument is not Ellipsis]
        things = ", ".join([_type(arguments[-1]), *_bounds(arguments[-1])])
        if at.shape == "list":
            return f"list of {things}"
        return f"by {_key_noun(arguments[0])}{' and ' + things[3:] if things.startswith('by ') else ': ' + things}"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return "name" if _is_name(at) else names.get(at.annotation, at.annotation.__name__)


def _key_noun(key: Expected) -> str:
    return "name" if _is_name(key) else ", ".join([_type(key), *_bounds(key)])


def _is_name(at: Expected) -> bool:
    return _pattern_of(at) == str(SLUG_PATTERN)


def _pattern_of(at: Expected) -> str | None:
    patterns = (getattr(item, "pattern", None) for item in _metadata(at))
    return None if at.written else next((str(pattern) for pattern in patterns if pattern), None)


def _metadata(at: Expected) -> Iterator[Any]:
    """All that is said of a value, also by a Field inside its annotation."""
    for item in at.metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else (item,)


def _model_type(model: type[BaseModel]) -> str:
    if _is_distribution(model):
        (argument,) = model.__pydantic_generic_metadata__["args"]
        return f"[distribution](#distributions) of {_type(expected(argument))}"
    title = _title(model)
    return f"[{title[0].lower() + title[1:]}](#{title.lower().replace(' ', '-')})"


def _bounds(at: Expected) -> list[str]:
    """The bounds of a value in words; those of a quantity in a unit of it."""
    if _is_name(at) or at.members:
        return []
    found = {
        name: bound
        for item in (at.written, *_metadata(at))
        for name in (*COMPARISONS, *LENGTHS)
        if (bound := getattr(item, name, None)) is not None
    }
    if isinstance(at.written, Quantity):
        share = at.written.dimension == "share"
        said_by_itself = {"ge": 0, "le": 1} if share else {"ge": 0}
        found = {name: bound for name, bound in found.items() if said_by_itself.get(name) != bound}
    pattern = _pattern_of(at)
    words = [f"of the pattern `{pattern}`"] if pattern else []
    words += _ends({name: _bound(at, found[name]) for name in COMPARISONS if name in found}, "ge", "le", COMPARISONS)
    lengths = _ends(
        {name: _grouped(found[name]) for name in LENGTHS if name in found}, "min_length", "max_length", LENGTHS
    )
    thing = ("entry", "entries") if at.shape in ("mapping", "list") else ("character", "characters")
    return words + [f"{length} {thing[length.split()[-1] != '1']}" for length in lengths]


def _ends(found: dict[str, str], low: str, high: str, words: Mapping[str, str]) -> list[str]:
    """Bounds in words: `1 to 9`, `exactly 12`, or each by itself."""
    if low in found and high in found:
        return [f"exactly {found[low]}" if found[low] == found[high] else f"{found[low]} to {found[high]}"]
    return [f"{words[name]} {text}" for name, text in found.items()]


def _bound(at: Expected, bound: float) -> str:
    return str(at.written.write(bound)) if isinstance(at.written, Quantity) else _grouped(bound)


def _grouped(number: float) -> str:
    """A number with its thousands apart; years stay as they are."""
    number = int(number) if float(number).is_integer() else number
    return f"{number:,}" if abs(number) >= 10_000 else f"{number}"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "needed"
    value = info.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, Described):
        return "its defaults"
    if isinstance(value, dict | tuple):
        return _sequence(value)
    written = next((part.written for part in _parts(_expected(info)) if part.written), None)
    text = written.write(value) if isinstance(written, Quantity) else value
    return (
        f"`{str(text).lower() if isinstance(text, bool) else re.sub(r'[.]0(?= |$)', '', str(text))}`"
        if text != ""
        else ""
    )


def _sequence(value: Any) -> str:
    if not value:
        return "none"
    return f"{len(value)} times `{value[0]:g}`" if len(set(value)) == 1 else f"`{value}`"


# -- changes and the example -------------------------------------------------------------------------------------------


def _changeable() -> str:
    """The numbers that changes can change: those of the shipped scenario and of the example, with names taken out."""
    found: dict[str, Target] = {}
    for scenario in (_example(), load(ROOT / "scenarios" / "harbin-baseline.yaml").scenario):
        for path, target in targets(scenario).items():
            found.setdefault(_pattern(path, scenario), target)
    kinds = {(target.dimension, target.bare, target.least, target.most, target.is_whole) for target in found.values()}
    missing = [name for name, kind in _FIELDS.items() if kind not in kinds]
    assert not missing, f"the example has nothing to change of the kind {missing}"
    lines = ["| path | value | bounds |", "|---|---|---|"]
    order = list(World.model_fields)
    for path in sorted(found, key=lambda path: (order.index(path.split(".")[0]), path)):
        lines.append(f"| `{path}` | {_kind(found[path])} | {_range(found[path])} |")
    return "\n".join(lines) + "\n"


def _pattern(path: str, scenario: Scenario) -> str:
    """A path with `REGION`, `STATION` and the like in place of names."""
    nouns = {"regions": "REGION", "products": "PRODUCT", "places": "PLACE"}
    section, *rest = path.split(".")
    at = 1 if section == "market" else 0
    singular = {"last_miles": "LAST-MILE", "customs": "OFFICE", "market": "ORIGIN"}
    rest[at] = singular.get(section, section.removesuffix("s").upper())
    for i in range(at + 1, len(rest)):
        rest[i] = next((noun for name, noun in nouns.items() if rest[i] in getattr(scenario, name)), rest[i])
        rest[i] = "CLASS" if rest[i - 1] == "users" else rest[i]
        rest[i] = "PATH" if rest[i - 2 : i] == ["gateways", "REGION"] else rest[i]
    return ".".join([section, *rest])


def _kind(target: Target) -> str:
    if target.is_switch:
        return "switch"
    if target.dimension == "share" and target.most > 1:
        return "number"
    noun = DIMENSIONS[target.dimension].noun.split(" ", 1)[1]
    return {"count": "whole number"}.get(noun, noun) + (f" (bare: {target.bare})" if target.bare else "")


def _range(target: Target) -> str:
    if target.is_switch:
        return "`true` or `false`"
    if target.dimension == "share" and target.most > 1:
        return f"{_grouped(target.least)} to {_grouped(target.most)}"
    quantity = Quantity(target.dimension, target.bare)
    ends = [quantity.write(int(end) if float(end).is_integer() else end) for end in (target.least, target.most)]
    return " to ".join(f"{end:,}" if isinstance(end, int) else str(end) for end in ends)


def _example_text() -> str:
    return EXAMPLE.read_text("utf-8")


def _example() -> Scenario:
    """The example, checked as any scenario is."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "example.yaml"
        file.write_text(_example_text(), "utf-8")
        return load(file).scenario


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` say which are out of date; the exit code."""
    is_check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    code = 0
    for path, text in files().items():
        name = path.relative_to(ROOT)
        if path.exists() and path.read_text("utf-8") == text:
            continue
        if is_check:
            print(f"{name} is out of date; run `make docs`", file=sys.stderr)
            code = 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return code


if __name__ == "__main__":
    sys.exit(main())
