"""Sentences about what a file says: people, names, times, and who could ever decide."""

from collections.abc import Sequence
from datetime import date, timedelta

from configuration.durations import write
from configuration.faults import Words
from configuration.wording import counted, did_you_mean, listed, shown
from engine.domain.people import PersonKind
from engine.domain.policies import RequestorScope


def not_supported_yet(what: str) -> Words:
    """Something the schema describes and a later release brings."""
    return Words(message=f"{what} is not supported yet.", suggestion="Leave it out.")


def name_twice(what: str, name: str, first_line: int) -> Words:
    """Two things of one name where a name must tell them apart."""
    return Words(
        message=f"Another {what} is already called {shown(name)}, on line {first_line}.",
        suggestion="Give one of them another name.",
    )


def named_twice(name: str) -> Words:
    """The same person, group, channel or time again in one list."""
    return Words(message=f"{name} is already in this list.", suggestion="Leave it out here.")


# People, groups and channels


def unknown_person(email: str, near: str | None) -> Words:
    """No person with this address, of any kind."""
    return Words(
        message=f"Nobody has the address {email}.",
        suggestion=did_you_mean(near) or "Use the address of their Slack profile.",
    )


def deactivated_person(email: str) -> Words:
    """Somebody who has left."""
    return Words(
        message=f"The account of {email} is deactivated.",
        suggestion="Name somebody else in their place.",
    )


def not_one_of_us(email: str, kind: PersonKind) -> Words:
    """A bot, or somebody of another workspace."""
    what = "a bot" if kind is PersonKind.BOT else "somebody of another workspace"
    return Words(
        message=f"{email} is {what}.",
        suggestion="Name a member or a guest of your own workspace.",
    )


def unknown_group(handle: str, near: str | None) -> Words:
    """No user group with this handle."""
    return Words(
        message=f"There is no user group {handle}.",
        suggestion=did_you_mean(f"@{near}" if near is not None else None)
        or "Create it in Slack first.",
    )


def unknown_channel(name: str, near: str | None) -> Words:
    """No channel with this name that the app can see."""
    return Words(
        message=f"There is no channel {name} that Usher can see.",
        suggestion=did_you_mean(f"#{near}" if near is not None else None)
        or "If it is private, invite Usher to it first.",
    )


def archived_channel(name: str) -> Words:
    """A channel nobody can post to."""
    return Words(
        message=f"The channel {name} is archived.",
        suggestion="Unarchive it in Slack, or name another one.",
    )


def disabled_group(handle: str) -> Words:
    """A user group that names nobody while it is disabled."""
    return Words(
        message=f"The user group {handle} is disabled, so it means nobody.",
        suggestion="Enable it in Slack.",
    )


def empty_group(handle: str) -> Words:
    """A user group without anybody who could act."""
    return Words(
        message=f"Nobody is in the user group {handle} today.", suggestion="Add people in Slack."
    )


def no_administrators() -> Words:
    """Groups that are all empty."""
    return Words(
        message="These administrators are nobody: the groups are empty.",
        suggestion="Name at least one person.",
    )


def public_admin_channel(name: str) -> Words:
    """Anybody could read what administrators do."""
    return Words(
        message=f"{name} is public, so anybody can read what administrators do there.",
        suggestion="Make it private.",
    )


# Resources and packages


def wrong_sign(connector: str, written: str) -> Words:
    """An id that is no handle or no channel name."""
    bare = written.lstrip("@#").strip()
    if connector == "slack_usergroup":
        return Words(
            message=f"{shown(written)} is not a user group.", suggestion=f'Write "@{bare}".'
        )
    return Words(message=f"{shown(written)} is not a channel.", suggestion=f'Write "#{bare}".')


def public_channel_is_no_access(name: str) -> Words:
    """Anyone may join a public channel again."""
    return Words(
        message=f"{name} is public: anybody can join it, so being in it is no access.",
        suggestion="Make it private, or leave it out.",
    )


def only_member(connector: str, role: str) -> Words:
    """A role other than member where one is a member or is not."""
    what = "a user group" if connector == "slack_usergroup" else "a channel"
    return Words(
        message=f"In {what} nobody can be {shown(role)}.", suggestion="Its only role is member."
    )


def no_fulfillers() -> Words:
    """A manual resource without anybody to do the work."""
    return Words(
        message="This manual resource has no fulfillers: nobody would get the task.",
        suggestion='Add fulfillers: ["@it-desk"]',
    )


def fulfillers_without_task(connector: str) -> Words:
    """Fulfillers where a connector does the work."""
    return Words(
        message=f"Connector {connector} does the work itself and has no fulfillers.",
        suggestion="Leave them out, or use connector: manual.",
    )


def unknown_resource(name: str, catalog: str, near: str | None) -> Words:
    """A grant of something the catalog does not have."""
    return Words(
        message=f"Catalog {catalog} has no resource {shown(name)}.",
        suggestion=did_you_mean(near) or "Add it to the catalog's resources.",
    )


def resource_of_another_catalog(name: str, here: str, there: str) -> Words:
    """A grant across catalogs (PKG-1)."""
    return Words(
        message=f"{shown(name)} belongs to catalog {there}; a package grants only resources of"
        f" its own catalog, {here}.",
        suggestion=f"Move the package there, or add the resource to {here}.",
    )


def unknown_role(role: str, resource: str, roles: Sequence[str]) -> Words:
    """A role the resource does not have."""
    return Words(
        message=f"{resource} has no role {shown(role)}.",
        suggestion=f"It has {listed(roles)}.",
    )


def granted_twice(resource: str, role: str) -> Words:
    """One grant again in one package."""
    return Words(
        message=f"This package already grants {role} on {resource}.",
        suggestion="Leave it out here.",
    )


def unknown_package(name: str, near: str | None) -> Words:
    """A package named that the file does not have."""
    return Words(
        message=f"There is no package {shown(name)}.",
        suggestion=did_you_mean(near) or "Name a package of this file.",
    )


def incompatible_with_itself() -> Words:
    """A package that nobody could have twice, or once."""
    return Words(
        message="A package cannot be incompatible with itself.", suggestion="Leave it out here."
    )


# Who may ask


def only_with_specific(key: str, scope: RequestorScope) -> Words:
    """People or groups named although the scope says who may ask."""
    return Words(
        message=f"{key} has no effect with scope {scope}.",
        suggestion=f"Leave {key} out, or write scope: specific.",
    )


def specific_nobody() -> Words:
    """Scope specific without anybody."""
    return Words(
        message="Scope specific names nobody.",
        suggestion="Add people or groups, or write scope: nobody.",
    )


def guest_cannot_see(email: str, catalog: str) -> Words:
    """A guest named in a catalog guests do not see (CAT-4)."""
    return Words(
        message=f"{email} is a guest, and catalog {catalog} is not visible to external users.",
        suggestion="Leave them out, or write visible_to_external_users: true.",
    )


def guest_in_user_group(email: str) -> Words:
    """A guest named for a package that Slack will not deliver whole."""
    return Words(
        message=f"{email} is a guest, and Slack lets no guest into a user group.",
        suggestion="Give guests a package without user groups.",
    )


def guests_in_user_group() -> Words:
    """All users, guests among them, and a package that Slack will not deliver whole to these."""
    return Words(
        message="all_users includes guests, and Slack lets no guest into a user group.",
        suggestion="Write scope: all_members, or give guests a package without user groups.",
    )


# Times


def no_time(text: str) -> Words:
    """A duration of nothing (LIF-3, APR-11)."""
    return Words(message=f"{text} is no time at all.", suggestion="Write more than zero.")


def too_much_time(called: str, text: str, most: timedelta) -> Words:
    """A duration beyond its bound (LIF-3, APR-11)."""
    return Words(message=f"{called} is at most {write(most)}, not {text}.")


def reminder_too_late(after: timedelta, limit: timedelta) -> Words:
    """A reminder when the stage is over."""
    return Words(
        message=f"A reminder after {write(after)} never comes: the stage ends after"
        f" {write(limit)}.",
        suggestion="Remind earlier, or raise decide_within.",
    )


def escalation_too_late(after: timedelta, limit: timedelta) -> Words:
    """An escalation when the stage is over."""
    return Words(
        message=f"An escalation after {write(after)} never comes: the stage ends after"
        f" {write(limit)}.",
        suggestion="Escalate earlier, or raise decide_within.",
    )


def not_ascending(each: timedelta, before: timedelta) -> Words:
    """A time that does not come after the one above it."""
    return Words(
        message=f"{write(each)} does not come after {write(before)}.",
        suggestion="Write the times in ascending order, each once.",
    )


def ends_in_the_past(on: date, today: date) -> Words:
    """An end that is over (LIF-1)."""
    return Words(message=f"{on} is over; today is {today}.", suggestion="Name a day to come.")


def ends_too_late(on: date, latest: date) -> Words:
    """An end beyond the bound (LIF-1)."""
    return Words(message=f"{on} is too far away; {latest} is the latest.")


def no_end_to_remind_of() -> Words:
    """A warning before an end that does not come."""
    return Words(
        message="remind_before has no effect: access under this policy never ends.",
        suggestion="Add expiration: {after: P90D}, or leave remind_before out.",
    )


def nothing_to_extend() -> Words:
    """Extension of access that never ends."""
    return Words(
        message="There is nothing to extend: access under this policy never ends.",
        suggestion="Add expiration: {after: P90D}, or leave extension out.",
    )


def never_extended(on: date) -> Words:
    """Extension of access that all ends on one day already (LIF-5)."""
    return Words(
        message=f"No extension can be granted: all access ends on {on}.",
        suggestion="Use expiration: {after: ...}, or leave extension out.",
    )


def lead_too_long(lead: timedelta, after: timedelta) -> Words:
    """A warning before the access began (NOT-4)."""
    return Words(
        message=f"Access lasts {write(after)}, so nobody is told {write(lead)} before the end.",
        suggestion="Leave it out, or use a shorter time.",
    )


# Who could ever decide


def needs_too_many(needed: int, most: int) -> Words:
    """More approvals wanted than people could be asked."""
    return Words(
        message=f"This stage needs {needed} approvals, and at most"
        f" {counted(most, 'person', 'people')} could ever be asked.",
        suggestion="Add approvers, or lower needed.",
    )


def no_owners_to_ask() -> Words:
    """Catalog owners as approvers of a catalog without owners."""
    return Words(
        message="This catalog has no owners, so nobody could ever decide this stage.",
        suggestion="Add owners to the catalog, or name other approvers.",
    )


def only_requestors_could_decide(emails: Sequence[str], needed: int) -> Words:
    """The requestors of a policy are its approvers, too (APR-8)."""
    if needed > 1:
        return Words(
            message=f"Nobody who may ask could ever get the {needed} approvals this stage needs:"
            " nobody decides on their own request.",
            suggestion="Add approvers.",
        )
    return Words(
        message=f"Only {listed(emails)} may ask and could decide, and nobody decides on their own"
        " request.",
        suggestion="Add another approver.",
    )


def some_requestors_are_stuck(emails: Sequence[str], needed: int) -> Words:
    """Some of those who may ask would wait in vain (APR-8)."""
    return Words(
        message=f"Too few people could decide a request of {listed(emails)}: this stage needs"
        f" {counted(needed, 'approval', 'approvals')}, and nobody decides on their own request.",
        suggestion="Add approvers, or fallback_approvers.",
    )


def only_fallback_is_enough(needed: int, most: int) -> Words:
    """The approvers alone are too few, and the fallback is asked only without them."""
    return Words(
        message=f"This stage needs {needed} approvals, and its approvers are at most"
        f" {counted(most, 'person', 'people')}; fallback approvers are asked only when there are"
        " none of them.",
        suggestion="Add approvers, or lower needed.",
    )


def manager_without_fallback() -> Words:
    """Somebody without a manager has nobody to decide (APR-20)."""
    return Words(
        message="For somebody without a manager nobody is named to decide.",
        suggestion="Add fallback_approvers here or at the top of the file.",
    )


def stages_never_used() -> Words:
    """Stages for nothing."""
    return Words(
        message="required_for is empty, so nobody is ever asked in these stages.",
        suggestion="Write required_for: [request, extension], or leave the stages out.",
    )
