"""What administrators read of target systems that have other people than Usher thinks. Markup."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.texts import listed, mention
from bot.views.wording import delivery
from engine.domain.ids import PersonId

INTRODUCTION = "I compared who really has access with who should have it, and found differences."
NEXT = (
    "I have changed nothing, and will not say this again while it stays the same. Put it right "
    "there, or take the package away and give it again."
)


def target(found: Mapping[str, Any]) -> str:
    """One resource role that differs."""
    what = delivery.right_of(found["role"], found["label"])
    missing, outside = found["missing_count"], found["outside_count"]
    if found["doubtful"]:
        return (
            f"{what}: {missing:,} of the {found['expected']:,} people who should have it are not "
            "listed there. That is hard to believe, so please have a look yourself."
        )
    said = []
    if missing:
        do = "do" if missing > 1 else "does"
        said.append(f"{_who(found['missing'], missing)} should have it but {do} not")
    if outside:
        have = "have" if outside > 1 else "has"
        said.append(f"{_who(found['outside'], outside)} {have} it, but not through Usher")
    return f"{what}: {'; '.join(said)}."


def more(count: int) -> str:
    """What is not told of one by one."""
    return f"And {count:,} more that differ."


def _who(named: Sequence[str], count: int) -> str:
    shown = [
        mention(PersonId(one[1:])) if one.startswith("@") else delivery.raw(one) for one in named
    ]
    if count > len(shown):
        shown.append(f"{count - len(shown):,} more")
    return listed(shown)
