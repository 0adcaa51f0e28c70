"""People and policies to ask under, and asking and giving themselves."""

from datetime import UTC, date, datetime

from engine.domain import eligibility
from engine.domain.eligibility import Offer, Standing, Wish
from engine.domain.people import PersonKind, members_of, the_person
from engine.domain.policies import AssignmentPolicy, Expiration, RequestorScope
from tests.builders import DAY, LEADS, NOW, ROB, a_person, a_policy, an_offer, standing_of

MEMBER = a_person()
GUEST = a_person("gus", kind=PersonKind.GUEST)
STRANGER = a_person("sam", kind=PersonKind.STRANGER)
BOT = a_person("bot", kind=PersonKind.BOT)
CLOSED = a_person(active=False)

FOR_MEMBERS = a_policy(name="members")
FOR_USERS = a_policy(name="users", scope=RequestorScope.ALL_USERS)
FOR_ROB = a_policy(name="rob", scope=RequestorScope.SPECIFIC, subjects=[the_person(ROB)])
FOR_LEADS = a_policy(name="leads", scope=RequestorScope.SPECIFIC, subjects=[members_of(LEADS)])
FOR_NOBODY = a_policy(name="nobody", scope=RequestorScope.NOBODY)
EVERY_POLICY = (FOR_USERS, FOR_NOBODY, FOR_MEMBERS, FOR_LEADS, FOR_ROB)

FOR_90_DAYS = Expiration(after=90 * DAY)
TO_JUNE = Expiration(on=date(2026, 6, 30))
END_OF_JUNE = datetime(2026, 7, 1, tzinfo=UTC)
OVER = Expiration(on=date(2026, 3, 1))

WHY = Wish(justification="On call")


def asks(
    offer: Offer | None = None, standing: Standing | None = None, wish: Wish = WHY
) -> AssignmentPolicy:
    """Somebody asks for the package."""
    return eligibility.check_request(offer or an_offer(), standing or standing_of(), wish, now=NOW)


def gives(
    offer: Offer | None = None, standing: Standing | None = None, wish: Wish = WHY
) -> AssignmentPolicy:
    """An administrator gives the package to somebody."""
    return eligibility.check_assignment(
        offer or an_offer(), standing or standing_of(), wish, now=NOW
    )
