"""Access reviews as administrators run them: start, stop, reset, look; in their channel only."""

from playground.driver import Reaction
from tests.company import ADMIN_CHANNEL, Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import READ, card, hold, presses, review, reviewed

OLGA = files.people("olga")


async def started(contoso: Company) -> str:
    """An administrator starts the review; its short id."""
    done = await contoso.administers(f"review start {READ}")
    done.sees("The review of Production read access begins now")
    page = await contoso.house.desk.reviews.reviews(limit=1)
    return str(page.rows[0].run.id)[-6:]


async def test_starting_opens_a_review_outside_the_schedule(company: Open) -> None:
    """A second start while it runs is refused, and says which one runs."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita")
        reference = await started(contoso)
        again = await contoso.administers(f"review start {READ}")

        again.sees(f"A review of this package is running already: {reference}")
        assert "0 of 1 decided" in card(contoso, "olga")


async def test_a_package_without_reviews_says_so(company: Open) -> None:
    """And an unknown package is not found."""
    async with company(files.file(files.package(READ))) as contoso:
        (await contoso.administers(f"review start {READ}")).sees(
            "No policy of Production read access has reviews."
        )
        (await contoso.administers("review start Moon base")).sees("I found no package Moon base")


async def test_a_stopped_review_removes_nothing_and_every_card_says_so(company: Open) -> None:
    """Olga had said Remove; Ada stops the review, and Ed keeps his access."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "ed")
        reference = await started(contoso)
        form = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        done = await contoso.administers(f"review stop {reference} Wrong quarter")
        done.sees("is stopped for good. 1 of 1 line was decided; nothing is removed because of it.")
        told = await form.presses("Keep", on="Ed Eriksen")
        told.sees("This review is not open for answers: it was stopped")
        await contoso.playground.days_pass(6)

        assert "ed" in contoso.group("prod-readers")
        assert "Stopped by @Ada Acheampong" in card(contoso, "olga")
        assert "Review now" not in contoso.olga.messages[-1].buttons
        (await contoso.administers(f"review stop {reference}")).sees(
            "cannot be changed any more: it was stopped"
        )


async def test_a_reset_review_begins_anew_and_keeps_its_end(company: Open) -> None:
    """Two answers are cleared; the card counts from nothing again."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        reference = await started(contoso)
        form = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await presses(form, "Keep", on="Rita Romero")
        assert "2 of 2 decided" in card(contoso, "olga")
        done = await contoso.administers(f"review reset {reference}")

        done.sees("2 answers of")
        done.sees("were cleared")
        assert "0 of 2 decided" in card(contoso, "olga")
        assert "Answer by\nJan 9, 2027" in card(contoso, "olga")
        await contoso.playground.days_pass(6)
        assert "ed" in contoso.group("prod-readers")


async def test_whoever_had_answered_hears_that_it_was_cleared_and_why(company: Open) -> None:
    """Olga hears it once, with the way back; Max, who had not begun, only sees his card."""
    async with company(reviewed(files.people("olga", "max"))) as contoso:
        await hold(contoso, "rita", "ed")
        reference = await started(contoso)
        form = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await form.close()
        his = len(contoso.max.messages)
        await contoso.administers(f"review reset {reference} The list was wrong")

        told = contoso.olga.messages[-1]
        assert "@Ada Acheampong cleared the answers in the review of" in told.text
        assert "so 2 lines wait for your answer once more" in told.text
        assert "The list was wrong" in told.text
        assert told.buttons == ("Review now",)
        assert len(contoso.max.messages) == his
        await presses(await review(contoso, "max"), "Keep", on="Ed Eriksen")
        hers = len(contoso.olga.messages)
        await contoso.administers(f"review reset {reference}")
        assert "cleared the answers" in contoso.max.messages[-1].text
        assert len(contoso.olga.messages) == hers, "she has not answered since"


async def test_a_holder_whose_answer_was_cleared_is_asked_once_more(company: Open) -> None:
    """Rita had said Keep, and is asked in a message of its own; Ed's question still waits."""
    async with company(reviewed({"self": True})) as contoso:
        await hold(contoso, "rita", "ed")
        reference = await started(contoso)
        await contoso.rita.presses("Keep")
        his = len(contoso.ed.messages)
        await contoso.administers(f"review reset {reference}")

        told = contoso.rita.messages[-1]
        assert "do you still need Production read access?" in told.text
        assert told.buttons == ("Keep", "Remove")
        assert len(contoso.ed.messages) == his
        await contoso.rita.presses("Remove")
        assert "You answered Remove" in card(contoso, "rita")


async def test_why_a_review_was_stopped_stands_on_its_cards(company: Open) -> None:
    """Whoever has worked on it reads what the administrator wrote."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "ed")
        reference = await started(contoso)
        await contoso.administers(f"review stop {reference} Wrong <quarter>, ask @lena")

        assert "Stopped by @Ada Acheampong" in card(contoso, "olga")
        assert "Wrong <quarter>, ask @Lena Lind" in card(contoso, "olga")


async def test_a_press_that_ends_or_clears_asks_first_and_says_how_much_it_is_about(
    company: Open,
) -> None:
    """Beside an open review: no changes nothing; yes clears the answer; then yes stops it."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await started(contoso)
        await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await contoso.administers("reviews")
        asked = await contoso.ada.presses("Clear answers", confirm=False)
        assert isinstance(asked, Reaction)
        assert "1 answer will be cleared, and its reviewers begin anew" in asked.asked
        assert "1 of 2 decided" in card(contoso, "olga")

        done = await contoso.ada.presses("Clear answers")
        assert isinstance(done, Reaction)
        done.sees("1 answer of")
        assert "0 of 2 decided" in card(contoso, "olga")
        assert "Clear answers" not in contoso.ada.buttons, "nothing is left to clear"
        asked = await contoso.ada.presses("Stop", confirm=False)
        assert isinstance(asked, Reaction)
        assert "nothing will be removed because of it. It cannot be opened again" in asked.asked
        assert "Review now" in contoso.olga.buttons

        done = await contoso.ada.presses("Stop")
        assert isinstance(done, Reaction)
        done.sees("is stopped for good. Nothing had been decided")
        assert "Stopped by @Ada Acheampong" in card(contoso, "olga")
        assert "Stop" not in contoso.ada.buttons


async def test_stopping_twice_from_an_old_list_is_refused(company: Open) -> None:
    """The buttons of a list are as old as the list; the second press hears that it is over."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita")
        reference = await started(contoso)
        await contoso.administers("reviews")
        await contoso.administers(f"review stop {reference}", who="ada")

        late = await contoso.ada.presses("Stop")
        assert isinstance(late, Reaction)
        late.sees("cannot be changed any more: it was stopped")


async def test_the_list_shows_progress_and_what_is_planned(company: Open) -> None:
    """`reviews`: the open one with its bar, and the next of the schedule."""
    async with company(reviewed(OLGA)) as contoso:
        (await contoso.administers("reviews")).sees(
            "Production read access, policy Everybody: next"
        )
        await hold(contoso, "rita", "ed")
        reference = await started(contoso)
        await presses(await review(contoso, "olga"), "Keep", on="Ed Eriksen")
        shown = await contoso.administers("reviews")

        shown.sees(f"{reference} Production read access, policy Everybody")
        shown.sees("1 of 2 decided")
        shown.sees("Planned")


async def test_without_any_review_the_lists_say_so(company: Open) -> None:
    """An empty answer is no answer."""
    async with company(files.file(files.package(READ))) as contoso:
        (await contoso.administers("reviews")).sees("No policy has reviews")
        (await contoso.administers("report reviews")).sees("No review has been closed yet.")


async def test_the_audit_tells_the_story_of_a_review(company: Open) -> None:
    """Who began it, what was answered about whom, what was cleared, and that it was stopped."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        reference = await started(contoso)
        form = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await presses(form, "Keep", on="Ed Eriksen")
        await contoso.administers(f"review reset {reference} Wrong list")
        await contoso.administers(f"review stop {reference}")
        told = await contoso.administers(f"audit {reference.lower()}")

        told.sees("The story of a review")
        told.sees(f"Production read access, policy Everybody. Review {reference}")
        told.sees("@Ada Acheampong · began a review outside its schedule")
        told.sees("Usher · asked the reviewers about 2 lines")
        told.sees("@Olga Orlova · answered Remove about @Ed Eriksen")
        told.sees("@Olga Orlova · changed the answer about @Ed Eriksen to Keep")
        told.sees("@Ada Acheampong · cleared 1 answer: Wrong list")
        told.sees("@Ada Acheampong · stopped it for good")
        of_ed = await contoso.the_request("ed", READ)
        told = await contoso.administers(f"audit {of_ed}")
        told.sees(f"answered Remove about @Ed Eriksen in review {reference}")


async def test_reviews_are_administered_in_the_administrators_channel_only(company: Open) -> None:
    """Ada elsewhere, and Rita anywhere, are refused; nothing begins."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita")
        for words in (f"review start {READ}", "review stop ABCDEF", "reviews", "report reviews"):
            elsewhere = await contoso.ada.types(f"/access-admin {words}")
            assert isinstance(elsewhere, Reaction)
            elsewhere.sees("Administration happens in #access-admin only.")
            lena = await contoso.lena.types(f"/access-admin {words}", ADMIN_CHANNEL)
            assert isinstance(lena, Reaction)
            lena.sees("Only administrators can do that.")
        assert not (await contoso.house.desk.reviews.reviews()).total


async def test_what_is_not_understood_gets_the_usage(company: Open) -> None:
    """Half a command, and an id nobody has."""
    async with company(reviewed(OLGA)) as contoso:
        for words in ("review", "review start", "review frobnicate ABCDEF"):
            (await contoso.administers(words)).sees(
                "`/access-admin review start PACKAGE`".strip("`")
            )
        (await contoso.administers("review stop ZZZZZZ")).sees("I found no review ZZZZZZ")
        (await contoso.administers("review reset Z")).sees("I found no review Z")


async def test_whom_nobody_was_chosen_for_goes_to_the_administrators_knowledge(
    company: Open,
) -> None:
    """Lena has no manager, and no fallback reviewer is named: the channel is told."""
    async with company(reviewed({"manager": 1})) as contoso:
        await hold(contoso, "lena")
        await started(contoso)

        contoso.ada.sees("nobody who should review could be found for 1 line")
