"""`usher playground`: with Usher inside it, or for another app with all that the playground knows."""

import re
import socket

from playground import standalone
from tests.bot.operator import invoke


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    """What a newcomer meets first when something else is on 8080: what to type, no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = invoke("playground", "--port", str(port))

    assert (ran.code, ran.out) == (1, "")
    (complaint,) = ran.complaints
    assert complaint.startswith(
        f"The playground cannot listen on 127.0.0.1, port {port}: Address already in use. "
    )
    assert "--port 0" in complaint


def test_it_knows_every_option_of_the_playgrounds_own_command() -> None:
    """Whoever reads the playground's README may type `usher playground` instead."""
    ours, its_own = (
        set(re.findall(r"^ +(?:-h, )?(--[\w-]+)", text, re.MULTILINE))
        for text in (invoke("playground", "--help").out, standalone.parser().format_help())
    )
    assert ours == its_own


def test_what_is_for_another_app_is_handed_on() -> None:
    """A workspace file without people in it is refused by the playground itself."""
    ran = invoke(
        "playground", "--socket", "--live-validate", "--no-rate-limits", SLACK_LIVE_TOKEN=""
    )

    assert ran.code == 2
    assert "needs a token of a real workspace" in ran.err


def test_what_is_for_another_app_is_refused_when_usher_is_the_app() -> None:
    """Nothing is silently ignored."""
    ran = invoke("playground", "--journal", "records")

    assert ran.code == 2
    assert "--journal is for another app: give --app-url or --socket, too." in ran.err
