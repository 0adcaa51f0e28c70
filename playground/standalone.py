"""The playground by itself, for any Bolt app: `python -m playground --app-url ...` or `--socket`.

Nothing here is special to one app. Tokens are fixed words, so that the app may be started first or
last; everything listens on this machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from playground.live_validate import LiveValidator
from playground.seed import Channel, Person, PersonKind, Usergroup
from playground.server import Playground, Tokens
from playground.wire import Json, as_json, as_list, as_text

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - a word for this machine, no secret
APP_TOKEN = "xapp-playground"  # noqa: S105 - likewise
SIGNING_SECRET = "playground"  # noqa: S105 - likewise

LIVE_TOKEN = "SLACK_LIVE_TOKEN"  # noqa: S105 - the name of a variable
LOOK_EVERY = 1.0
"""Real seconds between two looks for an app that does not answer."""

PEOPLE = (
    Person(name="ana", real_name="Ana Archer", email="ana@example.com", title="Engineer"),
    Person(name="ben", real_name="Ben Baker", email="ben@example.com", title="Lead", is_admin=True),
    Person(name="cleo", real_name="Cleo Carter", email="cleo@example.org", kind=PersonKind.GUEST),
)
CHANNELS = (Channel(name="general", members=("ana", "ben", "cleo"), is_general=True),)


class BadInput(Exception):
    """A file that cannot be read or means nothing; the message is for the person who typed it."""


def read_document(path: Path) -> Json:
    """A JSON or YAML file whose top is an object."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    try:
        found = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except ValueError as error:
        raise BadInput(f"{path} is not valid: {error}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path} must have an object at its top")
    return as_json(found)


def _yaml(text: str) -> object:
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415 - only for YAML files
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - only for YAML files
    except ImportError as error:
        raise BadInput("a YAML file needs the package ruamel.yaml; JSON works without") from error
    try:
        return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    except YAMLError as error:
        raise ValueError(str(error)) from error


def read_workspace(document: Json) -> tuple[list[Person], list[Channel], list[Usergroup]]:
    """People, channels and user groups from a file whose keys are those of the seed's types."""
    try:
        people = [
            Person(
                **{
                    **as_json(one),
                    "kind": PersonKind(as_text(as_json(one).get("kind")) or "member"),
                }
            )
            for one in as_list(document.get("people"))
        ]
        channels = [Channel(**_tuples(as_json(one))) for one in as_list(document.get("channels"))]
        groups = [Usergroup(**_tuples(as_json(one))) for one in as_list(document.get("usergroups"))]
    except (TypeError, ValueError) as error:
        raise BadInput(f"the workspace file is not right: {error}") from error
    return people, channels, groups


def _tuples(document: Json) -> Json:
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="playground", description="A local Slack for a Bolt app on this machine."
    )
    way = made.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--app-url", help="the app's request URL, e.g. http://127.0.0.1:3000/slack/events"
    )
    way.add_argument("--socket", action="store_true", help="the app connects by Socket Mode")
    made.add_argument("--manifest", type=Path, help="the app's manifest, YAML or JSON")
    made.add_argument(
        "--workspace", type=Path, help="people, channels and user groups, YAML or JSON"
    )
    made.add_argument("--hook", help="the app's URL that tells what it does next (optional)")
    made.add_argument("--journal", type=Path, help="folder for a record of every exchange")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8080)
    made.add_argument(
        "--live-validate",
        action="store_true",
        help=f"show every payload to Slack's own validator too, with the token in {LIVE_TOKEN}",
    )
    made.add_argument("--no-rate-limits", action="store_true", help="never answer 429")
    return made


def build(options: argparse.Namespace) -> Playground:
    """A playground from the command line; raises BadInput."""
    people, channels, groups = list(PEOPLE), list(CHANNELS), list[Usergroup]()
    if options.workspace is not None:
        people, channels, groups = read_workspace(read_document(options.workspace))
    return Playground(
        manifest=read_document(options.manifest) if options.manifest is not None else None,
        people=people,
        channels=channels,
        usergroups=groups,
        journal=options.journal,
        burst=math.inf if options.no_rate_limits else 2.0,
        tokens=Tokens(bot=BOT_TOKEN, app=APP_TOKEN, signing_secret=SIGNING_SECRET),
    )


async def serve(options: argparse.Namespace) -> None:
    """Run until interrupted."""
    if options.live_validate and not os.environ.get(LIVE_TOKEN):
        raise BadInput(f"--live-validate needs a token of a real workspace in {LIVE_TOKEN}")
    playground = build(options)
    try:
        await playground.start(options.host, options.port)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}"
        ) from error
    if options.hook:
        playground.attach(options.hook)
    _say(*_settings(playground, options.app_url))
    beside = [asyncio.ensure_future(_look_for_app(playground, options.app_url))]
    if options.live_validate:
        live = LiveValidator(playground, os.environ[LIVE_TOKEN])
        beside.append(asyncio.ensure_future(live.run()))
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    await stop.wait()
    for task in beside:
        task.cancel()
    await playground.stop()


def _settings(playground: Playground, app_url: str | None) -> Iterator[str]:
    """What to tell whoever starts the app."""
    yield f"Playground on {playground.url}"
    yield "Start the app with:"
    yield f"  SLACK_API_URL={playground.url}/api/"
    yield f"  SLACK_BOT_TOKEN={playground.bot_token}"
    if app_url:
        yield f"  SLACK_SIGNING_SECRET={playground.signing_secret}"
    else:
        yield f"  SLACK_APP_TOKEN={playground.app_token}"


async def _look_for_app(playground: Playground, app_url: str | None) -> None:
    """Until the app answers, and again whenever it is gone; on the page people see which it is."""
    if app_url is None:
        await playground.sockets.wait_connected()
        _say("The app is connected.")
        return
    playground.delivery.reachable = False
    playground.connect_http(app_url)
    while True:
        if not playground.delivery.reachable:
            await playground.delivery.verify()
            if playground.delivery.reachable:
                _say(f"The app answers at {app_url}.")
        await asyncio.sleep(LOOK_EVERY)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 after an interrupt, 2 for input that is wrong."""
    options = parser().parse_args(arguments)
    try:
        asyncio.run(serve(options))
    except BadInput as error:
        sys.stderr.write(f"playground: {error}\n")
        return 2
    return 0
