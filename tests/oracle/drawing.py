"""What random worlds are drawn from: durations, queues, hours, and dated changes."""

from typing import Any

from hypothesis import strategies as st

from oracle.base_world import Dict

HOURS = (
    "always",
    "Mon-Fri 09:00-18:00",
    "Mon-Sat 08:00-12:00, Mon-Sat 13:00-20:00",
    "daily 22:00-06:00",
    "Mon-Fri 20:00-24:00, Sun 10:00-11:30",
    "Tue-Sun 00:00-24:00",
)
DAYS = [f"2016-{month:02}-{day:02}" for month, last in ((4, 30), (5, 31)) for day in range(1, last + 1)][17:44]
ALWAYS_IN = DAYS[6:9]
"""Days in the horizon of every world that is drawn."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHARES = st.sampled_from([0.0, 0.1, 0.35, 0.8, 1.0])


def hours(low: float, high: float) -> st.SearchStrategy[str]:
    """A duration in half hours or in odd seconds, so that ties are frequent but not the rule."""
    even = st.integers(int(low * 2), int(high * 2)).map(lambda n: f"{n * 30} min")
    odd = st.integers(int(low * 3600), int(high * 3600)).map(lambda n: f"{n} s")
    return even | odd


@st.composite
def times(draw: st.DrawFn, high: float) -> Any:
    """A distribution of a duration with a mean above zero."""
    kind = draw(
        st.sampled_from(["constant", "exponential", "lognormal", "uniform", "triangular", "weibull", "mixture"])
    )
    mean = draw(hours(0.5, high))
    if kind == "constant":
        return mean
    if kind == "mixture":
        parts = [{"share": 0.25, "distribution": "exponential", "mean": mean}, {"share": 0.75, "mean": "1 h"}]
        return {"distribution": "mixture", "of": [parts[0], parts[1] | {"distribution": "constant"}]}
    shapes: dict[str, Dict] = {
        "exponential": {"mean": mean},
        "lognormal": {"mean": mean, "cv": draw(st.sampled_from([0.2, 1.0, 3.0]))},
        "uniform": {"low": 0, "high": mean},
        "triangular": {"low": 0, "mode": draw(st.sampled_from([0, mean])), "high": mean},
        "weibull": {"mean": mean, "shape": draw(st.sampled_from([0.6, 1.0, 4.0]))},
    }
    return {"distribution": kind, **shapes[kind]}


@st.composite
def queues(draw: st.DrawFn) -> Dict:
    """Servers with service, or neither; perhaps a dwell."""
    queue: Dict = {}
    if draw(st.integers(0, 4)):
        queue = {"servers": draw(st.sampled_from([1, 1, 2, 3, 5, 30])), "service": draw(times(3))}
    if draw(st.booleans()):
        queue["dwell"] = draw(times(12))
    return queue


@st.composite
def openings(draw: st.DrawFn) -> Dict:
    """Hours and holidays."""
    return {"hours": draw(st.sampled_from(HOURS)), "closed_on_holidays": draw(st.booleans())}


@st.composite
def dated(draw: st.DrawFn, path: str, operation: Dict, *, may_ramp: bool = True) -> Dict:
    """A change on a day of the shortest horizon or just before, perhaps growing, perhaps ending."""
    day = draw(st.integers(4, 14))
    change = {"change": path, "at": DAYS[day], **operation}
    if may_ramp and draw(st.booleans()):
        change["ramp"] = f"{draw(st.integers(1, 6))} d"
    if draw(st.booleans()):
        change["until"] = DAYS[draw(st.integers(day + 1, len(DAYS) - 1))]
    return change
