"""The one tree of errors; each says what was found, where, what was expected, and what to do.

SentioError
├── ConfigError         a setting is wrong                         (ValueError)
├── DefinitionError     a TOML definition is wrong                 (ValueError)
├── UnknownName         nothing is called that                     (LookupError)
├── FormatError         an input cannot be read at all             (ValueError)
├── RefusedError        not allowed, or not safe                   (PermissionError)
├── StoreError          the store cannot be used                   (RuntimeError)
│   ├── StoreBusyError  another process writes to it
│   ├── StoreFullError  no room is left on the disk
│   └── StoreSlowError  an answer takes longer than it may
├── PeerError           who carries actions out is not well    (ConnectionError)
│   ├── PeerDown        it does not answer now                 these four in execution/peer.py
│   ├── PeerNonsense    it answers what nobody understands
│   └── PeerRefused     it will not
├── NotThereError       nobody answers where something is asked    (ConnectionError)
└── OverloadError       more arrives than can be committed         (RuntimeError)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class SentioError(Exception):
    """Any error that Sentio explains to a person.

    Parameters
    ----------
    what
        What was found, one clause.
    where
        File and line, setting, definition or address; empty if there is no place.
    expected
        What would have been right.
    next_step
        What the reader can do now.
    """

    kind: ClassVar[str] = "error"

    def __init__(
        self, what: str, *, where: str = "", expected: str = "", next_step: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        """Put the four parts into one readable line."""
        place = f"{self.where}: " if self.where else ""
        wanted = f" Expected {self.expected}." if self.expected else ""
        advice = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.what.rstrip('.')}.{wanted}{advice}"

    def as_dict(self) -> dict[str, str]:
        """Give the parts to a program: kind, what, where, expected, next."""
        return {
            "kind": self.kind,
            "what": self.what,
            "where": self.where,
            "expected": self.expected,
            "next": self.next_step,
        }


class ConfigError(SentioError, ValueError):
    """A setting is missing, malformed or contradicts another."""

    kind = "config"


class DefinitionError(SentioError, ValueError):
    """A TOML definition (service, map, requirement) is wrong; the start is refused."""

    kind = "definition"


class UnknownName(SentioError, LookupError):
    """Nothing of that kind has that name."""

    kind = "unknown-name"

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> UnknownName:
        """Build the error with the nearest known name as advice."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names) or 'none'}."
        return cls(f"No {kind} is called {name!r}", next_step=advice)


class FormatError(SentioError, ValueError):
    """An input cannot be read at all; what was read before it stays."""

    kind = "format"


class RefusedError(SentioError, PermissionError):
    """The request is understood and refused: not allowed, or not safe."""

    kind = "refused"


class StoreError(SentioError, RuntimeError):
    """The store cannot do what was asked."""

    kind = "store"


class StoreBusyError(StoreError):
    """Another process holds the store for writing."""

    kind = "store-busy"


class StoreFullError(StoreError):
    """No room is left on the disk; nothing of the open transaction was kept."""

    kind = "store-full"


class StoreSlowError(StoreError):
    """An answer takes longer than whoever asks is ready to wait."""

    kind = "store-slow"


class NotThereError(SentioError, ConnectionError):
    """Nobody answers where something should be asked or sent."""

    kind = "not-there"


class OverloadError(SentioError, RuntimeError):
    """More arrives than can be committed; the sender may try again later.

    ``retry_after_s`` is how long the sender should wait, in seconds.
    """

    kind = "overload"
    retry_after_s: float = 1.0
