"""Numbers as a planner writes them: as many figures as their interval bears out, in 万 and 亿 or in millions.

Three figures at most; with an interval, two figures of its half-width at most. What has an interval is written in the
same unit and to the same figure as its ends.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

SIZES = {
    "en": ((1e9, " billion"), (1e6, " million"), (1.0, "")),
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
}
FIGURES, OF_HALF_WIDTH = 3, 2
NOTHING = 1e-12
FINEST = -9
NONE = "–"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """Numbers in one language. NaN, which is no number, is a dash."""

    language: str

    # -- a number, and a number with its interval ----------------------------------------------------------------------

    def number(self, value: float, *, is_signed: bool = False) -> str:
        """A number by itself: `122,000`, `1.36 million`, `12.2万`."""
        return self._written([value], _place([value]), is_signed=is_signed)

    def exact(self, value: float) -> str:
        """A number that somebody decided, as it is: `12`, `1.5 million`, `800万`."""
        scale, name = self._size([value])
        return f"{value / scale:,.6g}{name}".replace("-", "−") if abs(value / scale) < 1e6 else self.number(value)

    def between(self, low: float, high: float) -> str:
        """Two ends of an interval: `86,000 to 158,000`."""
        if math.isnan(low) or math.isnan(high):
            return NONE
        return self._ends(low, high, _place([low, high], high - low))

    def with_interval(self, value: float, low: float, high: float, finest: int = FINEST) -> str:
        """A number with its 95 % interval, or without one if there is none; no finer than a power of ten."""
        if any(map(math.isnan, (value, low, high))) or high - low <= NOTHING:
            return self._written([value], max(_place([value]), finest))
        place = max(_place([value, low, high], high - low), finest)
        written = self._written([value], place, size=self._size([value, low, high]))
        ends = self._ends(low, high, place, size=self._size([value, low, high]))
        return f"{written} ({ends})" if self.language == "en" else f"{written}（{ends}）"

    def scaled(self, values: Sequence[float]) -> tuple[float, str]:
        """What to divide the numbers of a scale by, and how that is called: `(1e4, "万")`."""
        return self._size(values)

    def united(self, size: str, unit: str) -> str:
        """The name of a scale and a unit as one: `million CNY`, `万元`."""
        size = size.strip()
        return f"{size}{unit}" if self.language == "zh" else f"{size} {unit}".strip()

    def _ends(self, low: float, high: float, place: int, size: tuple[float, str] | None = None) -> str:
        size = size or self._size([low, high])
        if self.language == "zh":
            return f"{self._written([low], place, size=size)}～{self._written([high], place, size=size)}"
        first = self._written([low], place, size=(size[0], ""))
        return f"{first} to {self._written([high], place, size=size)}"

    def _written(
        self, values: Sequence[float], place: int, *, is_signed: bool = False, size: tuple[float, str] | None = None
    ) -> str:
        value = values[0]
        if math.isnan(value):
            return NONE
        scale, name = size or self._size([round(value, -place)])
        decimals = max(round(math.log10(scale)) - place, 0)
        rounded = round(value, -place) / scale + 0.0
        sign = "+" if is_signed and rounded > 0 else ""
        return f"{sign}{rounded:,.{decimals}f}{name}".replace("-", "−")

    def _size(self, values: Sequence[float]) -> tuple[float, str]:
        most = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
        return next((scale, name) for scale, name in SIZES[self.language] if most >= scale or scale == 1)

    # -- what has a unit -----------------------------------------------------------------------------------------------

    def money(self, value: float, low: float = math.nan, high: float = math.nan) -> str:
        """Yuan: `CNY 2.84 million`, `284万元`."""
        return self._with_unit(value, low, high, "CNY ", "元")

    def money_exact(self, value: float) -> str:
        """Yuan that somebody decided: `CNY 8 million`, `800万元`."""
        return f"{self.exact(value)}元" if self.language == "zh" else f"CNY {self.exact(value)}"

    def days(self, value: float, low: float = math.nan, high: float = math.nan) -> str:
        """Days, to the tenth from one day on, else to the hundredth: `16.7 days`, `0.35天`."""
        is_long = max((abs(one) for one in (value, low, high) if not math.isnan(one)), default=0.0) >= 0.995
        return self.of(value, "days", "天", low, high, finest=-1 if is_long else -2)

    def of(
        self,
        value: float,
        unit_en: str,
        unit_zh: str,
        low: float = math.nan,
        high: float = math.nan,
        *,
        finest: int = FINEST,
    ) -> str:
        """A quantity with its unit: `12.4 million parcels`, `1,240万件`."""
        if self.language == "zh":
            return self._with_unit(value, low, high, "", unit_zh, finest=finest)
        return self._with_unit(value, low, high, "", f" {unit_en}" if unit_en else "", is_after=True, finest=finest)

    def _with_unit(
        self,
        value: float,
        low: float,
        high: float,
        before: str,
        after: str,
        *,
        is_after: bool = False,
        finest: int = FINEST,
    ) -> str:
        text = self.with_interval(value, low, high, finest)
        if text == NONE:
            return text
        if self.language == "zh":
            number, bracket, ends = text.partition("（")
            return f"{number}{after}{bracket}{ends.removesuffix('）')}{f'{after}）' if ends else ''}"
        number, bracket, ends = text.partition(" (")
        return f"{number}{after}{bracket}{ends}" if is_after else f"{before}{number}{bracket}{ends}"

    def percent(self, share: float) -> str:
        """A share: `83 %`, `83%`; with a decimal below ten per cent."""
        if math.isnan(share):
            return NONE
        decimals = 0 if abs(share) >= 0.0995 or share == 0 else 1
        return f"{100 * share:.{decimals}f}{self._per_cent}".replace("-", "−")

    def probability(self, share: float) -> str:
        """A probability in whole per cent; never nought or certain, as it is of a limited number of draws."""
        if math.isnan(share):
            return NONE
        if share < 0.01:
            return "under 1\u00a0%" if self.language == "en" else "不到1%"
        if share > 0.99:
            return "over 99\u00a0%" if self.language == "en" else "99%以上"
        return f"{100 * share:.0f}{self._per_cent}"

    def points(self, difference: float, low: float = math.nan, high: float = math.nan) -> str:
        """A difference of shares: `2.3 percentage points`, `2.3个百分点`."""
        return self.of(100 * difference, "percentage points", "个百分点", 100 * low, 100 * high)

    @property
    def _per_cent(self) -> str:
        return "\u00a0%" if self.language == "en" else "%"

    # -- days and counts -----------------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """A date: `1 January 2017`, `2017年1月1日`."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def listed(self, words: Sequence[str]) -> str:
        """`a, b and c`, `a、b和c`."""
        comma, last = ("、", "和") if self.language == "zh" else (", ", " and ")
        return last.join(filter(None, [comma.join(words[:-1]), *words[-1:]]))

    def count(self, number: int) -> str:
        """A whole number, written out: `1,359`."""
        return f"{number:,}"


def _place(values: Sequence[float], width: float = 0.0) -> int:
    """The power of ten of the last figure that is written."""
    most = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    of_value = _figure(most) - FIGURES + 1 if most > NOTHING else 0
    of_value += _figure(round(most, -of_value)) > _figure(most) if most > NOTHING else 0
    if width <= NOTHING:
        return of_value
    return max(of_value, _figure(width / 2) - OF_HALF_WIDTH + 1)


def _figure(value: float) -> int:
    """The power of ten of the first figure of a number."""
    return math.floor(math.log10(value))
