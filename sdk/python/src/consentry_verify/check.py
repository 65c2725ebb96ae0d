"""Asking the check API (OpenID AuthZEN): may this party do this with that person's data now?"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from .errors import Code, Refused
from .fetching import Environment, FetchError, Request, UrllibFetch, require_secure
from .parsing import Malformed

MAX_ANSWER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Decision:
    """An answer. ``allowed`` is the decision, ``reason`` its ``reason_code``, ``max_age`` for how many seconds it may be
    kept, ``context`` everything that came with it."""

    allowed: bool
    reason: str | None
    max_age: int
    context: Mapping[str, Any]

    def __bool__(self) -> bool:
        return self.allowed


def basic(client_id: str, client_secret: str) -> Callable[[], Mapping[str, str]]:
    """The headers of a client that shows its secret (RFC 6749 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    value = "Basic " + base64.b64encode(pair.encode()).decode()
    return lambda: {"Authorization": value}


class CheckClient:
    """Asks the check API of a server. ``base_url`` has no path below ``/access/v1``; ``headers`` authenticate."""

    def __init__(
        self, base_url: str, headers: Callable[[], Mapping[str, str]], environment: Environment | None = None
    ) -> None:
        self._base_url = require_secure(base_url).rstrip("/")
        self._headers = headers
        self._environment = environment or Environment(UrllibFetch())

    def evaluation(
        self,
        *,
        subject: Mapping[str, Any],
        action: Mapping[str, Any],
        resource: Mapping[str, Any],
        context: Mapping[str, Any] | None = None,
    ) -> Decision:
        """One question. Raises ``Refused``: ``check_refused`` where the server does not take it, ``check_unavailable``
        where there is no answer."""
        question = {"subject": subject, "action": action, "resource": resource}
        if context is not None:
            question["context"] = context
        return _decision(self._ask("evaluation", question))

    def evaluations(
        self, questions: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any] | None = None, semantic: str | None = None
    ) -> list[Decision]:
        """Several questions in one request, each with members that stand in place of ``defaults``. ``semantic`` is
        ``execute_all``, ``deny_on_first_deny`` or ``permit_on_first_permit``; of the last two the answer may be shorter."""
        if not questions:
            return []
        body: dict[str, Any] = {**(defaults or {}), "evaluations": list(questions)}
        if semantic is not None:
            body["options"] = {"evaluations_semantic": semantic}
        listed = self._ask("evaluations", body).get("evaluations")
        whole = semantic in (None, "execute_all")
        if not isinstance(listed, list) or not 1 <= len(listed) <= len(questions) or (whole and len(listed) != len(questions)):
            raise Refused(Code.CHECK_UNAVAILABLE, "not an answer to each question")
        return [_decision(one) for one in listed]

    def _ask(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        request = Request(
            f"{self._base_url}/access/v1/{operation}",
            "POST",
            {"Content-Type": "application/json", **self._headers()},
            json.dumps(body).encode(),
            MAX_ANSWER_BYTES,
        )
        try:
            response = self._environment.ask(request)
            if response.status == 200:
                return response.json()
        except (FetchError, Malformed) as error:
            raise Refused(Code.CHECK_UNAVAILABLE, str(error)) from error
        refused = 400 <= response.status < 500 and response.status not in (408, 429)
        raise Refused(Code.CHECK_REFUSED if refused else Code.CHECK_UNAVAILABLE, f"the server answered {response.status}")


def _decision(answer: object) -> Decision:
    allowed = answer.get("decision") if isinstance(answer, dict) else None
    context = answer.get("context", {}) if isinstance(answer, dict) else None
    if not isinstance(allowed, bool) or not isinstance(context, dict):
        raise Refused(Code.CHECK_UNAVAILABLE, "not a decision")
    reason, max_age = context.get("reason_code"), context.get("max_age")
    return Decision(
        allowed,
        reason if isinstance(reason, str) else None,
        max_age if isinstance(max_age, int) and not isinstance(max_age, bool) and max_age > 0 else 0,
        context,
    )
