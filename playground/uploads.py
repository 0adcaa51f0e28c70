"""Where the bytes of files go: the address given by `files.getUploadURLExternal`, and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from playground.presenting import mimetype

if TYPE_CHECKING:
    from playground.server import Playground

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv")


async def take_upload(playground: Playground, request: web.Request) -> web.StreamResponse:
    """Take the bytes of one file, as a raw body or the first part of a form."""
    file = playground.workspace.files.get(request.match_info["file"])
    if file is None or file.complete:
        return web.Response(status=404, text="upload url is not valid")
    if request.content_type == "multipart/form-data":
        form = await request.post()
        parts = [one for one in form.values() if isinstance(one, web.FileField)]
        file.content = parts[0].file.read() if parts else b""
    else:
        file.content = await request.read()
    file.uploaded = True
    return web.Response(text=f"OK - {len(file.content)}")


async def give_file(playground: Playground, request: web.Request) -> web.StreamResponse:
    """Give a file to whoever holds the app's token, or to the page."""
    file = playground.workspace.files.get(request.match_info["file"])
    if file is None or not file.uploaded:
        return web.Response(status=404, text="not found")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    from_page = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if token != playground.bot_token and not from_page:
        return web.Response(status=403, text="not allowed")
    headers = {"X-Content-Type-Options": "nosniff"}
    if request.match_info["name"].startswith("download/"):
        headers["Content-Disposition"] = "attachment"
    kind = mimetype(file.name)
    # Only what a browser shows without running it: a file of the app is nobody's page.
    shown = kind if kind in SHOWN else "application/octet-stream"
    return web.Response(body=file.content, content_type=shown, headers=headers)
