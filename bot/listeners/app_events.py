"""What happens to the app itself: somebody opens it or writes to it, or it is removed.

These are acknowledged first: whoever opens the app again, or writes again, is answered again.
"""

from collections.abc import Mapping
from typing import Any

from bot.desk import Desk, Interaction
from bot.listeners import home
from bot.listeners.directory import EventHandler
from engine.application.ports import Transaction
from engine.domain import eligibility
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.ids import PersonId
from engine.domain.refusals import Refusal

WRITTEN = frozenset({None, "file_share"})
"""Kinds of messages that somebody wrote: not an edit, a deletion, or what we said ourselves."""


async def home_opened(desk: Desk, event: Mapping[str, Any]) -> None:
    """`app_home_opened`: draw the home tab, if that is what they look at."""
    if event.get("tab", "home") != "home":
        return
    try:
        await home.opened(
            desk, Interaction(person_id=PersonId(str(event.get("user", ""))), team_id=None)
        )
    except Refusal:  # a bot's or a closed account's home tab is nobody's to see
        return


async def written(desk: Desk, event: Mapping[str, Any]) -> None:
    """`message.im`: whoever writes to us is told, once for each message, what we understand."""
    if event.get("subtype") not in WRITTEN or event.get("bot_id") or not event.get("user"):
        return
    doing = Interaction(person_id=PersonId(str(event["user"])), team_id=event.get("team"))
    try:
        person = await desk.person(doing, hurry=False)
        eligibility.check_account(person)
    except Refusal:  # nobody of ours, or nobody any more
        return
    notice = Notice(
        key=f"written/{event.get('channel')}/{event.get('ts')}",
        kind=NoticeKind.GREETING,
        audience=Audience(person_id=person.id),
        subject_id=person.id,
    )
    await desk.store.write(_say, notice)


def _say(tx: Transaction, notice: Notice) -> None:
    tx.add_notices([notice], tx.now())


async def removed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`app_uninstalled`: Slack answers us no more."""
    desk.removed.set()


async def revoked(desk: Desk, event: Mapping[str, Any]) -> None:
    """`tokens_revoked`: it concerns us if a bot's token is among them; we have no others."""
    if (event.get("tokens") or {}).get("bot"):
        desk.removed.set()


EVENTS: dict[str, EventHandler] = {
    "app_home_opened": home_opened,
    "message": written,
    "app_uninstalled": removed,
    "tokens_revoked": revoked,
}
