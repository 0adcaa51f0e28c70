"""Who did it, as the audit's rows are told. Markup."""

from bot.views.texts import mention, named, when
from bot.views.wording import words
from engine.application.audit import SYSTEM, AuditEntry
from engine.domain.ids import PersonId


def row(entry: AuditEntry, happened: str) -> str:
    """One row: when, who, what."""
    return f"{when(entry.at)} · {_who(entry.actor)} · {happened}"


def _who(actor: str) -> str:
    if actor == SYSTEM:
        return words.USHER
    if actor == "operator":
        return "the operator"
    is_id = actor.isascii() and actor.isalnum()
    return mention(PersonId(actor)) if is_id else named(actor, bold=False)
