"""The entrance: blocks of a message, or a whole view, to a list of complaints."""

from __future__ import annotations

from playground.blocks.complaints import Complaint, Complaints

__all__ = ["Complaint", "check_blocks", "check_view"]


def check_blocks(blocks: object, surface: str) -> list[Complaint]:
    """Complaints about the blocks of a message, modal or home."""
    found = Complaints()
    if not isinstance(blocks, list):
        found.add("/blocks", "must be an array", code="type")
    return found.items


def check_view(view: object, surface: str) -> list[Complaint]:
    """Complaints about a modal or a Home tab."""
    found = Complaints()
    if not isinstance(view, dict):
        found.add("/view", "must be an object", code="type")
        return found.items
    found.items += check_blocks(view.get("blocks"), surface)
    return found.items
