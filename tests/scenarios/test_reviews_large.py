"""One reviewer, two thousand lines, the real forms: every page is turned and nothing is lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import Table, insert, select, update

from engine.application.ports import Transaction
from engine.domain.ids import PersonId
from playground.driver import Form
from playground.seed import Person
from storage import tables as t
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import READ, card, hold, presses, review, reviewed

HOLDERS = 2000
PAGE = 10
ANSWERED_EVERY = 10
"""On one page of so many an answer is given; every page is turned."""
DEPARTMENTS = 120
"""More than one menu of Slack can offer."""
PEOPLE = [
    Person(name=f"h{n:04d}", real_name=f"Holder {n:04d}", email=f"h{n:04d}@contoso.com")
    for n in range(HOLDERS - 1)
]


async def everybody_holds(contoso: Company) -> None:
    """Rita got it the usual way; the others have the same, and a department."""
    await hold(contoso, "rita")
    ids = [PersonId(contoso.playground.person(one.name).id) for one in PEOPLE]

    def copy(tx: Transaction) -> None:
        connection = tx.conn  # type: ignore[attr-defined]
        rows = list(enumerate(ids))

        def copies(table: Table, change: Callable[[int, PersonId], dict[str, str]]) -> None:
            one = connection.execute(select(table)).mappings().one()
            connection.execute(insert(table), [{**one, **change(n, who)} for n, who in rows])

        copies(
            t.requests,
            lambda n, who: (
                {"id": f"REQ{n:013d}", "target_id": who, "requestor_id": who}
                | {"assignment_id": f"HELD{n:012d}"}
            ),
        )
        copies(
            t.assignments,
            lambda n, who: {"id": f"HELD{n:012d}", "target_id": who, "request_id": f"REQ{n:013d}"},
        )
        copies(t.holdings, lambda n, who: {"id": f"RIGHT{n:011d}", "person_id": who})
        copies(
            t.claims,
            lambda n, _: {"assignment_id": f"HELD{n:012d}", "holding_id": f"RIGHT{n:011d}"},
        )
        for n, who in rows:
            named = {"department_key": f"department {n % DEPARTMENTS:03d}"}
            connection.execute(update(t.people).where(t.people.c.id == who).values(named))

    await contoso.house.store.write(copy)
    contoso.playground.workspace.usergroup("prod-readers").users += ids


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_thousand_lines_through_the_form(company: Open) -> None:
    """Two hundred pages, an answer on each tenth; the rest at once; the card counts all along."""
    async with company(reviewed(files.people("olga")), people=PEOPLE) as contoso:
        await everybody_holds(contoso)
        await contoso.administers(f"review start {READ}")
        assert "Lines for you\n2,000" in card(contoso, "olga")
        contoso.playground.rates.burst = float("inf")  # pages are turned and no time passes
        form = await review(contoso, "olga")
        seen: list[str] = []
        decided = 0
        for page in range(HOLDERS // PAGE):
            names = [line for line in form.text.splitlines() if line.startswith("@")]
            assert len(names) == PAGE
            seen += names
            if page % ANSWERED_EVERY == 0:
                form = await presses(form, "Keep", on=names[0])
                decided += 1
            form.sees(f"{decided:,} of 2,000 decided")
            if page + 1 < HOLDERS // PAGE:
                form = await presses(form, "Next")
        assert len(set(seen)) == HOLDERS, "every line was on exactly one page"

        form.does_not_see("Next")
        sure = await presses(form, "Decide all shown (1,980)")
        sure.sees("Your answer goes to 1,980 lines (undecided), on all pages.")
        await sure.choose("Answer", "Don't know")
        done = await sure.submit()
        assert isinstance(done, Form)
        done.sees("1,980 lines now say Don't know; nothing is left to decide.")
        done.sees("2,000 of 2,000 decided")
        assert "20 to keep, 0 to remove and 1,980 “don't know”" in card(contoso, "olga")
        await done.close()
        await contoso.playground.days_pass(6)

        contoso.ada.sees("Of 2,000 lines 2,000 were kept and 0 removed")
        table = next(
            str(one["name"])
            for message in contoso.ada.visible()
            for one in message.body.get("files", [])
            if str(one["name"]).endswith(".csv")
        )
        assert contoso.ada.file(table).count(b"\r\n") == HOLDERS + 1
