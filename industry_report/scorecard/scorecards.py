"""What a scorecard says, as values that are decided once; `scorecard_file` reads them from a file."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..base import own_names
from .conditions import Condition, Interval, list_columns

Wording = Mapping[str, str]
"""One text in both languages, ``{"zh": "意向度", "en": "Purchase intent"}``."""

_MOST_LISTED = 10_000  # levels of a dimension

RESULTS = ("composite", "grade")
"""The columns that scoring adds to a table."""


# --- how a column is brought to a level


@dataclass(frozen=True)
class Levels:
    """The column holds levels already; `step` is set where there are some between those that are worded."""

    step: Fraction | None = None


@dataclass(frozen=True)
class Bins:
    """Numbers fall into intervals that meet and reach from minus to plus infinity, lowest first."""

    intervals: tuple[Interval, ...]
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Ranks:
    """Rank among the records of a group, in equal parts: rank r of n is in part ceil(r · parts / n).

    `ties` says which of the ranks that equal numbers share is theirs: lowest, highest or middle. Ascending,
    the greatest number is in the highest part; descending, in the first.
    """

    parts: int
    within: str | None
    ties: str
    descending: bool


@dataclass(frozen=True)
class Cumulative:
    """What share of the group's total the greatest numbers make up, from the greatest down (ABC analysis).

    `ends` are the shares at which the parts end, ascending, the last is 1; `levels` are those of the parts.
    Equal numbers are taken together. The number with which the total passes a part's end belongs to the
    `higher` part or to the `lower` one, as `crossing` says; a number of 0 is always in the last part.
    """

    ends: tuple[Fraction, ...]
    levels: tuple[int, ...]
    within: str | None
    crossing: str


@dataclass(frozen=True)
class Linear:
    """A number itself, divided by `per`: 500 is 5 points where 100 make one.

    Numbers run from `least` to `most` in steps of `step`. Numbers beyond an end count as that end where
    `is_capped`, else they are a fault of the data.
    """

    per: Fraction
    least: Fraction
    most: Fraction
    step: Fraction
    is_capped: bool


@dataclass(frozen=True)
class Points:
    """Texts earn points; `otherwise` is for any other text, None if such a one is a fault of the data."""

    texts: tuple[tuple[str, ...], ...]
    points: tuple[int, ...]
    otherwise: int | None


@dataclass(frozen=True)
class Answers:
    """Texts that mean yes (level 1), no (level 0) and unknown, which is not no."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Input:
    """The conditions of tiers look at the column itself, a number or a text."""

    type: str
    unit: Wording | None = field(default=None, hash=False)


Reading = Levels | Bins | Ranks | Cumulative | Linear | Points | Answers | Input


# --- what a scorecard says


@dataclass(frozen=True)
class Dimension:
    """A column that the scorecard rates by: a dimension, an input or an item of a checklist.

    `levels` words what each level means (none for tiers, nor for a number that is itself the level), `weight`
    is what one level counts (None for tiers). Where `blank` is a level, a missing value is at that level;
    where it is None, a missing value leaves the record ungradable.
    """

    column: str
    label: Wording = field(hash=False)
    weight: Fraction | None
    levels: Mapping[int, Wording] = field(hash=False)
    reading: Reading = Levels()
    blank: int | None = None

    @property
    def level_name(self) -> str:
        """What tables call its level: its column, or a name apart where the program uses that name itself."""
        return own_names.name_level(self.column)

    @property
    def values(self) -> tuple[Fraction, ...]:
        """Every level that the dimension can take, ascending; look at `count` before asking for them all."""
        named = set(map(Fraction, self.levels))
        if self._grid:
            least, most, step = self._grid
            named |= {least + step * place for place in range(int((most - least) / step) + 1)}
        return tuple(sorted(named))

    @property
    def count(self) -> int:
        """How many levels the dimension can take, without listing them."""
        if not isinstance(self.reading, Linear) or not self._grid:
            return len(self.values)
        least, most, step = self._grid
        apart = sum(
            not (least <= level <= most) or (level - least) % step != 0
            for level in map(Fraction, self.levels)
        )
        return int((most - least) / step) + 1 + apart

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest level."""
        ends = [*map(Fraction, self.levels), *(self._grid[:2] if self._grid else ())]
        return min(ends), max(ends)

    @property
    def parts(self) -> int:
        """How many parts a level is counted in, so that all are whole: 2 where half scores are allowed."""
        ends = (self._grid[0], self._grid[2]) if self._grid else ()
        return math.lcm(*(value.denominator for value in ends))

    @property
    def _grid(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Return least, greatest and step of levels that are evenly spaced, else nothing."""
        match self.reading:
            case Levels(step=step) if step and self.levels:
                return Fraction(min(self.levels)), Fraction(max(self.levels)), step
            case Linear(per, least, most, step):
                return least / per, most / per, step / per
        return None


@dataclass(frozen=True)
class FollowUp:
    """Who looks after the customers of a grade, how often, what they do, and what to offer them."""

    role: Wording = field(hash=False)
    cadence: Wording = field(hash=False)
    contacts_per_year: int
    action: Wording = field(hash=False)
    strategy: Wording | None = field(default=None, hash=False)


@dataclass(frozen=True)
class Band:
    """A grade, what earns it, and the follow-up it brings.

    `name` is how running text calls it ("A级", "grade A"), `label` what it means. `interval` is the
    notation of the scorecard, "[3.0, 4.0)"; a closed end belongs to the band. It and its ends are None for
    tiers, which have a `condition` and may say in which `score_range` their records are thought to lie.
    """

    grade: str
    label: Wording = field(hash=False)
    interval: str | None
    low: Fraction | None
    high: Fraction | None
    low_closed: bool | None
    high_closed: bool | None
    follow_up: FollowUp
    name: Wording = field(default_factory=dict, hash=False)
    condition: Condition | None = None
    score_range: str | None = None


@dataclass(frozen=True)
class Trigger:
    """An action when a condition on a customer's months holds for several months without a gap.

    `monthly` says what of `column` is taken for each month: its sum, mean or the count of records.
    """

    name: str
    label: Wording = field(hash=False)
    column: str
    monthly: str
    interval: Interval
    months: int
    action: Wording = field(hash=False)


@dataclass(frozen=True)
class Scorecard:
    """A rating standard, checked. Scorecards compare, hash and pickle by value.

    Attributes
    ----------
    kind : {"weighted", "tiers", "checklist"}
        How a record comes to its band.
    dimensions : tuple of Dimension
        The columns it rates by.
    bands : tuple of Band
        From the lowest grade to the highest.
    zero_when : Condition or None
        Weighted: where it holds, the composite is 0.
    zero_because : Wording or None
        How people call that condition.
    normalised : bool
        Weighted: the weights sum to 1.
    ordered : bool
        Tiers: the first band from the highest down that holds is taken; else no two can hold together.
    triggers : tuple of Trigger
    valid_from, valid_to, review_on : date or None
    """

    name: str
    version: str
    title: Wording = field(hash=False)
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]
    kind: str = "weighted"
    zero_when: Condition | None = None
    zero_because: Wording | None = field(default=None, hash=False)
    normalised: bool = True
    ordered: bool = False
    triggers: tuple[Trigger, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    review_on: dt.date | None = None

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades, lowest first."""
        return tuple(band.grade for band in self.bands)

    @property
    def levels_decide(self) -> bool:
        """Whether a record's grade follows from its levels alone, all of which it must have."""
        return self.kind == "weighted" and self.zero_when is None

    @property
    def has_common_scale(self) -> bool:
        """Whether all dimensions have the same levels, so that their means may be compared."""
        scales = {(one.count and one.ends, one.count) for one in self.dimensions}
        if len(scales) > 1 or self.dimensions[0].count > _MOST_LISTED:  # evenly spaced between equal ends
            return len(scales) == 1
        return len({one.values for one in self.dimensions}) == 1

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that must have a value: a missing one of another is itself worth points."""
        counted = {one.column for one in self.dimensions if one.blank is not None}
        asked = list_columns([self.zero_when]) if self.zero_when else ()
        return tuple(column for column in self.columns if column not in counted or column in asked)

    @property
    def level_names(self) -> dict[str, str]:
        """Column → what tables call its level; see `Dimension.level_name`."""
        return {one.column: one.level_name for one in self.dimensions}

    @property
    def wording(self) -> list[str]:
        """Its own words in both languages, which no subject of a report changes."""
        told: list[Wording] = [self.title, *(one.label for one in self.dimensions)]
        for band in self.bands:
            follow_up = band.follow_up
            told += [band.label, band.name, follow_up.role, follow_up.cadence, follow_up.action]
        return [words for wording in told for words in wording.values()]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a table that rating by this scorecard looks at."""
        read = [dimension.column for dimension in self.dimensions]
        read += [
            one.reading.within
            for one in self.dimensions
            if isinstance(one.reading, Ranks | Cumulative) and one.reading.within
        ]
        read += list_columns([self.zero_when]) if self.zero_when else ()
        return tuple(dict.fromkeys(read))
