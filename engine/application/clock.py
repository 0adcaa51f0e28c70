"""The only module of the engine that reads a clock."""

import asyncio
import secrets
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so an id can be read aloud."""
_MOMENT_CHARACTERS = 10
_RANDOM_CHARACTERS = 6


class SystemClock:
    """Real time."""

    movable = False

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after so long."""
        await asyncio.sleep(seconds)


class RandomIds:
    """Ids that sort by the moment they were made at and cannot be guessed from one another."""

    def new(self, now: datetime) -> str:
        """Ten characters of milliseconds and six of chance."""
        moment = int(now.timestamp() * 1000)
        chance = secrets.randbits(5 * _RANDOM_CHARACTERS)
        return _encoded(moment, _MOMENT_CHARACTERS) + _encoded(chance, _RANDOM_CHARACTERS)

    def jitter(self) -> float:
        """A number in -0.2..0.2."""
        return (secrets.randbelow(401) - 200) / 1000


def _encoded(number: int, characters: int) -> str:
    digits = [_ALPHABET[(number >> (5 * place)) & 31] for place in range(characters)]
    return "".join(reversed(digits))
