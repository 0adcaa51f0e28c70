"""How the workspace's records look on the wire: Slack's user, channel, message, group, file.

Shapes follow docs.slack.dev (types: user, conversation, message, usergroup, file). What depends
on who asks (e-mail scope, strangers, membership) is decided here and nowhere else.
"""

from __future__ import annotations

from playground.manifest import Manifest
from playground.records import Conversation, FileRecord, Message, User, UserGroupRecord
from playground.seed import PersonKind
from playground.wire import Json
from playground.workspace import APP_ID, BOT_ID, BOT_USER_ID, Workspace


def user_object(
    workspace: Workspace, user: User, *, locale: bool = False, listed: bool = False
) -> Json:
    """A user as `users.info` shows it; strangers carry less, e-mail needs its own scope.

    In a listing (`users.list`) the custom profile fields are left out.
    """
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": _color(user.id),
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.tz_offset,
        "profile": profile_object(workspace, user),
        "is_bot": user.kind is PersonKind.BOT,
        "is_app_user": False,
        "updated": user.updated,
        "is_email_confirmed": user.email is not None,
        "who_can_share_contact_card": "EVERYONE",
    }
    if listed:
        del shown["profile"]["fields"]
    if user.deleted:
        for key in ("tz", "tz_label", "tz_offset"):
            del shown[key]
    else:
        shown |= {
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_guest,
            "is_ultra_restricted": user.kind is PersonKind.SINGLE_CHANNEL_GUEST,
        }
    if user.kind is PersonKind.STRANGER:
        shown["is_stranger"] = True
    if user.enterprise_id is not None:
        shown["enterprise_user"] = _enterprise_user(workspace, user)
    if locale and user.kind is not PersonKind.STRANGER:
        shown["locale"] = user.locale
    return shown


def _enterprise_user(workspace: Workspace, user: User) -> Json:
    return {
        "id": user.id,
        "enterprise_id": user.enterprise_id,
        "enterprise_name": workspace.team.name,
        "is_admin": False,
        "is_owner": False,
        "teams": [user.team_id],
    }


def profile_object(workspace: Workspace, user: User) -> Json:
    """A user's profile; the e-mail address is left out where the app may not read it."""
    first, _, last = user.real_name.partition(" ")
    shown: Json = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "fields": {key: {"value": value, "alt": ""} for key, value in user.fields.items()} or None,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": "g" + user.id.lower()[-8:],
        "first_name": first,
        "last_name": last,
        "team": user.team_id,
    }
    stranger = user.kind is PersonKind.STRANGER
    if user.email and not stranger and workspace.manifest.grants("users:read.email"):
        shown["email"] = user.email
    if user.bot_id is not None:
        shown |= {"bot_id": user.bot_id, "api_app_id": user.app_id or ""}
    return shown


def conversation_object(workspace: Workspace, one: Conversation) -> Json:
    """A conversation as the app's bot sees it."""
    shown: Json = {
        "id": one.id,
        "created": one.created,
        "is_archived": one.is_archived,
        "is_im": one.is_im,
        "is_org_shared": False,
        "context_team_id": workspace.team.id,
        "updated": one.created * 1000,
    }
    if one.is_im:
        other = next((user for user in one.members if user != BOT_USER_ID), BOT_USER_ID)
        deleted = workspace.users[other].deleted
        return {**shown, "user": other, "is_user_deleted": deleted, "is_open": one.is_open}
    shown |= {
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": not one.is_private,
        "is_group": one.is_private and not one.is_mpim,
        "is_mpim": one.is_mpim,
        "is_private": one.is_private,
        "is_general": one.is_general,
        "unlinked": 0,
        "is_shared": one.is_ext_shared,
        "is_ext_shared": one.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "creator": one.creator,
        "is_member": BOT_USER_ID in one.members,
        "topic": {"value": one.topic, "creator": "", "last_set": 0},
        "purpose": {"value": one.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(one.members),
    }
    if one.is_ext_shared:
        shown["shared_team_ids"] = one.shared_team_ids
        shown["conversation_host_id"] = workspace.team.id
    return shown


def message_object(
    workspace: Workspace, message: Message, *, all_metadata: bool = False, for_app: bool = True
) -> Json:
    """A message in a listing, with the counts of its thread; metadata only on request."""
    shown = dict(message.body)
    conversation = workspace.conversations[message.channel]
    replies = conversation.replies.get(message.ts)
    if replies:
        users = list(dict.fromkeys(str(one.body.get("user", "")) for one in replies))
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users,
            "is_locked": False,
            "subscribed": False,
        }
    elif "thread_ts" in shown and message.thread_ts == message.ts:
        del shown["thread_ts"]
    if message.is_reply and message.thread_ts is not None:
        parent = conversation.by_ts.get(message.thread_ts)
        if parent is not None:
            shown["parent_user_id"] = parent.body.get("user")
    if message.metadata is not None:
        if all_metadata or not for_app:
            shown["metadata"] = message.metadata
        else:
            shown["metadata"] = {"event_type": message.metadata["event_type"]}
    return shown


def bot_profile(workspace: Workspace) -> Json:
    """Who posted, on every message of the app."""
    return {
        "id": BOT_ID,
        "deleted": False,
        "name": workspace.manifest.name,
        "updated": 0,
        "app_id": APP_ID,
        "user_id": BOT_USER_ID,
        "icons": {},
        "team_id": workspace.team.id,
    }


def usergroup_object(
    workspace: Workspace, group: UserGroupRecord, *, users: bool = False, count: bool = True
) -> Json:
    """A user group; its people and their number only when asked for."""
    shown: Json = {
        "id": group.id,
        "team_id": workspace.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created_at,
        "date_update": group.updated_at,
        "date_delete": group.deleted_at,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": BOT_USER_ID,
        "updated_by": BOT_USER_ID,
        "deleted_by": BOT_USER_ID if group.deleted_at else None,
        "prefs": {"channels": group.channels, "groups": []},
    }
    if users:
        shown["users"] = list(group.users)
    if count:
        shown["user_count"] = len(group.users)
    return shown


MIMETYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "zip": "application/zip",
}


def mimetype(name: str) -> str:
    """The type of a file by its name; text unless known otherwise."""
    return MIMETYPES.get(name.rpartition(".")[2].lower(), "text/plain")


def file_object(workspace: Workspace, file: FileRecord, base_url: str) -> Json:
    """An uploaded file."""
    suffix = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetype(file.name),
        "filetype": suffix,
        "pretty_type": suffix.upper(),
        "user": file.user_id or BOT_USER_ID,
        "user_team": workspace.team.id,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(file.channels),
        "alt_txt": file.alt_text,
        "url_private": f"{base_url}/files/{file.id}/{file.name}",
        "url_private_download": f"{base_url}/files/{file.id}/download/{file.name}",
        "permalink": f"{base_url}/files/{file.id}/{file.name}",
        "channels": list(file.channels),
    }


def team_object(workspace: Workspace) -> Json:
    """The workspace, as `team.info` shows it."""
    team = workspace.team
    shown: Json = {
        "id": team.id,
        "name": team.name,
        "url": f"https://{team.domain}.slack.com/",
        "domain": team.domain,
        "email_domain": team.email_domain,
        "icon": {"image_default": True},
        "avatar_base_url": "https://ca.slack-edge.com/",
        "is_verified": False,
    }
    if team.enterprise_id is not None:
        shown |= {"enterprise_id": team.enterprise_id, "enterprise_name": team.name}
    return shown


def scopes_text(manifest: Manifest) -> str:
    """Granted scopes as Slack lists them in `x-oauth-scopes` and `provided`."""
    return ",".join(manifest.scopes)


def _color(user_id: str) -> str:
    palette = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c")
    return palette[sum(map(ord, user_id)) % len(palette)]
