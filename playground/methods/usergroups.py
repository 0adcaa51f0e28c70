"""usergroups.*: user groups and who is in them.

`usergroups.users.update` replaces the whole list and never takes an empty one; to empty a group
it is disabled. Source: docs.slack.dev, usergroups.* pages.
"""

from __future__ import annotations

from playground.presenting import usergroup_object
from playground.records import UserGroupRecord
from playground.seed import PersonKind, Usergroup
from playground.web_api import Call, method
from playground.wire import Json, Refused

READ = ("usergroups:read",)
WRITE = ("usergroups:write",)


@method("usergroups.list", tier=2, scopes=READ)
async def usergroups_list(call: Call) -> Json:
    """All user groups; disabled ones, people and numbers on request."""
    workspace = call.playground.workspace
    disabled = call.args.flag("include_disabled")
    users, count = call.args.flag("include_users"), call.args.flag("include_count")
    return {
        "usergroups": [
            usergroup_object(workspace, one, users=users, count=count)
            for one in workspace.usergroups.values()
            if disabled or not one.deleted_at
        ]
    }


@method("usergroups.users.list", tier=2, scopes=READ)
async def usergroups_users_list(call: Call) -> Json:
    """Ids of the people in a group."""
    group = _group(call)
    if group.deleted_at and not call.args.flag("include_disabled"):
        raise Refused("subteam_disabled")
    return {"users": list(group.users)}


@method("usergroups.users.update", tier=2, scopes=WRITE)
async def usergroups_users_update(call: Call) -> Json:
    """Replace the people of a group."""
    workspace = call.playground.workspace
    group = _group(call)
    if "users" not in call.args.values:
        raise Refused("missing_argument")
    ids = list(dict.fromkeys(call.args.names("users")))
    if not ids:
        raise Refused("no_users_provided")
    for one in ids:
        user = workspace.users.get(one)
        if user is None or user.deleted or user.kind in (PersonKind.BOT, PersonKind.STRANGER):
            raise Refused("invalid_users")
    before = list(group.users)
    group.users = ids
    _touch(call, group)
    call.playground.events.group_members_changed(group, before)
    return {"usergroup": usergroup_object(workspace, group, users=True)}


@method("usergroups.create", tier=2, scopes=WRITE)
async def usergroups_create(call: Call) -> Json:
    """Make a user group."""
    workspace = call.playground.workspace
    name = call.args.text("name", "")
    if not name:
        raise Refused("missing_argument")
    handle = call.args.optional("handle") or name.lower().replace(" ", "-")
    taken = {one.handle for one in workspace.usergroups.values()}
    if handle in taken:
        raise Refused("handle_already_exists")
    if any(one.name == name for one in workspace.usergroups.values()):
        raise Refused("name_already_exists")
    group = workspace.add_usergroup(
        Usergroup(handle=handle, name=name, description=call.args.text("description", ""))
    )
    call.playground.events.group_created(group)
    return {"usergroup": usergroup_object(workspace, group, users=True)}


@method("usergroups.update", tier=2, scopes=WRITE)
async def usergroups_update(call: Call) -> Json:
    """Rename or describe a group."""
    group = _group(call)
    taken = {
        one.handle for one in call.playground.workspace.usergroups.values() if one is not group
    }
    handle = call.args.text("handle", group.handle)
    if handle in taken:
        raise Refused("handle_already_exists")
    group.handle = handle
    group.name = call.args.text("name", group.name)
    group.description = call.args.text("description", group.description)
    _touch(call, group)
    call.playground.events.group_updated(group)
    return {"usergroup": usergroup_object(call.playground.workspace, group, users=True)}


@method("usergroups.enable", tier=2, scopes=WRITE)
async def usergroups_enable(call: Call) -> Json:
    """Bring a disabled group back."""
    group = _group(call)
    if not group.deleted_at:
        raise Refused("already_enabled")
    group.deleted_at = 0
    _touch(call, group)
    call.playground.events.group_updated(group)
    return {"usergroup": usergroup_object(call.playground.workspace, group, users=True)}


@method("usergroups.disable", tier=2, scopes=WRITE)
async def usergroups_disable(call: Call) -> Json:
    """Put a group out of use; its people are remembered."""
    group = _group(call)
    if group.deleted_at:
        raise Refused("already_disabled")
    group.deleted_at = call.playground.workspace.seconds()
    _touch(call, group)
    call.playground.events.group_updated(group)
    return {"usergroup": usergroup_object(call.playground.workspace, group, users=True)}


def _group(call: Call) -> UserGroupRecord:
    wanted = call.args.optional("usergroup")
    if wanted is None:
        raise Refused("missing_argument")
    group = call.playground.workspace.usergroups.get(wanted)
    if group is None:
        raise Refused("no_such_subteam")
    return group


def _touch(call: Call, group: UserGroupRecord) -> None:
    group.updated_at = call.playground.workspace.seconds()
    call.playground.workspace.tell("app", usergroup=group.id)
