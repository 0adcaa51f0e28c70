"""The Home tab: drawn when somebody looks at it, and anew after what they do on it or over it."""

from bot.desk import Desk, Interaction
from bot.views import home_tab
from bot.views.action_ids import ListName
from bot.views.home_tab import AdminCounts, HomeData
from engine.application.queries import Queries
from engine.domain.assignment_requests import FAILED, RequestState
from engine.domain.ids import PersonId


async def opened(desk: Desk, doing: Interaction) -> None:
    """They look at the home tab: draw it anew."""
    person = await desk.person(doing, hurry=False)
    desk.show_home(doing, await _tab(desk, person.id, {}))


async def after_form(desk: Desk, doing: Interaction) -> None:
    """They sent a form: if the home tab is below it, what that shows may have changed."""
    if doing.over_home:
        desk.show_home(doing, await _tab(desk, doing.person_id, {}))


async def refresh(desk: Desk, doing: Interaction, moved: dict[ListName, int] | None = None) -> None:
    """Draw the home tab anew for whoever pressed something on it."""
    if not doing.in_home:
        return
    assert doing.view is not None
    offsets = home_tab.offsets(doing.view.get("private_metadata", ""))
    desk.show_home(doing, await _tab(desk, doing.person_id, {**offsets, **(moved or {})}))


async def _tab(desk: Desk, person_id: PersonId, offsets: dict[ListName, int]) -> dict[str, object]:
    size = home_tab.PAGE_SIZE

    def at(name: ListName) -> int:
        return offsets.get(name, 0)

    queries = desk.queries
    requests = await queries.open_requests_of(
        person_id, offset=at(ListName.HOME_REQUESTS), limit=size
    )
    held = await queries.held_by(person_id, offset=at(ListName.HOME_HELD), limit=size)
    tasks = await queries.tasks_of(person_id, offset=at(ListName.HOME_TASKS), limit=size)
    waits = await queries.waiting_for(person_id, offset=at(ListName.HOME_WAITING), limit=size)
    reviews = await desk.reviews.reviews_waiting_for(
        person_id, offset=at(ListName.HOME_REVIEWS), limit=size
    )
    data = HomeData(
        command=desk.command,
        waiting=waits,
        reviews=reviews,
        requests=requests,
        held=held,
        tasks=tasks,
        admin=await _admin_counts(queries, person_id),
    )
    known = await desk.known(*waits.rows, *requests.rows, *held.rows, *tasks.rows)
    return home_tab.build(data, known)


async def _admin_counts(queries: Queries, person_id: PersonId) -> AdminCounts | None:
    if person_id not in await queries.administrators():
        return None
    failed = await queries.requests(states=sorted(FAILED), limit=1)
    pending = await queries.requests(states=[RequestState.PENDING_APPROVAL], limit=1)
    parked = await queries.parked()
    configured = await queries.configured()
    return AdminCounts(
        failed=failed.total,
        parked=parked.total,
        pending=pending.total,
        channel_id=configured.organization.admin_channel if configured else None,
    )
