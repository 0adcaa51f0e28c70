"""ISO 8601 durations as the file writes them: `PT5S`, `PT4H`, `P14D`, `P1DT12H`.

Only units of fixed length: weeks, days, hours, minutes, seconds. A month or a year is refused,
since nobody can say how long it is before knowing when it starts.
"""

import re
from datetime import timedelta

_NUMBER = r"[0-9]{1,7}"
_DURATION = re.compile(
    rf"P(?!$)(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER}(?:\.[0-9]{{1,6}})?)S)?)?"
)
_SPOKEN = re.compile(r"\s*([0-9]{1,7})\s*([a-z]*)\s*", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "PT{}S"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "PT{}M"),
    **dict.fromkeys(("h", "hour", "hours"), "PT{}H"),
    **dict.fromkeys(("", "d", "day", "days"), "P{}D"),
    **dict.fromkeys(("w", "week", "weeks"), "P{}W"),
}
_CALENDAR = re.compile(r"P([0-9]{1,4})([MY])", re.IGNORECASE)


def parse(text: str) -> timedelta | None:
    """The duration a text stands for; None when it is not one."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (part or "0" for part in match.groups())
    whole, _, fraction = seconds.partition(".")
    return timedelta(
        weeks=int(weeks),
        days=int(days),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(whole),
        microseconds=int(fraction.ljust(6, "0")),
    )


def write(duration: timedelta) -> str:
    """The shortest text that `parse` reads as this duration. Not for negative ones."""
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{duration.microseconds:06}".rstrip("0") if duration.microseconds else ""
    date = f"{duration.days}D" if duration.days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        time += f"{seconds}{fraction}S"
    if not date and not time:
        return "PT0S"
    return f"P{date}T{time}" if time else f"P{date}"


def guess(text: str) -> str | None:
    """What somebody who wrote `14 days`, `14d`, `p14d` or `P1M` probably meant."""
    upper = text.strip().upper()
    if parse(upper) is not None:
        return upper
    calendar = _CALENDAR.fullmatch(text.strip())
    if calendar is not None:
        days = int(calendar[1]) * (30 if calendar[2] in "mM" else 365)
        return f"P{days}D"
    spoken = _SPOKEN.fullmatch(text)
    if spoken is None:
        return None
    pattern = _UNITS.get(spoken[2].lower())
    return None if pattern is None else pattern.format(int(spoken[1]))
