"""Verdicts that were reached already, a bounded number of them, each for a bounded time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The latest verdicts by the exact bytes that they are about."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[bytes, tuple[float, T]] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def name(*texts: str | None) -> bytes:
        """What a verdict is found by; texts never run into each other."""
        digest = hashlib.sha256()
        for text in texts:
            data = b"-" if text is None else text.encode("utf-8", "surrogatepass")
            digest.update(f"{'-' if text is None else len(data)}:".encode() + data)
        return digest.digest()

    def get(self, name: bytes, now: float) -> T | None:
        """A verdict that still counts."""
        with self._lock:
            entry = self._entries.get(name)
            if entry is None:
                return None
            if now >= entry[0]:
                del self._entries[name]
                return None
            self._entries.move_to_end(name)
            return entry[1]

    def put(self, name: bytes, until: float, verdict: T) -> None:
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
