"""Who is calling and where: auth.*, api.test, team.*, bots.info, apps.connections.open, emoji.list.

Source: docs.slack.dev/reference/methods, the pages of these names.
"""

from __future__ import annotations

from playground.presenting import team_object
from playground.web_api import MESSAGES, Call, method
from playground.wire import Json, Refused
from playground.workspace import APP_ID, BOT_ID, BOT_USER_ID


@method("api.test", tier=4, open_to_all=True)
async def api_test(call: Call) -> Json:
    """Answer what was sent; `error` asks for that error."""
    error = call.args.optional("error")
    if error is not None:
        raise Refused(error, args=call.args.values)
    return {"args": call.args.values}


@method("auth.test", tier=MESSAGES)
async def auth_test(call: Call) -> Json:
    """Say which workspace and bot the token belongs to."""
    workspace = call.playground.workspace
    answer: Json = {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "user": workspace.bot.name,
        "team_id": workspace.team.id,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }
    if workspace.team.enterprise_id is not None:
        answer["enterprise_id"] = workspace.team.enterprise_id
    return answer


@method("oauth.v2.access", tier=MESSAGES, open_to_all=True)
async def oauth_v2_access(call: Call) -> Json:
    """Exchange a code, or a refresh token, for a bot token."""
    return call.playground.oauth.access(call.args)


@method("team.info", tier=3, scopes=("team:read",))
async def team_info(call: Call) -> Json:
    """Describe the workspace."""
    wanted = call.args.optional("team")
    if wanted not in (None, call.playground.workspace.team.id):
        raise Refused("team_not_found")
    return {"team": team_object(call.playground.workspace)}


@method("team.profile.get", tier=3, scopes=("users.profile:read",))
async def team_profile_get(call: Call) -> Json:
    """List the custom profile fields."""
    fields = [
        {
            "id": field_id,
            "ordering": place,
            "label": label,
            "hint": "",
            "type": "user" if field_id in call.playground.workspace.people_fields else "text",
            "possible_values": None,
            "options": None,
            "is_hidden": False,
        }
        for place, (field_id, label) in enumerate(call.playground.workspace.profile_fields.items())
    ]
    return {"profile": {"fields": fields, "sections": []}}


@method("bots.info", tier=3, scopes=("users:read",))
async def bots_info(call: Call) -> Json:
    """Describe a bot user; without an id, the app's own."""
    wanted = call.args.optional("bot") or BOT_ID
    for user in call.playground.workspace.users.values():
        if user.bot_id == wanted:
            return {
                "bot": {
                    "id": wanted,
                    "deleted": user.deleted,
                    "name": user.real_name,
                    "updated": user.updated,
                    "app_id": user.app_id or APP_ID,
                    "user_id": user.id,
                    "icons": {},
                }
            }
    raise Refused("bot_not_found")


@method("emoji.list", tier=2, scopes=("emoji:read",))
async def emoji_list(call: Call) -> Json:
    """The workspace has no custom emoji."""
    return {"emoji": {}, "cache_ts": call.playground.workspace.new_ts()}


@method("apps.connections.open", tier=3, app_token=True)
async def apps_connections_open(call: Call) -> Json:
    """Give a WebSocket address that works once."""
    return {"url": call.playground.sockets.issue_address()}
