"""Verdicts that were reached already, a bounded number of them, each for a bounded time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

Name = tuple[str | None, ...]
"""What a verdict is found by: the texts that it is about, each in its place."""


class Remembered(Generic[T]):
    """The latest verdicts by the exact texts that they are about."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[Name, tuple[float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Name, now: float) -> T | None:
        """A verdict that still counts."""
        if name not in self._entries:
            return None
        with self._lock:
            entry = self._entries.get(name)
            if entry is None:
                return None
            if now >= entry[0]:
                del self._entries[name]
                return None
            self._entries.move_to_end(name)
            return entry[1]

    def put(self, name: Name, until: float, verdict: T) -> None:
        """Keeps a verdict until a moment, and forgets the one that was needed longest ago where there are too many."""
        if self._most < 1:
            return
        with self._lock:
            self._entries[name] = (until, verdict)
            self._entries.move_to_end(name)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)
