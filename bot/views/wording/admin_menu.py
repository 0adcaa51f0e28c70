"""The words of the administrators' menu and its forms. Plain text, except where it says markup."""

from bot.views.texts import mention_channel
from engine.domain.ids import ChannelId

REQUESTS = "Requests"
PACKAGES = "Packages"
REVIEWS = "Reviews"
RESULTS = "Review results"
ASSIGN = "Assign a package"
REMOVE = "Remove a package"
START_REVIEW = "Start a review"
REASSIGN = "Reassign"
STORY = "Story"

ASSIGN_VERB = "Assign"
REMOVE_VERB = "Remove access"
START_VERB = "Start"

PERSON = "Person"
PACKAGE_PLACEHOLDER = "Type to search all packages"
PERSON_PLACEHOLDER = "Type to search people"
WHY_HINT = "Kept in the audit, and shown to the person."
ASSIGN_HINT = "They get it at once, without anybody's approval, for as long as its policy says."
REMOVE_HINT = "It is taken away at once, and they are told."
REASSIGN_HINT = "They are asked instead of whoever the policy names."
REVIEW_HINT = "One review for each policy that has reviews; it opens at once."

CHOOSE_PERSON = "Choose a person."
CHOOSE_PACKAGE = "Choose a package."


def home_hint(channel_id: ChannelId | None, command: str) -> str:
    """Under the buttons on the Home tab. Markup."""
    if channel_id is None:
        return f"In the administrators' channel, `{command}-admin help` lists what you can do."
    channel = mention_channel(channel_id)
    return (
        f"For administrators who are in {channel}. What you change here is told there; "
        f"`{command}-admin help` in that channel does the same."
    )
