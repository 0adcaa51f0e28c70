"""users.*: who is there. Source: docs.slack.dev, users.* pages; Slack Connect for strangers."""

from __future__ import annotations

from playground.methods.places import page
from playground.presenting import conversation_object, profile_object, user_object
from playground.seed import PersonKind
from playground.web_api import Call, method
from playground.wire import Json, Refused
from playground.workspace import BOT_USER_ID


@method("users.info", tier=4, scopes=("users:read",))
async def users_info(call: Call) -> Json:
    """One user, strangers included."""
    workspace = call.playground.workspace
    user = workspace.user(call.args.text("user"))
    return {"user": user_object(workspace, user, locale=call.args.flag("include_locale"))}


@method("users.list", tier=2, scopes=("users:read",))
async def users_list(call: Call) -> Json:
    """Everybody of this workspace, the deactivated too; never people from outside."""
    workspace = call.playground.workspace
    locale = call.args.flag("include_locale")
    members = [
        user_object(workspace, user, locale=locale, listed=True)
        for user in workspace.users.values()
        if user.kind is not PersonKind.STRANGER
    ]
    return {
        **page(members, call, "members", default=len(members) or 1, most=1000),
        "cache_ts": workspace.seconds(),
    }


@method("users.lookupByEmail", tier=3, scopes=("users:read.email",))
async def users_lookup_by_email(call: Call) -> Json:
    """The active user with this e-mail address."""
    workspace = call.playground.workspace
    wanted = call.args.text("email").lower()
    for user in workspace.users.values():
        outside = user.kind is PersonKind.STRANGER or user.deleted
        if user.email is not None and user.email.lower() == wanted and not outside:
            return {"user": user_object(workspace, user)}
    raise Refused("users_not_found")


@method("users.profile.get", tier=4, scopes=("users.profile:read",))
async def users_profile_get(call: Call) -> Json:
    """One user's profile with the custom fields."""
    workspace = call.playground.workspace
    user = workspace.user(call.args.text("user", BOT_USER_ID))
    shown = profile_object(workspace, user)
    if call.args.flag("include_labels"):
        labels = workspace.profile_fields
        shown["fields"] = {
            key: {**value, "label": labels[key]} for key, value in (shown["fields"] or {}).items()
        }
    return {"profile": {**shown, "fields": shown["fields"] or {}}}


@method(
    "users.conversations", tier=3, scopes=("channels:read", "groups:read", "mpim:read", "im:read")
)
async def users_conversations(call: Call) -> Json:
    """Conversations somebody is in, as far as the app may see them."""
    workspace = call.playground.workspace
    user = workspace.user(call.args.text("user", BOT_USER_ID))
    kinds = call.args.names("types") or ["public_channel"]
    found = [
        conversation_object(workspace, one)
        for one in workspace.visible_to(user.id)
        if kind_of(one.is_im, one.is_mpim, one.is_private) in kinds
        and (not one.is_private or BOT_USER_ID in one.members)
    ]
    return page(found, call, "channels", default=100, most=999)


@method("users.getPresence", tier=3, scopes=("users:read",))
async def users_get_presence(call: Call) -> Json:
    """Everybody who is not deactivated counts as active."""
    user = call.playground.workspace.user(call.args.text("user"))
    return {"presence": "away" if user.deleted else "active"}


def kind_of(is_im: bool, is_mpim: bool, is_private: bool) -> str:
    """Slack's word for the kind of a conversation in `types`."""
    if is_im:
        return "im"
    if is_mpim:
        return "mpim"
    return "private_channel" if is_private else "public_channel"
