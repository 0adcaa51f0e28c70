"""How quick the playground is with 200 people, 50,000 messages and 20 requests a second.

    python -m tests.performance.bench_playground          the server alone
    python -m tests.performance.bench_playground --page   and the page, in Chromium

Figures go to docs/performance-playground.md. Processor time is that of the server's own thread, so
that neighbours on the machine count little; what a person waits is measured by the wall clock and
wants a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import statistics
import sys
import threading
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientSession
from playwright.sync_api import CDPSession, sync_playwright

from playground.clock import Clock
from playground.seed import Channel, Person
from playground.server import Playground

PEOPLE = 200
MESSAGES = 50_000
A_SECOND = 20
SECONDS = 15
READS = 40
OPENINGS = 9
T = TypeVar("T")


class Served:
    """The large workspace in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.playground = self.run(_workspace())
        self.ana = self.playground.person("p0").id
        self.general = self.playground.workspace.channel("general").id

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Do something in that thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def processor(self) -> float:
        """Seconds of processor time that the thread has used."""

        async def used() -> float:
            return time.thread_time()

        return self.run(used())


async def _workspace() -> Playground:
    names = [f"p{number}" for number in range(PEOPLE)]
    made = Playground(
        people=[Person(name=one, real_name=f"Person {one[1:]}") for one in names],
        channels=[
            Channel(name="general", members=tuple(names)),
            *(Channel(name=f"team-{one}", members=tuple(names[one::8])) for one in range(8)),
        ],
        clock=Clock(),
        burst=math.inf,
    )
    places = [made.workspace.channel("general")] * 4
    places += [made.workspace.channel(f"team-{one}") for one in range(4)]
    for number in range(MESSAGES):
        place = places[number % len(places)]
        author = place.members[1 + number % (len(place.members) - 1)]
        made.workspace.post(place, {"user": author, "text": f"message {number}"})
    await made.start()
    return made


@dataclass
class Figures:
    """What one kind of request cost."""

    name: str
    waits: list[float]
    processor: float

    def line(self) -> str:
        """A row of the table in the documentation."""
        ordered = sorted(self.waits)
        worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        median = statistics.median(ordered)
        each = self.processor / len(ordered)
        return (
            f"| {self.name} | {len(ordered)} | {each * 1000:.1f} | {median * 1000:.1f} "
            f"| {worst * 1000:.1f} |"
        )


def requests(served: Served) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """What the page and an app ask: method, path, query or body."""
    as_ana = {"as": served.ana}
    return {
        "`GET /page-api/state`": ("GET", "page-api/state", {}),
        "`GET /page-api/conversation`, #general": (
            "GET",
            "page-api/conversation",
            as_ana | {"with": served.general},
        ),
        "`GET /page-api/conversation`, the app": (
            "GET",
            "page-api/conversation",
            as_ana | {"with": "app"},
        ),
        "`chat.postMessage`": (
            "POST",
            "api/chat.postMessage",
            {"channel": served.general, "text": "x"},
        ),
        "`conversations.history`, 20": (
            "POST",
            "api/conversations.history",
            {"channel": served.general, "limit": 20},
        ),
    }


async def ask(session: ClientSession, served: Served, method: str, path: str, what: Any) -> float:
    """Seconds until the whole answer was there."""
    begun = time.perf_counter()
    headers = {"Authorization": f"Bearer {served.playground.bot_token}"}
    given = {"params": what} if method == "GET" else {"json": what, "headers": headers}
    async with session.request(method, f"{served.playground.url}/{path}", **given) as answer:
        await answer.read()
        assert answer.status == 200, path
    return time.perf_counter() - begun


async def one_by_one(served: Served) -> list[Figures]:
    """Each kind of request by itself, one after another."""
    found = []
    async with ClientSession() as session:
        for name, asked in requests(served).items():
            await ask(session, served, *asked)
            before = served.processor()
            waits = [await ask(session, served, *asked) for _ in range(READS)]
            found.append(Figures(name, waits, served.processor() - before))
    return found


async def burst(served: Served, seconds: float = SECONDS) -> Figures:
    """Twenty requests a second of all kinds, whether or not the one before was answered."""
    kinds = list(requests(served).values())
    waiting: list[asyncio.Task[float]] = []
    before = served.processor()
    async with ClientSession() as session:
        begun = time.perf_counter()
        for number in range(int(seconds * A_SECOND)):
            await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
            one = ask(session, served, *kinds[number % len(kinds)])
            waiting.append(asyncio.ensure_future(one))
        waits = await asyncio.gather(*waiting)
    name = f"{A_SECOND} a second of all five, {seconds:.0f} s"
    return Figures(name, list(waits), served.processor() - before)


def page_figures(served: Served) -> Iterable[str]:
    """Opening the page, and staying fluent while messages pour in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened, process, thread = [], [], []
        for _ in range(OPENINGS):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            inside = context.new_cdp_session(page)
            inside.send("Performance.enable", {"timeDomain": "threadTicks"})
            begun = time.perf_counter()
            page.goto(served.playground.url)
            page.locator("html[data-ready=yes] .column .composer-input").first.wait_for()
            opened.append(time.perf_counter() - begun)
            used = processor_of(inside)
            process.append(used["ProcessTime"])
            thread.append(used["TaskDuration"])
            context.close()
        yield f"| processor time of the page until then | {statistics.median(process):.2f} s |"
        yield f"| of that, its main thread | {statistics.median(thread):.2f} s |"
        yield f"| navigation to usable, nothing cached, median | {statistics.median(opened):.2f} s |"
        yield f"| the fastest and the slowest of {OPENINGS} | {min(opened):.2f} and {max(opened):.2f} s |"
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(served.playground.url)
        page.locator("html[data-ready=yes]").wait_for(state="attached")
        column = page.get_by_role("region").first
        column.get_by_role("button", name="Channels").click()
        page.get_by_role("menuitem", name="general").click()
        page.evaluate(WATCH)
        inside = page.context.new_cdp_session(page)
        inside.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = processor_of(inside)["TaskDuration"]
        worker = threading.Thread(target=lambda: asyncio.run(burst(served)))
        worker.start()
        page.wait_for_timeout(SECONDS * 1000)
        worker.join()
        seen = page.evaluate("() => window.seen")
        busy = (processor_of(inside)["TaskDuration"] - before) / SECONDS
        yield f"| the main thread is busy during the burst | {busy:.0%} |"
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        yield f"| frames a second during the burst | {seen['frames'] / SECONDS:.0f} |"
        yield f"| tasks over 50 ms during it | {seen['tasks']}, longest {seen['longest']:.0f} ms |"
        yield f"| load of the machine meanwhile (1, 5, 15 minutes) | {load} |"
        browser.close()


def processor_of(inside: CDPSession) -> dict[str, float]:
    """Seconds of processor time by what they were used for, as the browser counts them."""
    told = inside.send("Performance.getMetrics")["metrics"]
    return {one["name"]: float(one["value"]) for one in told}


WATCH = """() => {
  window.seen = { frames: 0, tasks: 0, longest: 0 };
  const tick = () => { window.seen.frames += 1; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      window.seen.tasks += 1;
      window.seen.longest = Math.max(window.seen.longest, one.duration);
    }
  }).observe({ entryTypes: ["longtask"] });
}"""


def main() -> None:
    """Measure and print the tables of the documentation."""
    parser = argparse.ArgumentParser(description="Measure the playground.")
    parser.add_argument("--page", action="store_true", help="the page too; needs Chromium")
    options = parser.parse_args()
    served = Served()
    heading = "| request | times | processor ms each | median ms | 99 % within ms |"
    rows = [heading, "|---|---|---|---|---|"]
    rows += [one.line() for one in asyncio.run(one_by_one(served))]
    rows.append(asyncio.run(burst(served)).line())
    if options.page:
        rows += ["", "| page | |", "|---|---|", *page_figures(served)]
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
