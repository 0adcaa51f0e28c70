"""What stories about access reviews share: a company that reviews, and the way to the form."""

import re

from playground.driver import Form
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.files import Part

READ = "Production read access"
WEEKLY: Part = {"every": "weekly", "starting": "2027-01-18", "open_for": "P5D"}


def reviewed(*reviewers: Part, **settings: object) -> str:
    """A file with one package that anybody gets at once, reviewed by these people."""
    return files.file(policy_with(*reviewers, **settings))


def policy_with(*reviewers: Part, **settings: object) -> Part:
    """The package of that file."""
    reviews: Part = {**WEEKLY, "reviewers": list(reviewers), "reason": "optional", **settings}
    policy = files.policy("Everybody", expiration={"after": "P365D"}, reviews=reviews)
    return files.package(READ, policy)


async def hold(contoso: Company, *names: str) -> None:
    """These people ask for the package and have it."""
    for name in names:
        await contoso.asks(name, READ, Justification=f"{name} is on call")


async def review(contoso: Company, who: str) -> Form:
    """Somebody presses Review now."""
    form = await contoso.playground.person(who).presses("Review now")
    assert isinstance(form, Form), form.text
    return form


async def presses(form: Form, label: str, *, on: str | None = None) -> Form:
    """A press in the form; what is in front afterwards."""
    after = await form.presses(label, on=on)
    assert isinstance(after, Form), after.text
    return after


def card(contoso: Company, who: str) -> str:
    """The newest card of a review, as somebody sees it: what ends with its number."""
    seen = contoso.playground.person(who).messages
    found = [one.text for one in seen if re.search(r"\bReview \w{6}$", one.text)]
    assert found, f"{who} sees no review"
    return found[-1]
