"""One sentence or two for every refusal: why not, and what to do. Markup."""

from datetime import datetime
from typing import TYPE_CHECKING

from bot.views.texts import (
    how_long,
    listed,
    mention,
    mention_channel,
    mention_group,
    named,
    reference,
    when,
)
from bot.views.texts import people as people_named
from bot.views.wording.states import WITHOUT_ACCESS, how_it_is, review_is
from bot.views.wording.words import several
from engine.domain import refusals as no

if TYPE_CHECKING:
    from bot.views.known import Known


def sentence(refusal: no.Refusal, known: "Known", *, link: str | None = None) -> str:
    """Why not, and what to do; `link` leads to the card of the request it is about."""
    match refusal:
        case no.RequestRefusal():
            return _request(refusal, known, link)
        case no.DecisionRefusal():
            return _decision(refusal, known)
        case no.LifeRefusal():
            return _life(refusal, known)
        case no.AuthorityRefusal():
            return _authority(refusal)
        case no.ConfigurationRefusal():
            return _configuration(refusal)
        case no.DirectorySilent():
            return "Slack did not answer me in time. Nothing was changed; try again in a moment."
        case _:
            raise NotImplementedError(type(refusal).__name__)


def _request(refusal: no.RequestRefusal, known: "Known", link: str | None) -> str:  # noqa: PLR0911 - a sentence each
    match refusal:
        case no.PackageGone():
            return "This package is no longer offered. Choose another one."
        case no.TermsChanged(package_id):
            package = _package(known.package_name(package_id), start=False)
            return (
                f"The terms of {package} changed while the form was open. Look at those it has "
                "now, then send it again."
            )
        case no.NotInScope(package_id):
            return (
                f"{_package(known.package_name(package_id))} is not offered to you. "
                "If you need it for your work, ask an administrator to assign it."
            )
        case no.ChoosePolicy(policy_ids):
            names = [known.policy_name(policy_id) for policy_id in policy_ids]
            choices = listed((named(name) for name in names if name), "or")
            return (
                f"This package can be had in several ways. Choose a policy: {choices}."
                if (choices)
                else "This package can be had in several ways. Choose a policy."
            )
        case no.AlreadyHeld(ends_at=ends_at, may_extend=may_extend):
            until = f" until {when(ends_at)}" if ends_at else ", with no end date"
            more = " To keep it longer, press *Extend*." if may_extend else ""
            return f"You have this access already{until}.{more}"
        case no.AlreadyPending():
            where = (
                f" <{link}|See where it stands>."
                if link
                else (" Its card in your messages with me shows where it stands.")
            )
            return f"You have asked for this already and the request is still open.{where}"
        case no.Incompatible(package_ids, group_ids):
            return (
                _incompatible(refusal, known)
                if package_ids or group_ids
                else ("You hold something that may not go together with this package.")
            )
        case _:
            return _form(refusal)


def _form(refusal: no.RequestRefusal) -> str:  # noqa: PLR0911 - a sentence each
    match refusal:
        case no.JustificationMissing():
            return "Say what you need it for, so that the people who decide can say yes."
        case no.JustificationTooLong(limit):
            return f"Please shorten this to {limit:,} characters."
        case no.TooLong(at_most, latest_end):
            if at_most is not None:
                return f"That is too long. The most this policy gives is {how_long(at_most)}."
            if latest_end is not None:
                return f"That is too long. Under this policy access ends {when(latest_end)}."
            return "That is longer than this policy gives. Choose a shorter time."
        case no.TooShort():
            return "Choose a time longer than nothing."
        case no.StartInPast():
            return "This start has passed. Choose a later one, or leave it empty to start at once."
        case no.StartTooLate(latest):
            return f"This start is too far away. Choose one before {when(latest)}."
        case no.MayNotChooseTimes():
            return (
                "This policy sets the time and the start itself. "
                "Open the form again and send it without them."
            )
        case _:
            raise NotImplementedError(type(refusal).__name__)


def _excluded(refusal: no.ExcludedMeanwhile, known: "Known") -> str:
    packages = [_package(known.package_name(package_id)) for package_id in refusal.package_ids]
    has = [*packages, *(mention_group(group_id) for group_id in refusal.group_ids)]
    return (
        "This cannot be approved now: it may not be held together with something they have by now: "
        f"{listed(has)}. Deny it, or have them give that back first."
    )


def _incompatible(refusal: no.Incompatible, known: "Known") -> str:
    packages = [_package(known.package_name(package_id)) for package_id in refusal.package_ids]
    groups = [mention_group(group_id) for group_id in refusal.group_ids]
    parts = []
    if packages:
        parts.append(f"you have {listed(packages)}")
    if groups:
        parts.append(f"you are in {listed(groups)}")
    advice = (
        "Give that back first, then ask again."
        if packages and not groups
        else ("Ask an administrator what to do.")
    )
    return f"This package may not be held together with something else: {listed(parts)}. {advice}"


def _decision(refusal: no.DecisionRefusal, known: "Known") -> str:  # noqa: PLR0911 - a sentence each
    match refusal:
        case no.AlreadyDecided(by, approved, at):
            done = "approved" if approved else "denied"
            return (
                f"{mention(by)} {done} this {when(at)}, before your answer came. "
                "It was not needed and changed nothing."
            )
        case no.YouAlreadyDecided(approved, at):
            done = "approved" if approved else "denied"
            return f"You {done} this {when(at)}; that answer stands."
        case no.NoLongerPending(state, at):
            moment = f" {when(at)}" if at else ""
            return (
                f"Too late: this request {how_it_is(state)}{moment}. "
                "If the access is still needed, it must be asked for again."
            )
        case no.ReviewNotOpen(state=state, at=at):
            moment = f" {when(at)}" if at else ""
            return (
                f"This review is not open for answers: it {review_is(state)}{moment}. "
                "Nothing was changed."
            )
        case no.LineFellOut(at=at):
            moment = f" {when(at)}" if at else ""
            return (
                f"This access ended{moment} while it was under review. Nothing is left to decide."
            )
        case no.ExcludedMeanwhile():
            return _excluded(refusal, known)
        case no.ReasonMissing():
            return "Please give a reason; the person who asked will read it."
        case no.ReasonTooLong(limit):
            return f"Please shorten what you wrote to {limit:,} characters."
        case _:
            raise NotImplementedError(type(refusal).__name__)


_WHERE_TO_LOOK = {
    "person": "Choose them from what Slack offers after @, or type their e-mail address.",
    "package": "`packages` lists every name.",
    "request": "Its id is on its card, and `requests` lists the newest.",
}


def _life(refusal: no.LifeRefusal, known: "Known") -> str:  # noqa: PLR0911 - a sentence each
    match refusal:
        case no.NotCancelable(state):
            advice = (
                "Nothing is left for you to do."
                if state in WITHOUT_ACCESS
                else "If you do not need the access, press *Give back*."
            )
            return f"This request can no longer be canceled: it {how_it_is(state)}. {advice}"
        case no.NotReprocessable(state):
            return (
                f"There is nothing to try again: this request {how_it_is(state)}. "
                "Only a delivery that failed within the last 14 days can be reprocessed."
            )
        case no.NotReassignable(state):
            return (
                f"Nobody is asked to decide this request: it {how_it_is(state)}. "
                "Only a request that waits for approval can be reassigned."
            )
        case no.CannotDecide(person_id):
            return (
                f"{mention(person_id)} cannot decide this request: it is their own, or their "
                "account is closed. Name somebody else."
            )
        case no.NotHeld(ended_at=None):
            return "This person does not have this package. There is nothing to take away."
        case no.NotHeld(ended_at=datetime() as ended_at):
            return f"This access ended {when(ended_at)}. If it is still needed, ask for it again."
        case no.TaskNotOpen():
            return "This task is done already, or no longer needed. Nothing is left to do."
        case no.NotFound(kind, typed):
            hint = _WHERE_TO_LOOK.get(kind, "Check the spelling and try again.")
            return f"I found no {named(kind, bold=False)} {named(typed)}. {hint}"
        case no.NoReviews() | no.ReviewRunning() | no.ReviewOver():
            return _review(refusal, known)
        case _:
            return _extension(refusal)


def _review(refusal: no.NoReviews | no.ReviewRunning | no.ReviewOver, known: "Known") -> str:
    match refusal:
        case no.NoReviews(package_id):
            return (
                f"No policy of {_package(known.package_name(package_id), start=False)} has "
                "reviews. Add them to the configuration file, then start one."
            )
        case no.ReviewRunning(review_id):
            return (
                f"A review of this package is running already: {reference(review_id)}. "
                "Wait for its end, or stop it."
            )
        case no.ReviewOver(review_id, state):
            return (
                f"Review {reference(review_id)} cannot be changed any more: it {review_is(state)}. "
                "Start another one if it is needed."
            )


def _extension(refusal: no.LifeRefusal) -> str:
    match refusal:
        case no.ExtensionNotAllowed():
            return "This access cannot be extended. You can ask for it again once it has ended."
        case no.NothingToExtend():
            return "This access has no end date, so there is nothing to extend."
        case no.CannotExtendFurther(latest_end):
            return (
                f"This access already lasts as long as its policy ever gives, until "
                f"{when(latest_end)}. Ask an administrator if it is needed for longer."
            )
        case _:
            raise NotImplementedError(type(refusal).__name__)


def _authority(refusal: no.AuthorityRefusal) -> str:  # noqa: PLR0911 - a sentence each
    match refusal:
        case no.NotAnApprover():
            return (
                "This is not waiting for your decision, or no longer. "
                "Nothing was changed, and nothing is left for you to do."
            )
        case no.OwnRequest():
            return "Nobody decides on their own request. That is for others to do."
        case no.NotAReviewer():
            return "You are not asked to review this, or no longer. Nothing was changed."
        case no.OwnAccess():
            return "Nobody reviews their own access. Somebody else will look at it."
        case no.NotYours():
            return "Only the person this belongs to can do that. Nothing was changed."
        case no.NotAdministrator():
            return "Only administrators can do that. Ask one of them if you need it."
        case no.NotInAdminChannel(channel_id):
            return (
                f"Administration happens in {mention_channel(channel_id)} only. "
                "Type the command again there."
            )
        case no.OutsideAdminChannel(channel_id):
            return (
                f"You administer, but you are not in {mention_channel(channel_id)}, where "
                "administration happens. Have somebody add you there, then press again."
            )
        case no.NotFulfiller():
            return "This task was given to other people. Nothing was changed."
        case no.AccountClosed():
            return (
                "This works only for open accounts of this workspace. "
                "If you should have access, ask an administrator."
            )
        case _:
            raise NotImplementedError(type(refusal).__name__)


_STILL_HELD = (
    "Nothing was changed, because people still hold or ask for what would be removed. "
    "Take it from them first, or leave it in:"
)


def _configuration(refusal: no.ConfigurationRefusal) -> str:
    match refusal:
        case no.StillHeld(held):
            lines = [
                f"• {named(what)}: {people_named(people)}" if people else f"• {named(what)}"
                for what, people in held[:20]
            ]
            more = len(held) - 20
            rest = [f"• and {several(more, 'more')}"] if more > 0 else []
            return "\n".join(
                (
                    _STILL_HELD,
                    *lines,
                    *rest,
                )
            )
        case no.NotConfigured():
            return (
                "Nothing has been set up yet. "
                "An administrator can apply a configuration file with `usher apply FILE`."
            )
        case _:
            raise NotImplementedError(type(refusal).__name__)


def _package(name: str | None, *, start: bool = True) -> str:
    if name:
        return named(name)
    return "This package" if start else "this package"
