"""Bolt for Python's hello-world: greets, offers a button, notices the click."""

import os
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = App(client=client, signing_secret=os.environ.get("SLACK_SIGNING_SECRET"))


@app.command("/hello")
def greet(ack: Any, command: Any) -> None:
    ack(f"Hello <@{command['user_id']}>, you said {command['text']}")


@app.message("hello")
def offer(message: Any, say: Any) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Click me"},
        "action_id": "clicked",
    }
    words = f"Hey there <@{message['user']}>!"
    section = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": words},
        "accessory": button,
    }
    say(text=words, blocks=[section])


@app.action("clicked")
def notice(ack: Any, body: Any, say: Any) -> None:
    ack()
    say(f"<@{body['user']['id']}> clicked the button")


if __name__ == "__main__":
    if "SLACK_APP_TOKEN" in os.environ:
        SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
    else:
        app.start(port=int(os.environ.get("PORT", "3000")))
