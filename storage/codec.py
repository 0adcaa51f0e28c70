"""The domain's frozen values to JSON text and back, for what is stored as a whole.

JSON keeps dates, moments and durations as ISO 8601 text. Fields this version does not know are
ignored when read, fields that are missing take their default: old and new processes can work on
one database during an upgrade.

Two things JSON can say and PostgreSQL cannot store are taken out of texts: the character NUL is
dropped, half a surrogate pair becomes a question mark. Both are only ever typed by programs.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def encode(value: object) -> str:
    """The value as JSON text."""
    try:
        text = msgspec.json.encode(value, enc_hook=_plain).decode()
    except UnicodeEncodeError:
        return _encode_cleaned(value)
    return _encode_cleaned(value) if "\\u0000" in text else text


def decode(type_: type[T], text: str) -> T:
    """The value of this type that the text says. Raises `msgspec.ValidationError`."""
    decoder: msgspec.json.Decoder[T] = _decoder(type_)
    return decoder.decode(text)


def clean(text: str) -> str:
    """The text without what PostgreSQL cannot store."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode(errors="replace").decode()


_decoders: dict[object, msgspec.json.Decoder[Any]] = {}
"""One for each type ever read: they are costly to make."""
_making = Lock()
"""Held while one is made: msgspec crashes when two threads do that for the same type at once."""


def _decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    if type_ not in _decoders:
        with _making:
            if type_ not in _decoders:
                _decoders[type_] = msgspec.json.Decoder(type_)
    return _decoders[type_]


def _encode_cleaned(value: object) -> str:
    return msgspec.json.encode(_cleaned(msgspec.to_builtins(value, enc_hook=_plain))).decode()


def _plain(value: object) -> object:
    """Any mapping as a dictionary: a field may hold one that cannot be changed."""
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"values of {type(value).__name__} are not stored")


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case dict():
            return {_cleaned(key): _cleaned(part) for key, part in value.items()}
        case list() | tuple():
            return [_cleaned(part) for part in value]
        case _:
            return value
