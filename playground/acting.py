"""What all acts have in common: who may act, how a payload begins, how people are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.elements import Typed
from playground.records import Conversation, User
from playground.wire import Json
from playground.workspace import APP_ID

if TYPE_CHECKING:
    from playground.server import Playground


class SlackSays(Exception):
    """What the person reads because an act did not work."""


class Acting:
    """Somebody acts in a playground."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._typed_in_messages: dict[tuple[str, str], Typed] = {}

    def _interaction(self, kind: str, user: User) -> Json:
        team = self._playground.workspace.team
        return {
            "type": kind,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
            "api_app_id": APP_ID,
            "token": "verification-token",
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _says(self, user: User, text: str) -> SlackSays:
        self._playground.workspace.tell("error", **{"as": user.id, "text": text})
        return SlackSays(text)

    def _check_active(self, user: User) -> None:
        if user.deleted:
            raise SlackSays(f"{user.real_name}'s account is deactivated")

    def _check_may_type(self, user: User, conversation: Conversation) -> None:
        self._check_active(user)
        if user.id not in conversation.members:
            raise SlackSays(f"{user.real_name} is not in #{conversation.name}")
        if conversation.is_archived:
            raise SlackSays(f"#{conversation.name} is archived")
