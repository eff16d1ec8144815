"""A parcel: the bytes that one of the operator's systems sends at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file of one source; ``format`` is the reader that understands it.

    ``name`` is the name of the file, with an extension that the readers know.
    """

    source: str
    name: str
    body: bytes
    format: str
