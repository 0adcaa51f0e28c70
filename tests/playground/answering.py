"""An app that is only a list of answers, for tests of what the workspace does with them."""

from __future__ import annotations

from playground.delivery import Answer, NotAnswered, Parcel
from playground.server import Playground
from playground.wire import Json


class Answering:
    """Takes every parcel and answers with the next of `answers`, or with nothing."""

    kind = "http"

    def __init__(self, playground: Playground) -> None:
        self.parcels: list[Parcel] = []
        self.within: list[float] = []
        """The real seconds each was given."""
        self.answers: list[Json | NotAnswered] = []
        playground.http = self

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """Keep the parcel and answer."""
        self.parcels.append(parcel)
        self.within.append(within)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, NotAnswered):
            raise answer
        return Answer(body=answer)

    async def close(self) -> None:
        """Nothing to let go."""
