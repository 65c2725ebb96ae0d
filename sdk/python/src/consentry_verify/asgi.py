"""Middleware for ASGI applications (Starlette, FastAPI and others). Verifying runs in a thread, beside the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from .access import AccessVerifier
from .consent import ConsentVerifier
from .errors import Code, Refused, access_answer, consent_answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ConsentMiddleware:
    """Lets requests in that carry a valid consent token; what it says is ``scope["state"]["consent"]``.

    ``dsi`` chooses one of several configured data sources, by your own routing and never by what the caller says.
    """

    def __init__(self, app: App, verifier: ConsentVerifier, dsi: Callable[[Scope], str] | None = None) -> None:
        self._app = app
        self._verifier = verifier
        self._dsi = dsi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        try:
            token = _only(scope, b"x-consent-token", Code.MALFORMED)
            id_token = _bearer(_only(scope, b"authorization", Code.ID_TOKEN))
            dsi = self._dsi(scope) if self._dsi else None
            consent = await asyncio.to_thread(self._verifier.verify, token, id_token=id_token, dsi=dsi)
        except Refused as refused:
            return await _refuse(scope, receive, send, *consent_answer(refused.code))
        scope.setdefault("state", {})["consent"] = consent
        return await self._app(scope, receive, send)


class AccessMiddleware:
    """Lets requests in that carry a valid access token; what it says is ``scope["state"]["access"]``."""

    def __init__(self, app: App, verifier: AccessVerifier, scopes: Iterable[str] = ()) -> None:
        self._app = app
        self._verifier = verifier
        self._scopes = frozenset(scopes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        try:
            token = _bearer(_only(scope, b"authorization", Code.MALFORMED))
            access = await asyncio.to_thread(self._verifier.verify, token, scopes=self._scopes)
        except Refused as refused:
            return await _refuse(scope, receive, send, *access_answer(refused.code))
        scope.setdefault("state", {})["access"] = access
        return await self._app(scope, receive, send)


def _only(scope: Scope, name: bytes, twice: Code) -> str | None:
    values = [value for header, value in scope["headers"] if header.lower() == name]
    if len(values) > 1:
        raise Refused(twice, "the header is there more than once")
    return values[0].decode("latin-1") if values else None


def _bearer(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, kind: str, message: str, challenge: str | None = None
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps({"type": kind, "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"no-store"))
    if challenge is not None:
        headers.append((b"www-authenticate", challenge.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
