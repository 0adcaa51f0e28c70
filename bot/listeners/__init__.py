"""From what Slack sends to what is done about it: five tables.

Bolt tries its listeners one after another, so there is one per kind of input, and the tables
here find the handler. A handler does its work, the database commit included, and returns what the
acknowledgement carries; everything that calls Slack comes after it (`Desk.later`). A refusal
becomes a sentence for whoever acted; anything else is logged under a reference they are told.
"""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk import Desk, Interaction, interaction
from bot.listeners import (
    admin_menu,
    administration,
    app_events,
    approvals,
    directory,
    home,
    mine,
    requests,
    review_administration,
    reviews,
    why,
)
from bot.listeners.acks import NOTHING, Ack, instead
from bot.listeners.typed import unescaped
from bot.views import answers, said
from bot.views import help as help_text
from bot.views.action_ids import ActionId, BadValue, CallbackId, form_of
from bot.views.blocks import Message
from engine.domain.refusals import AuthorityRefusal, Refusal

log = logging.getLogger(__name__)

_ANYTHING = re.compile(r".*", re.DOTALL)

Command = Callable[[Desk, Interaction, str], Awaitable[Ack | Message]]
Press = Callable[[Desk, Interaction, str], Awaitable[Ack]]
Choose = Callable[[Desk, Interaction], Awaitable[Ack]]
Submit = Callable[[Desk, Interaction], Awaitable[Ack | Message]]
Offer = Callable[[Desk, Interaction, str], Awaitable[list[dict[str, Any]]]]

COMMANDS: dict[str, Command] = {
    "": mine.menu,
    "request": requests.command,
    "mine": mine.command,
    "approvals": approvals.command,
    "why": why.command,
}
ADMIN_COMMANDS: dict[str, Command] = {
    "": administration.show_help,
    "help": administration.show_help,
    "packages": administration.packages,
    "requests": administration.requests,
    "assign": administration.assign,
    "remove": administration.remove,
    "reprocess": administration.reprocess,
    "reassign": administration.reassign,
    "audit": review_administration.audit,
    "review": review_administration.review,
    "reviews": review_administration.overview,
    "report": review_administration.report,
}
ABOUT_SOMETHING = frozenset(
    {"assign", "remove", "reprocess", "reassign", "audit", "review", "report"}
)
"""Administrators' commands that mean nothing without whom or what they are about."""
PRESSES: dict[str, Press] = {
    ActionId.OPEN_REQUEST_FORM: requests.open_form,
    ActionId.SHOW_MINE: mine.show_mine,
    ActionId.SHOW_WAITING: mine.show_waiting,
    ActionId.SHOW_HELP: mine.show_help,
    ActionId.EXPLAIN: why.open_form,
    ActionId.PREVIOUS_PAGE: mine.turn_page,
    ActionId.NEXT_PAGE: mine.turn_page,
    ActionId.EXTEND: requests.open_extension,
    ActionId.GIVE_BACK: mine.give_back,
    ActionId.CANCEL_REQUEST: mine.cancel_request,
    ActionId.APPROVE: approvals.approve,
    ActionId.DENY: approvals.deny,
    ActionId.APPROVE_SELECTED: approvals.approve_selected,
    ActionId.DENY_SELECTED: approvals.deny_selected,
    ActionId.DONE: mine.done,
    ActionId.REPROCESS: administration.press_reprocess,
    ActionId.CANCEL_FOR: administration.press_cancel,
    ActionId.REASSIGN: admin_menu.reassign,
    ActionId.STORY: admin_menu.story,
    ActionId.ADMIN_REQUESTS: admin_menu.requests,
    ActionId.ADMIN_PACKAGES: admin_menu.packages,
    ActionId.ADMIN_REVIEWS: admin_menu.reviews,
    ActionId.ADMIN_RESULTS: admin_menu.results,
    ActionId.ADMIN_HELP: admin_menu.show_help,
    ActionId.ASSIGN: admin_menu.assign,
    ActionId.TAKE_AWAY: admin_menu.take_away,
    ActionId.START_REVIEW: admin_menu.start_review,
    ActionId.REVIEW_NOW: reviews.open_form,
    ActionId.KEEP: reviews.keep,
    ActionId.REMOVE: reviews.remove,
    ActionId.DONT_KNOW: reviews.dont_know,
    ActionId.LINE_REASON: reviews.line_reason,
    ActionId.LINES_BEFORE: reviews.lines_before,
    ActionId.LINES_AFTER: reviews.lines_after,
    ActionId.KEEP_RECOMMENDED: reviews.keep_recommended,
    ActionId.DECIDE_SHOWN: reviews.decide_shown,
    ActionId.KEEP_OWN: reviews.keep_own,
    ActionId.REMOVE_OWN: reviews.remove_own,
    ActionId.SEND_RESULTS: review_administration.press_send_results,
    ActionId.STOP_REVIEW: review_administration.press_stop,
    ActionId.RESET_REVIEW: review_administration.press_reset,
    ActionId.RELEASE_BRAKE: administration.press_release_brake,
}
TURNS = frozenset({ActionId.PREVIOUS_PAGE, ActionId.NEXT_PAGE})
"""Presses that draw the home tab themselves, where another page is wanted."""
CHOICES: dict[str, Choose] = {
    ActionId.CHOOSE_PACKAGE: requests.chosen,
    ActionId.CHOOSE_POLICY: requests.chosen,
    ActionId.CHOOSE_LINES: reviews.chosen,
    ActionId.CHOOSE_DEPARTMENT: reviews.chosen,
}
SUBMISSIONS: dict[str, Submit] = {
    CallbackId.REQUEST_FORM: requests.submit,
    CallbackId.EXTENSION_FORM: requests.submit_extension,
    CallbackId.DECISION_FORM: approvals.submit,
    CallbackId.REVIEW_REASON_FORM: reviews.submit_reason,
    CallbackId.REVIEW_SEVERAL_FORM: reviews.submit_several,
    CallbackId.WHY_FORM: why.submit,
    CallbackId.ASSIGN_FORM: admin_menu.submit_assign,
    CallbackId.TAKE_AWAY_FORM: admin_menu.submit_take_away,
    CallbackId.START_REVIEW_FORM: admin_menu.submit_start_review,
    CallbackId.REASSIGN_FORM: admin_menu.submit_reassign,
}
OPTIONS: dict[str, Offer] = {
    ActionId.CHOOSE_PACKAGE: requests.options,
    ActionId.ANY_PACKAGE: admin_menu.package_options,
}
ADMINISTRATION = frozenset(
    {
        ActionId.REPROCESS,
        ActionId.CANCEL_FOR,
        ActionId.REASSIGN,
        ActionId.STORY,
        ActionId.ADMIN_REQUESTS,
        ActionId.ADMIN_PACKAGES,
        ActionId.ADMIN_REVIEWS,
        ActionId.ADMIN_RESULTS,
        ActionId.ADMIN_HELP,
        ActionId.ASSIGN,
        ActionId.TAKE_AWAY,
        ActionId.START_REVIEW,
        ActionId.SEND_RESULTS,
        ActionId.STOP_REVIEW,
        ActionId.RESET_REVIEW,
        CallbackId.ASSIGN_FORM,
        CallbackId.TAKE_AWAY_FORM,
        CallbackId.START_REVIEW_FORM,
        CallbackId.REASSIGN_FORM,
    }
)
"""What belongs into the administrators' channel: pressed elsewhere it is placed there first."""
ABOUT = 200
"""Characters that say what a refused command or press was about."""
SILENT = frozenset({ActionId.SELECT_WAITING, ActionId.NOTE})
"""Ticking and typing: what was ticked comes with the press."""
EVENTS = {**directory.EVENTS, **app_events.EVENTS}


class Listeners:
    """Finds the handler, answers refusals, and never leaves a press without an answer."""

    def __init__(self, desk: Desk) -> None:
        """Everything handlers need is on the desk."""
        self._desk = desk

    def register(self, app: AsyncApp) -> None:
        """One listener per kind of input."""
        app.command(_ANYTHING)(self.command)
        app.action(_ANYTHING)(self.action)
        app.view_submission(_ANYTHING)(self.submission)
        app.view_closed(_ANYTHING)(self.closed)
        app.options(_ANYTHING)(self.options)
        for kind, handle in directory.EVENTS.items():
            app.event(kind)(self._told(handle))
        for kind, handle in app_events.EVENTS.items():
            app.event(kind)(self._event(handle))
        app.event(_ANYTHING)(_not_for_us)

    async def command(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """A slash command: the first word says which."""
        doing = interaction(body)
        word, _, rest = unescaped(str(body.get("text") or "")).strip().partition(" ")
        for_admins = body.get("command") == self._desk.admin_command
        table = ADMIN_COMMANDS if for_admins else COMMANDS
        handler = table.get(word.lower())
        if handler is None:
            handler = administration.usage if for_admins else _usage
            rest = "" if word.lower() == "help" else word
        elif for_admins and word.lower() in ABOUT_SOMETHING and not rest.strip():
            handler, rest = administration.incomplete, word
        what = f"{body.get('command')} {word}".strip()
        answer = await self._said(handler(self._desk, doing, rest.strip()), doing, what, rest)
        await ack(**_command_answer(answer))

    async def action(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """A press, or a choice in a form."""
        doing = interaction(body)
        action = (body.get("actions") or [{}])[0]
        name = str(action.get("action_id", "")).partition(":")[0]
        if name in CHOICES:
            answer = await self._said(CHOICES[name](self._desk, doing), doing, name)
        elif name in PRESSES:
            value = str(action.get("value") or "")
            what = f"{name} {value}".strip()
            answer = await self._said(self._pressed(name, doing, value), doing, what)
        elif name in SILENT:
            answer = NOTHING
        else:
            answer = answers.outdated()
        if isinstance(answer, Message):
            self._desk.answer(doing, answer)
        await ack()
        if name in PRESSES and name not in TURNS:
            self._desk.later(home.refresh(self._desk, doing))
        if name in ADMINISTRATION:
            self._desk.later(home.after_form(self._desk, doing))

    async def submission(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """A form was sent."""
        doing = interaction(body)
        self._desk.form_sent(doing)
        name = form_of((body.get("view") or {}).get("callback_id"))
        answer: Ack | Message = answers.outdated()
        if name in SUBMISSIONS:
            answer = await self._said(self._sent(name, doing), doing, name)
        if isinstance(answer, Message):
            answer = instead(said.in_modal(answer))
        await ack(**answer)
        self._desk.later(home.after_form(self._desk, doing))

    async def closed(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """A form was closed: nothing is to be undone, but the tab below may show what is past."""
        await ack()
        self._desk.later(home.after_form(self._desk, interaction(body)))

    async def options(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """What can be chosen, as typed so far."""
        found: list[dict[str, Any]] = []
        offer = OPTIONS.get(str(body.get("action_id", "")))
        if offer is not None:
            with suppress(Refusal):
                found = await offer(self._desk, interaction(body), str(body.get("value") or ""))
        await ack(options=found)

    async def _pressed(self, name: str, doing: Interaction, value: str) -> Ack:
        return await PRESSES[name](self._desk, await self._placed(name, doing), value)

    async def _sent(self, name: str, doing: Interaction) -> Ack | Message:
        return await SUBMISSIONS[name](self._desk, await self._placed(name, doing))

    async def _placed(self, name: str, doing: Interaction) -> Interaction:
        if name not in ADMINISTRATION:
            return doing
        return await administration.placed(self._desk, doing)

    async def _said(
        self, handling: Awaitable[Ack | Message], doing: Interaction, what: str, typed: str = ""
    ) -> Ack | Message:
        """What the handler answers, or a sentence that says why not."""
        try:
            return await self._or_refused(handling, doing, what[:ABOUT], typed.strip()[:ABOUT])
        except BadValue:
            return answers.outdated()
        except Exception:  # whoever acted must get an answer; the fault is found by its reference
            reference = secrets.token_hex(4)
            log.exception("a handler failed", extra={"reference": reference})
            return answers.fault(reference)

    async def _or_refused(
        self, handling: Awaitable[Ack | Message], doing: Interaction, what: str, typed: str
    ) -> Ack | Message:
        try:
            return await handling
        except Refusal as refusal:
            log.info("refused", extra={"why": type(refusal).__name__, "who": doing.person_id})
            if isinstance(refusal, AuthorityRefusal):
                await self._desk.service.record(refusal, doing.actor, what, typed=typed)
            return await self._desk.refusal(refusal)

    def _told(
        self, handle: directory.EventHandler
    ) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """Acknowledged once it is written; if that fails, Slack tells us again."""

        async def listen(ack: AsyncAck, event: dict[str, Any]) -> None:
            await handle(self._desk, event)
            await ack()

        return listen

    def _event(
        self, handle: directory.EventHandler
    ) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        async def listen(ack: AsyncAck, event: dict[str, Any]) -> None:
            await ack()
            self._desk.later(handle(self._desk, event))

        return listen


async def _not_for_us(ack: AsyncAck) -> None:
    """An event that somebody subscribed to beside the manifest: unanswered, Slack repeats it."""
    await ack()


async def _usage(desk: Desk, doing: Interaction, word: str) -> Ack:
    """`help`, and what nobody understands."""
    return dict(help_text.people(desk.command, unknown=word).payload())


def _command_answer(answer: Ack | Message) -> dict[str, Any]:
    """As the acknowledgement of a command: seen only by whoever typed it."""
    said = answer.payload() if isinstance(answer, Message) else dict(answer)
    return {"response_type": "ephemeral", **said} if said else {}
