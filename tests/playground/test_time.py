"""The clock, and stepping through every moment the app names."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from playground.agenda import Agenda
from playground.clock import Clock, epoch_of, moment_of
from playground.seed import Person
from playground.server import Playground
from playground.time_travel import TimeStuck
from tests.playground.conftest import START

HOUR = timedelta(hours=1)


class Reminders:
    """An app that posts a reminder whenever one of its moments has come."""

    def __init__(self, playground: Playground, client: AsyncWebClient, *moments: datetime) -> None:
        self.playground = playground
        self.client = client
        self.moments = sorted(moments)
        self.seen_at: list[datetime] = []

    async def next_at(self) -> datetime | None:
        """The next reminder."""
        return self.moments[0] if self.moments else None

    async def settle(self) -> None:
        """Post what is due."""
        while self.moments and self.moments[0] <= self.playground.clock.now():
            self.moments.pop(0)
            self.seen_at.append(self.playground.clock.now())
            mia = self.playground.person("mia").id
            await self.client.chat_postMessage(channel=mia, text=f"reminder {len(self.seen_at)}")


def test_a_stopped_clock_stands_and_a_running_one_goes() -> None:
    """Moves apply to both; running on begins where it stood."""
    clock = Clock(START, running=False)
    assert clock.now() == START
    clock.move(HOUR)
    assert clock.now() == START + HOUR
    clock.run()
    assert START + HOUR <= clock.now() < START + 2 * HOUR
    clock.set(START)
    assert START <= clock.now() < START + HOUR
    clock.stop()
    stood = clock.now()
    assert clock.now() == stood
    clock.move(-HOUR)
    assert clock.now() == stood - HOUR
    assert not clock.running


def test_moments_need_a_time_zone() -> None:
    """Naive moments are refused; other zones become UTC."""
    with pytest.raises(ValueError, match="time zone"):
        Clock(START).set(datetime(2027, 1, 1))  # noqa: DTZ001 - that is the point
    assert moment_of(epoch_of(START)) == START
    assert Clock(START, running=False).now().tzinfo is UTC


async def test_jumps_are_told_and_wake_sleepers() -> None:
    """Subscribers get the moment; who left gets nothing; sleepers wake when time is moved past."""
    clock = Clock(START, running=False)
    told: list[datetime] = []
    leave = clock.subscribe(told.append)
    sleeper = asyncio.ensure_future(clock.sleep_until(START + HOUR))
    await asyncio.sleep(0)
    clock.move(HOUR / 2)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.move(HOUR / 2)
    await asyncio.wait_for(sleeper, 5)
    leave()
    clock.move(HOUR)
    assert told == [START + HOUR / 2, START + HOUR]


async def test_a_running_clock_wakes_sleepers_by_itself() -> None:
    """Real time counts as well."""
    clock = Clock(START)
    await asyncio.wait_for(clock.sleep_until(clock.now() + timedelta(milliseconds=5)), 5)


async def test_the_agenda_runs_in_order_by_watch_and_by_hand() -> None:
    """Equal moments keep their order; the watch runs what a jump made due."""
    clock = Clock(START, running=False)
    agenda = Agenda(clock)
    done: list[str] = []
    watching = asyncio.ensure_future(agenda.watch())
    for name in ("a", "b"):
        agenda.at(START + HOUR, name, lambda name=name: done.append(name))  # type: ignore[misc]
    assert agenda.run_due() == []
    await asyncio.sleep(0)
    clock.move(HOUR)
    for _ in range(10):
        await asyncio.sleep(0)
    assert done == ["a", "b"]
    watching.cancel()


async def test_two_days_stop_at_every_moment_in_between(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The reminder comes at its hour and the escalation at its own, not both at the end."""
    moments = (START + 24 * HOUR, START + 30 * HOUR, START + 72 * HOUR)
    app = Reminders(playground, client, *moments)
    playground.attach(app)
    stops = await playground.days_pass(2)
    assert app.seen_at == list(moments[:2])
    assert [one.at for one in stops] == list(moments[:2])
    assert playground.clock.now() == START + 48 * HOUR
    mia = playground.person("mia")
    mia.sees("reminder 2")
    mia.does_not_see("reminder 3")
    await playground.to_the_next_thing()
    assert playground.clock.now() == START + 72 * HOUR
    mia.sees("reminder 3")
    assert await playground.to_the_next_thing() == []


async def test_a_stop_says_what_happens_there_in_the_words_of_whoever_acts(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The workspace's own things by name, the app's by `next_why`, else by a general word."""

    class Telling(Reminders):
        async def next_why(self) -> str | None:
            return f"reminder {len(self.seen_at) + 1}" if len(self.moments) > 1 else None

    playground.attach(Telling(playground, client, START + HOUR, START + 3 * HOUR))
    playground.agenda.at(START + 2 * HOUR, "an event is delivered again", lambda: None)
    stops = await playground.days_pass(1)
    told = [one.why for one in stops]
    assert told == ["reminder 1", "an event is delivered again", "the app does something"]


async def test_what_is_not_worth_a_stop_is_passed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Empty words: it happens on the way, is not told, and is not the next thing."""

    class Paced(Reminders):
        async def next_why(self) -> str | None:
            return "" if len(self.moments) == 2 else "a reminder"

    moments = (START + HOUR, START + 2 * HOUR)
    app = Paced(playground, client, *moments)
    playground.attach(app)
    stops = await playground.to_the_next_thing()
    assert [(one.at, one.why) for one in stops] == [(moments[1], "a reminder")]
    assert app.seen_at == list(moments)


async def test_an_app_that_never_does_anything_worth_a_stop_is_given_up(
    playground: Playground,
) -> None:
    """Rather than passing moments for ever."""

    class Ticking:
        async def next_at(self) -> datetime | None:
            return playground.clock.now() + timedelta(seconds=1)

        async def next_why(self) -> str | None:
            return ""

        async def settle(self) -> None:
            return None

    playground.attach(Ticking())
    assert await playground.to_the_next_thing() == []
    assert playground.clock.now() == START + timedelta(seconds=1_000)


async def test_an_app_without_words_for_its_next_thing_is_served_as_before(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`next_why` is optional."""
    playground.attach(Reminders(playground, client, START + HOUR))
    stops = await playground.to_the_next_thing()
    assert [one.why for one in stops] == ["the app does something"]


async def test_a_running_clock_runs_on_after_a_journey(
    playground: Playground, client: AsyncWebClient
) -> None:
    """It stands still on the way only."""
    playground.clock.run()
    playground.attach(Reminders(playground, client, START + HOUR))
    await playground.time_passes(2 * HOUR)
    assert playground.clock.running
    assert playground.clock.now() >= START + 2 * HOUR


async def test_an_app_that_never_gets_past_a_moment_is_named(playground: Playground) -> None:
    """Rather than turning for ever."""

    class Stuck:
        async def next_at(self) -> datetime | None:
            return START + HOUR

        async def settle(self) -> None:
            return None

    playground.attach(Stuck())
    with pytest.raises(TimeStuck, match="never gets past it"):
        await playground.days_pass(1)


async def test_patience_lets_paced_messages_come(client: AsyncWebClient) -> None:
    """People who wait ten seconds see what the app sends within them, and no more."""
    playground = Playground(clock=Clock(START, running=False), patience=timedelta(seconds=10))
    await playground.start()
    try:
        seen: list[datetime] = []

        class Paced:
            def __init__(self) -> None:
                self.moments = [START + timedelta(seconds=4), START + timedelta(seconds=11)]

            async def next_at(self) -> datetime | None:
                return self.moments[0] if self.moments else None

            async def settle(self) -> None:
                while self.moments and self.moments[0] <= playground.clock.now():
                    seen.append(self.moments.pop(0))

        playground.attach(Paced())
        await playground.settle_after_act()
        assert seen == [START + timedelta(seconds=4)]
    finally:
        await playground.stop()


async def test_on_a_standing_clock_an_act_on_the_page_has_its_paced_consequences() -> None:
    """Whoever presses with the clock stopped is not left waiting for a second that never comes."""
    playground = Playground(
        people=[Person(name="ana", real_name="Ana Archer")],
        clock=Clock(START, running=False),
        patience=timedelta(seconds=5),
    )
    await playground.start()
    due, done = [START + timedelta(seconds=1)], asyncio.Event()

    class Paced:
        async def next_at(self) -> datetime | None:
            return due[0] if due else None

        async def settle(self) -> None:
            if due and due[0] <= playground.clock.now():
                due.pop()
                done.set()

    try:
        playground.attach(Paced())
        async with ClientSession() as session:
            act = {"as": playground.person("ana").id, "do": "open_home"}
            async with session.post(f"{playground.url}/page-api/act", json=act) as answer:
                assert answer.status == 200
        await asyncio.wait_for(done.wait(), 5)
        assert playground.clock.now() == START + timedelta(seconds=1)
    finally:
        await playground.stop()


async def test_the_hook_works_over_http(playground: Playground) -> None:
    """The app is told the workspace's time and asked until it is idle."""
    asked: list[float] = []
    pending = [START + HOUR]

    async def hook(request: web.Request) -> web.Response:
        now = float(request.query["now"])
        asked.append(now)
        idle = len(asked) % 2 == 0
        while pending and pending[0].timestamp() <= now:
            pending.pop()
        next_at = pending[0].timestamp() if pending else None
        return web.json_response({"next_at": next_at, "idle": idle, "why": "a reminder to Mia"})

    application = web.Application()
    application.router.add_get("/hook", hook)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    playground.attach(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    stops = await playground.days_pass(1)
    assert [(one.at, one.why) for one in stops] == [(START + HOUR, "a reminder to Mia")]
    assert asked[-1] == (START + 24 * HOUR).timestamp()
    await runner.cleanup()
