"""Reading a Web API call: every way the SDKs put arguments on the wire, and typed access to them.

Slack takes GET, POST with a query string, POST form, POST JSON and multipart for every method;
nested values (blocks, view, files) arrive as JSON objects or as JSON inside a string. Source:
docs.slack.dev, Web API basics; wire forms of the Python SDK were measured.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from playground.wire import Json, Refused, as_json


class Arguments:
    """Arguments of one call. Missing and badly shaped ones raise Slack's errors."""

    def __init__(self, values: Json, *, basic: str = "") -> None:
        self.values = values
        self.basic = basic
        """What followed `Authorization: Basic`, undecoded."""

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str | None = None) -> str:
        """A required (no default) or optional text; numbers are read as text like Slack does."""
        value = self.values.get(name)
        if value is None or value == "":
            if default is None:
                raise missing(name)
            return default
        if isinstance(value, (dict, list)):
            raise Refused(
                "invalid_arguments", **messages(f"[ERROR] must be a string [json-pointer:/{name}]")
            )
        return str(value)

    def optional(self, name: str) -> str | None:
        """A text, or None when absent or empty."""
        return self.text(name, "") or None

    def flag(self, name: str) -> bool:
        """A boolean as JSON or as `true`, `1`, `false`, `0`."""
        value = self.values.get(name)
        return value is True or str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, *, most: int | None = None) -> int:
        """A whole number; nonsense is `invalid_arguments`, too much is cut to `most`."""
        value = self.values.get(name)
        if value is None or value == "" or isinstance(value, bool):
            return default
        try:
            found = int(str(value))
        except ValueError:
            raise Refused(
                "invalid_arguments",
                **messages(f"[ERROR] must be an integer [json-pointer:/{name}]"),
            ) from None
        return found if most is None else min(found, most)

    def names(self, name: str) -> list[str]:
        """A list given as JSON array or comma-separated text, blanks dropped."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("["):
            value = _parsed(value)
        if isinstance(value, list):
            return [str(one) for one in value if str(one)]
        return [one.strip() for one in str(value or "").split(",") if one.strip()]

    def structure(self, name: str) -> Any:
        """A nested value, decoded when it came as a string; undecodable text stays text."""
        value = self.values.get(name)
        if isinstance(value, str) and value[:1] in "[{":
            return _parsed(value)
        return value


def missing(name: str) -> Refused:
    """The refusal for a required argument that is not there."""
    return Refused("invalid_arguments", **messages(f"[ERROR] missing required field: {name}"))


def messages(*lines: str) -> Json:
    """Slack's place for explanations."""
    return {"response_metadata": {"messages": list(lines)}}


async def read_arguments(request: web.Request) -> tuple[Arguments, str | None]:
    """All arguments of a call and the token, wherever they were put.

    Raises Refused with `invalid_json`, `json_not_object` or `invalid_form_data` like Slack's
    front door.
    """
    values: Json = dict(request.query)
    token = values.pop("token", None)
    kind = request.content_type
    if request.method == "POST" and request.can_read_body:
        if kind == "application/json":
            values |= await _json_body(request)
            values.pop("token", None)  # With JSON only the header carries the token.
        elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            try:
                form = await request.post()
            except (ValueError, AssertionError) as error:
                raise Refused("invalid_form_data") from error
            values |= {
                key: value if isinstance(value, str) else value.file.read().decode(errors="replace")
                for key, value in form.items()
                if not isinstance(value, (bytes, bytearray))
            }
            token = values.pop("token", token)
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ").strip()
    basic = header.removeprefix("Basic ").strip() if header.startswith("Basic ") else ""
    return Arguments(values, basic=basic), token if isinstance(token, str) and token else None


async def _json_body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return as_json(body)


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
