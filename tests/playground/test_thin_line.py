"""One story from a typed command to a decided card, through a real Bolt app on both transports."""

from __future__ import annotations

import pytest

from playground.driver import Form, Reaction
from playground.driver_forms import FormRefused
from tests.playground.sample import Stage


async def test_request_is_filled_in_and_approved(stage: Stage) -> None:
    """A form opens, refuses a short reason, is taken, and the card changes when it is approved."""
    rita, mia = stage.playground.person("rita"), stage.playground.person("mia")
    form = await rita.types("/access request")
    assert isinstance(form, Form)
    form.sees("Request access")
    await form.choose("Package", "Production read access")
    await form.fill("Justification", "x")
    with pytest.raises(FormRefused) as refused:
        await form.submit()
    assert refused.value.errors == {"Justification": "Say a little more"}
    await form.fill("Justification", "OPS-1 is down")
    await form.submit()
    mia.sees("Rita Ruiz asks for Production read access")
    rita.does_not_see("asks for")
    reaction = await mia.presses("Approve", on="Production read access")
    assert isinstance(reaction, Reaction)
    mia.sees("Approved by Mia")
    assert mia.buttons == []


async def test_unknown_words_are_answered_for_the_typist_only(stage: Stage) -> None:
    """The app's answer to a command is ephemeral."""
    rita, mia = stage.playground.person("rita"), stage.playground.person("mia")
    reaction = await rita.types("/access nonsense", channel="#general")
    assert isinstance(reaction, Reaction)
    assert reaction.ephemeral == "Usage: /access request"
    mia.does_not_see("Usage")
