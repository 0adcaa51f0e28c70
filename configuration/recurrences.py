"""How often, as the file writes it: `quarterly`, `once`, `P1M`, `P1Y`, `PT30S`.

Other than a duration a recurrence may have months and years: it is counted from a day, so one can
say when the next begins.
"""

import re

from configuration import durations
from engine.domain.review_settings import (
    HALF_YEARLY,
    MONTHLY,
    ONCE,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    Recurrence,
)

WORDS = {
    "weekly": WEEKLY,
    "monthly": MONTHLY,
    "quarterly": QUARTERLY,
    "half_yearly": HALF_YEARLY,
    "yearly": YEARLY,
    "once": ONCE,
}
_MONTHS_IN_YEAR = 12
_CALENDAR = re.compile(r"P(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(.*)")


def parse(text: str) -> Recurrence | None:
    """The recurrence a text stands for; None when it is not one, or is no time at all."""
    if text in WORDS:
        return WORDS[text]
    match = _CALENDAR.fullmatch(text)
    if match is None:
        return None
    years, months, rest = match.groups()
    counted = int(years or 0) * _MONTHS_IN_YEAR + int(months or 0)
    if not rest:
        return Recurrence(months=counted) if counted else None
    length = durations.parse(f"P{rest}")
    if length is None:
        return None
    found = Recurrence(months=counted, length=length)
    return None if found.once else found


def write(every: Recurrence) -> str:
    """The word, or the shortest text, that `parse` reads as this recurrence."""
    for word, meant in WORDS.items():
        if meant == every:
            return word
    years, months = divmod(every.months, _MONTHS_IN_YEAR)
    calendar = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    if not every.length:
        return f"P{calendar}"
    return f"P{calendar}{durations.write(every.length).removeprefix('P')}"
