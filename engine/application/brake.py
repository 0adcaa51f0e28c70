"""The brake: what would take away unusually much at once waits until administrators say so.

A clock set wrong, an outage of weeks, a list of people that came in part: none of them must take
everybody's access in one go. Whoever is about to do it asks here first; nothing is done meanwhile.
"""

from datetime import timedelta

from engine.application.ports import Transaction
from engine.domain.conversation import Audience, Notice, NoticeKind

SHARE = 0.2
AT_LEAST = 20
ASKS_EVERY = timedelta(hours=1)


def held(tx: Transaction, kind: NoticeKind, ending: int, of: int) -> bool:
    """Whether to leave so many of so many alone; asks the administrators, at most once an hour."""
    if ending <= AT_LEAST or ending <= of * SHARE or tx.brake_released(tx.now()):
        return False
    configured = tx.configured()
    if configured is not None:
        slot = int(tx.now().timestamp() // ASKS_EVERY.total_seconds())
        notice = Notice(
            key=f"brake/{kind}/{slot}",
            kind=kind,
            audience=Audience(channel_id=configured.organization.admin_channel),
            subject_id="brake",
            detail=f"{ending}/{of}",
        )
        tx.add_notices([notice], tx.now())
    return True
