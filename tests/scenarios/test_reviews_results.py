"""What a closed review leaves: a summary with a picture and a file, told once, found after a crash."""

import csv
import io
from dataclasses import replace

import pytest

from bot import review_files
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import READ, hold, policy_with, presses, review, reviewed

OLGA = files.people("olga")
PNG = b"\x89PNG\r\n\x1a\n"


async def closed(contoso: Company) -> None:
    """Rita is kept, Ed removed, Ivan nobody decided; and the five days are over."""
    await hold(contoso, "rita", "ed", "ivan")
    await contoso.administers(f"review start {READ}")
    form = await presses(await review(contoso, "olga"), "Keep", on="Rita Romero")
    form = await presses(form, "Remove", on="Ed Eriksen")
    why = await presses(form, "Add a reason", on="Ed Eriksen")
    await why.fill("Reason", "=Left the rota")
    await why.submit()
    await contoso.playground.days_pass(6)


def shared(contoso: Company, who: str) -> list[str]:
    """The names of the files in messages somebody sees."""
    return [
        str(one["name"])
        for message in contoso.playground.person(who).visible()
        for one in message.body.get("files", [])
    ]


async def test_the_channel_and_the_owners_get_numbers_a_picture_and_a_file(company: Open) -> None:
    """The picture is described for whoever cannot see it; the file has every line."""
    async with company(reviewed(OLGA)) as contoso:
        await closed(contoso)

        for who in ("ada", "olga"):
            person = contoso.playground.person(who)
            person.sees("The review of Production read access is over.")
            person.sees("Of 3 lines 2 were kept and 1 removed; it was open for 5 days.")
            person.sees("Answers: 1 to keep and 1 to remove; 1 not decided, and so kept.")
            assert len(shared(contoso, who)) == 2
        picture, table = shared(contoso, "ada")
        assert contoso.ada.file(picture).startswith(PNG)
        [drawn] = [f for f in contoso.playground.workspace.files.values() if f.name == picture]
        assert "Engineering: 1 kept, 1 removed, 0 don't know, 0 not decided" in drawn.alt_text
        assert "IT: 0 kept, 0 removed, 0 don't know, 1 not decided" in drawn.alt_text
        rows = {
            row["Person"]: row
            for row in csv.DictReader(io.StringIO(contoso.ada.file(table).decode("utf-8-sig")))
        }
        assert set(rows) == {"Rita Romero", "Ed Eriksen", "Ivan Ilic"}
        assert rows["Rita Romero"]["Decision"] == "Keep"
        assert rows["Rita Romero"]["Result"] == "Kept"
        assert rows["Ed Eriksen"]["Decision"] == "Remove"
        assert rows["Ed Eriksen"]["Reviewer"] == "Olga Orlova"
        assert rows["Ed Eriksen"]["Reason"] == "'=Left the rota", "no formula for a spreadsheet"
        assert rows["Ed Eriksen"]["Result"] == "Removed"
        contoso.ada.does_not_see("not yet taken away in every system")
        assert rows["Ivan Ilic"]["Decision"] == "Not decided"
        assert rows["Ivan Ilic"]["Recommendation"] == "Remove"
        assert rows["Ivan Ilic"]["Result"] == "Kept"


async def test_results_do_not_wait_for_a_person_who_has_to_take_it_away(company: Open) -> None:
    """The VPN is Ivan's task: after an hour the results say that one line is still held."""
    manual = {**policy_with(OLGA), "grants": [{"resource": "vpn", "role": "user"}]}
    async with company(files.file(manual)) as contoso:
        await contoso.asks("ed", READ, Justification="on call")
        await contoso.ivan.presses("Done")
        await contoso.administers(f"review start {READ}")
        await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await contoso.playground.days_pass(5)
        contoso.ada.does_not_see("Of 1 line")
        await contoso.playground.days_pass(0.1)

        contoso.ada.sees("Of 1 line 0 were kept and 1 removed")
        contoso.ada.sees("1 line is not yet taken away in every system; that goes on by itself.")
        await contoso.ivan.presses("Done")


async def test_the_results_are_given_again(company: Open) -> None:
    """`report reviews` sends the newest, and has a button for each; the story says who did."""
    async with company(reviewed(OLGA)) as contoso:
        await closed(contoso)
        done = await contoso.administers("report reviews")
        done.sees("are on their way into this channel")
        assert len(shared(contoso, "ada")) == 4
        await contoso.ada.presses("Send results")
        assert len(shared(contoso, "ada")) == 6
        page = await contoso.house.desk.reviews.reviews(limit=1)
        reference = str(page.rows[0].run.id)[-6:].lower()
        await contoso.administers(f"report reviews {reference}")

        assert len(shared(contoso, "ada")) == 8
        assert len(set(shared(contoso, "ada"))) == 8, "each has a name of its own"
        assert len(shared(contoso, "olga")) == 2
        told = await contoso.administers(f"audit {reference}")
        told.sees("@Ada Acheampong · had its results sent again")


async def test_results_whose_file_takes_long_come_as_soon_as_it_is_written(
    company: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message comes back for it; nobody gets it twice."""
    monkeypatch.setattr(review_files, "WAIT_SECONDS", 0)
    async with company(reviewed(OLGA)) as contoso:
        await closed(contoso)

        assert len(shared(contoso, "ada")) == len(shared(contoso, "olga")) == 2


async def test_a_stopped_review_can_be_reported_by_its_id(company: Open) -> None:
    """What had been said, and that everybody kept their access."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        page = await contoso.house.desk.reviews.reviews(limit=1)
        reference = str(page.rows[0].run.id)
        await contoso.administers(f"review stop {reference}")
        (await contoso.administers("report reviews")).sees("No review has been closed yet.")
        await contoso.administers(f"report reviews {reference}")

        contoso.ada.sees("The review of Production read access was stopped by @Ada Acheampong.")
        contoso.ada.sees("Of 2 lines 2 were kept and 0 removed")
        contoso.ada.sees("Answers: 0 to keep and 1 to remove; 1 not decided.")
        _, table = shared(contoso, "ada")
        rows = csv.DictReader(io.StringIO(contoso.ada.file(table).decode("utf-8-sig")))
        assert {(row["Decision"], row["Result"]) for row in rows} == {
            ("Remove", "Kept"),
            ("Not decided", "Kept"),
        }


async def test_a_review_of_what_nobody_has_says_so_and_has_no_results(company: Open) -> None:
    """When it is begun, in both lists, and instead of an empty file."""
    async with company(reviewed(OLGA)) as contoso:
        begun = await contoso.administers(f"review start {READ}")
        begun.sees("Nobody has it, so there is nothing to decide and it is over at once.")
        page = await contoso.house.desk.reviews.reviews(limit=1)
        (await contoso.administers("reviews")).sees("Closed today at 10:00 AM: nobody held it")
        (await contoso.administers("report reviews")).sees("nobody held it")
        assert "Send results" not in contoso.ada.buttons
        done = await contoso.administers(f"report reviews {page.rows[0].run.id}")

        done.sees("has no results: nobody held it when it opened.")
        assert shared(contoso, "ada") == []


async def test_a_review_everybody_fell_out_of_says_that_nothing_was_left(company: Open) -> None:
    """Rita gives it back: no sums of nothing, and no picture is promised."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        await contoso.rita.presses("Give back")
        await contoso.playground.days_pass(6)

        contoso.ada.sees("Nothing was left to decide; it was open for 5 days.")
        contoso.ada.sees("1 line fell out, because the access ended meanwhile.")
        contoso.ada.does_not_see("The picture shows")
        [table] = shared(contoso, "ada")
        assert table.endswith(".csv")
        (await contoso.administers("reviews")).sees("nothing was left to decide")


async def test_an_open_review_has_no_results_yet(company: Open) -> None:
    """It says so, instead of an empty file."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        page = await contoso.house.desk.reviews.reviews(limit=1)
        done = await contoso.administers(f"report reviews {page.rows[0].run.id}")

        done.sees("is open, so it has no results yet.")
        assert shared(contoso, "ada") == []


@pytest.mark.parametrize("kind", ["cut_after", "lost_answer"])
async def test_shared_files_whose_answer_was_lost_are_found_and_not_shared_again(
    company: Open, kind: str
) -> None:
    """Slack did it, and we did not hear of it: the history tells, by the names of the files."""
    async with company(reviewed(OLGA)) as contoso:
        contoso.breaks(kind, "files.completeUploadExternal", times=2)
        await closed(contoso)

        assert len(shared(contoso, "ada")) == len(shared(contoso, "olga")) == 2


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("kind", ["error_5xx", "cut_before", "rate_limited"])
async def test_files_arrive_after_trouble(company: Open, kind: str, method: str) -> None:
    """What did not happen is done again until it has."""
    async with company(reviewed(OLGA)) as contoso:
        contoso.breaks(kind, method, times=3)
        await closed(contoso)

        assert len(shared(contoso, "ada")) == len(shared(contoso, "olga")) == 2


async def test_where_the_file_is_too_large_the_numbers_come_alone_and_say_so(
    company: Open,
) -> None:
    """A workspace that restricts uploads; with room again the report has its files."""
    async with company(reviewed(OLGA)) as contoso:
        contoso.playground.workspace.largest_file = 100
        await closed(contoso)

        contoso.ada.sees("Of 3 lines 2 were kept and 1 removed")
        contoso.ada.sees("they are too large for what this workspace allows.")
        assert shared(contoso, "ada") == []
        contoso.playground.workspace.largest_file = 10_000_000
        await contoso.administers("report reviews")
        assert len(shared(contoso, "ada")) == 2


async def test_where_files_are_refused_the_numbers_come_alone(company: Open) -> None:
    """An app that was installed without the right to send files."""
    async with company(reviewed(OLGA)) as contoso:
        workspace = contoso.playground.workspace
        granted = tuple(one for one in workspace.manifest.scopes if one != "files:write")
        workspace.manifest = replace(workspace.manifest, scopes=granted)
        await closed(contoso)

        contoso.ada.sees("Of 3 lines 2 were kept and 1 removed")
        contoso.ada.sees("could not be sent: Slack did not let me upload files.")
        assert shared(contoso, "ada") == []
