"""What an archive may unpack to, and how a single input is refused without stopping the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.errors import FormatError

FREE_BYTES = 16_777_216  # so much may come out of any archive before its ratio counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of what comes out of one archive, against bombs.

    ``ratio`` is unpacked bytes over packed bytes, once more than `FREE_BYTES` came out.
    ``unpacked_bytes`` bounds all members together, and each stream that does not tell its size.
    ``memory_bytes`` bounds the dictionary of a compressed stream.
    """

    ratio: int = 200
    unpacked_bytes: int = 65_536 * 1_048_576
    members: int = 100_000
    memory_bytes: int = 128 * 1_048_576

    def of_stream(self, packed_bytes: int | None) -> int:
        """Tell how many bytes may come out of a compressed stream of that size."""
        if packed_bytes is None:
            return self.unpacked_bytes
        return min(self.unpacked_bytes, max(FREE_BYTES, self.ratio * packed_bytes))


class RefusedInput(FormatError):
    """One input cannot be read; ``reason`` is a reason code of `sentio.ingest.piece.REASONS`."""

    def __init__(
        self, what: str, *, reason: str, where: str, expected: str = "", next_step: str = ""
    ) -> None:
        self.reason = reason
        super().__init__(what, where=where, expected=expected, next_step=next_step)


OnSkip: TypeAlias = Callable[[str, str], None]
"""Told the name of what is passed over, and why."""


def ignore_skipped(_name: str, _why: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Allowance:
    """What is left of the limits while one archive, with all that it holds, is unpacked."""

    limits: Limits
    on_skip: OnSkip = ignore_skipped
    members: int = 0
    unpacked_bytes: int = 0

    def admit(self, name: str, *, size_bytes: int, packed_bytes: int | None) -> None:
        """Count one member; raises `RefusedInput` where a limit is passed."""
        if size_bytes > self.limits.of_stream(packed_bytes):
            raise too_large(name, size_bytes, self.limits.of_stream(packed_bytes))
        if self.unpacked_bytes + size_bytes > self.limits.unpacked_bytes:
            raise too_large(name, self.unpacked_bytes + size_bytes, self.limits.unpacked_bytes)
        self.unpacked_bytes += size_bytes

    def count(self, archive: str) -> None:
        """Count one member of any kind; raises `RefusedInput` beyond the limit of members."""
        self.members += 1
        if self.members > self.limits.members:
            raise RefusedInput(
                f"the archive has more than {self.limits.members} members; the rest is not read",
                reason="too_large",
                where=archive,
                next_step="Split it, or raise archive_max_members.",
            )


def too_large(name: str, found_bytes: int, limit_bytes: int) -> RefusedInput:
    """Say that an archive unpacks to more than it may."""
    return RefusedInput(
        f"it unpacks to {found_bytes} bytes or more",
        reason="too_large",
        where=name,
        expected=f"at most {limit_bytes} bytes",
        next_step="If the source is trusted, raise archive_max_ratio or archive_max_unpacked_mb.",
    )


def refused(origin: Origin, error: FormatError) -> Input:
    """Make the input whose opening raises the error, so that it is told and the rest goes on."""

    def fail() -> BinaryIO:
        raise error

    return Input(origin=origin, open=fail)
