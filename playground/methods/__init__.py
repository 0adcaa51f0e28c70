"""Web API methods by family; importing this package registers them all."""

from playground.methods import (
    auth,
    chat,
    conversations,
    files,
    usergroups,
    users,
    validation,
    views,
)

__all__ = [
    "auth",
    "chat",
    "conversations",
    "files",
    "usergroups",
    "users",
    "validation",
    "views",
]
