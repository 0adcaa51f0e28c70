"""What people do with a modal: fill it in, submit it, close it.

Sources: docs.slack.dev, surfaces/modals; view_submission and view_closed payloads.
"""

from __future__ import annotations

from playground.acting import Acting
from playground.delivery import NotAnswered, Parcel
from playground.elements import STATE_KEYS, placed_elements, state_of, state_values
from playground.methods.views import accept_view
from playground.presenting import file_object
from playground.records import User
from playground.required import missing_input
from playground.views import View
from playground.wire import Json, Refused, as_json, as_list, as_text

TROUBLE = "We had some trouble connecting. Try again?"


class ModalActs(Acting):
    """Acts on an open modal."""

    async def submit(
        self, user: User, view: View, values: dict[str, dict[str, Json]] | None = None
    ) -> dict[str, str]:
        """Press a modal's submit button; errors by block_id, empty when it was taken."""
        playground = self._playground
        self._check_active(user)
        self.remember(view, values or {})
        blocks = view.payload.get("blocks")
        held = state_values(blocks, view.typed)
        view.errors = missing_input(blocks, held)
        if view.errors:
            return view.errors
        payload = self._interaction("view_submission", user)
        payload |= {
            "trigger_id": playground.views.issue_trigger(user.id, view_id=view.id),
            "view": playground.views.shown(view),
            "response_urls": self._response_urls(user, view),
        }
        what = f"view_submission {as_text(view.payload.get('callback_id'))}".strip()
        parcel = Parcel(kind="interactive", what=what, payload=payload, user_id=user.id)
        try:
            answer = await playground.delivery.send(parcel)
        except NotAnswered as failure:
            raise self._says(user, TROUBLE) from failure
        self._submitted(user, view, answer.body)
        return view.errors

    def remember(self, view: View, values: dict[str, dict[str, Json]]) -> None:
        """Keep what was typed so far."""
        for block_id, actions in values.items():
            for action_id, state in actions.items():
                view.typed.setdefault(block_id, {})[action_id] = self._with_files(state)

    async def close(self, user: User, view: View, *, everything: bool = False) -> None:
        """Close a modal with Cancel, or all of them with the cross."""
        playground = self._playground
        stack = playground.views.stack(user.id)
        if view not in stack:
            return
        clears = everything or bool(view.payload.get("clear_on_close"))
        gone = stack[0] if clears else view
        shown = playground.views.shown(gone)
        if clears:
            playground.views.close_all(user.id)
        else:
            playground.views.close(view)
        if not gone.payload.get("notify_on_close"):
            return
        payload = self._interaction("view_closed", user)
        payload |= {"view": shown, "is_cleared": clears}
        what = f"view_closed {as_text(gone.payload.get('callback_id'))}".strip()
        parcel = Parcel(kind="interactive", what=what, payload=payload, user_id=user.id)
        try:
            await playground.delivery.send(parcel)
        except NotAnswered as failure:
            playground.delivery.failed.append(f"{what}: {failure.reason}")

    def _submitted(self, user: User, view: View, body: Json) -> None:
        views = self._playground.views
        journal = self._playground.journal
        try:
            match as_text(body.get("response_action")):
                case "errors":
                    errors = as_json(body.get("errors"))
                    view.errors = {str(key): str(value) for key, value in errors.items()}
                    known = {
                        one["block_id"] for one in view.payload["blocks"] if one["type"] == "input"
                    }
                    if not view.errors or not set(view.errors) <= known:
                        raise self._says(user, TROUBLE)
                    views.workspace.tell("view", **{"as": user.id, "view": view.id})
                case "update":
                    views.update(view, accept_view(journal, body.get("view"), "modal"))
                case "push":
                    views.push_for(user.id, accept_view(journal, body.get("view"), "modal"))
                case "clear":
                    views.close_all(user.id)
                case _:
                    if view in views.stack(user.id):
                        views.close(view)
        except Refused as refusal:
            raise self._says(user, f"{TROUBLE} ({refusal.error})") from refusal

    def _with_files(self, state: Json) -> Json:
        """The state of a file input with whole file objects, as the app gets them."""
        if state.get("type") != "file_input":
            return state
        playground = self._playground
        known = playground.workspace.files
        ids = [as_text(as_json(one).get("id")) for one in as_list(state.get("files"))]
        files = [
            file_object(playground.workspace, known[one], playground.url)
            for one in ids
            if one in known
        ]
        return {"type": "file_input", "files": files}

    def _response_urls(self, user: User, view: View) -> list[Json]:
        """An answer address for each channel chosen in a menu with `response_url_enabled`."""
        playground = self._playground
        given = []
        for placed in placed_elements(view.payload.get("blocks")):
            if not placed.is_input or not placed.element.get("response_url_enabled"):
                continue
            held = view.typed.get(placed.block_id, {}).get(placed.action_id)
            state = state_of(placed.element, held)
            chosen = playground.workspace.conversations.get(
                as_text(state[STATE_KEYS[placed.kind][0]])
            )
            if chosen is not None:
                address = playground.response_urls.issue(user.id, chosen)
                given.append(
                    {
                        "block_id": placed.block_id,
                        "action_id": placed.action_id,
                        "channel_id": chosen.id,
                        "response_url": address,
                    }
                )
        return given
