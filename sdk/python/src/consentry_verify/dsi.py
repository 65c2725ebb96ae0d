"""Data source identifiers: ``dpp://group[:variant]@domain/definition``. Compared byte for byte, never repaired."""

from __future__ import annotations

import re

MAX_LENGTH = 2048

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.+-]{1,128}"
_DSI = re.compile(
    r"dpp://[a-z0-9_]{1,64}(?::[A-Za-z0-9_.-]{1,64})?@(?P<domain>"
    + rf"{_LABEL}(?:\.{_LABEL})*)/{_SEGMENT}(?:/{_SEGMENT})*\Z"
)


def is_dsi(text: str) -> bool:
    """Whether a text is a data source identifier."""
    if len(text) > MAX_LENGTH:
        return False
    match = _DSI.match(text)
    return match is not None and len(match["domain"]) <= 253
