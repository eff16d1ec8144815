"""A pushed body as an input, named by the key its sender gave."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.ingest.sources.section import Part

DIGEST_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A body that arrived whole.

    Attributes
    ----------
    key
        The sender's Idempotency-Key, or the request's own id where there is none.
    digest
        SHA-256 of the body as it is read, hexadecimal.
    suffix
        A hint at the format from the Content-Type, such as ``.csv``.
    """

    source: str
    key: str
    digest: str
    suffix: str
    body: Part
    received_ns: int

    @property
    def prefix(self) -> str:
        """What the names of all bodies sent under the same key begin with."""
        return f"push:{self.key}:"

    @property
    def name(self) -> str:
        """The input's name: the same key with the same body is the same input."""
        return f"{self.prefix}{self.digest[:DIGEST_DIGITS]}{self.suffix}"

    def as_input(self) -> Input:
        """Give the body to the record path."""
        origin = Origin(source=self.source, name=self.name, modified_ns=self.received_ns)
        return Input(origin=origin, open=self.body.open, size_bytes=self.body.size_bytes)
