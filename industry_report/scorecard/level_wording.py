"""What the levels of a dimension mean, those of a number that is itself the level included."""

from .conditions import Interval, word_interval
from .scorecards import Dimension, Linear, Wording


def word_levels(dimension: Dimension) -> list[tuple[float, Wording]]:
    """Return what levels mean; of a number that is itself the level, its least, greatest and blank one."""
    worded: list[tuple[float, Wording]] = list(dimension.levels.items())
    if isinstance(dimension.reading, Linear):
        for number in (dimension.reading.least, dimension.reading.most):
            wording = word_interval(Interval("", number, number, True, True))
            worded.append((float(number / dimension.reading.per), wording))
    return worded
