"""Brings parcels where they are read: to a Sentio by HTTP, or into a watched folder."""

from __future__ import annotations

import itertools
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

import orjson

from sentio.kernel.errors import NotThereError, RefusedError
from sentio.lab.stream.parcels import Parcel

AT_ONCE = 32  # bodies on their way; the intake commits those of one source together
TIMEOUT_S = 120.0
AGAIN_S = 1.0
TOO_MANY, AWAY, UNPROCESSABLE, SERVER_ERROR = 429, 503, 422, 500
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".json": "application/json",
    ".xml": "application/xml",
}
OnTrouble = Callable[[str], None]


def _say_nothing(what: str) -> None:
    del what


@dataclass(slots=True)
class Sent:
    """What has been sent so far, and what became of it."""

    parcels: int = 0
    size_bytes: int = 0
    rows: int = 0
    rejected: int = 0
    refused: int = 0  # parcels of which nothing could be kept

    def count(self, parcel: Parcel, receipt: dict[str, int]) -> None:
        """Count a parcel that was taken."""
        self.parcels += 1
        self.size_bytes += len(parcel.body)
        self.rows += receipt.get("rows_kept", 0)
        self.rejected += receipt.get("rows_rejected", 0)


class Sending(Protocol):
    """Whoever takes parcels."""

    sent: Sent

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Bring parcels there; they are kept once it returns."""
        ...


class Push:
    """Pushes parcels to a Sentio; waits while it is away, or has no room.

    Parameters
    ----------
    key
        An API key, where one is needed.
    stop
        Once set, nothing is tried again.
    on_trouble
        Told once when the Sentio goes away, and once when it is back.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        stop: threading.Event | None = None,
        on_trouble: OnTrouble = _say_nothing,
    ) -> None:
        self.url = url.rstrip("/")
        self.sent = Sent()
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._stop = stop or threading.Event()
        self._on_trouble = on_trouble
        self._run, self._number = secrets.token_hex(6), itertools.count(1)
        self._is_away = False
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise `NotThereError` unless a Sentio answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=10.0):  # noqa: S310  (the caller's address)
                return
        except (OSError, ValueError) as error:
            raise NotThereError(
                "no Sentio answers",
                where=self.url,
                expected="the address that `sentio serve` says it listens on",
                next_step="Start `sentio serve`, or name it by --url.",
            ) from error

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Push parcels, several at once.

        Raises
        ------
        RefusedError
            The Sentio does not let us push at all.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._push, (each for each in parcels if each.body)):
                pass

    def _push(self, parcel: Parcel) -> None:
        key = f"lab-{self._run}-{next(self._number)}"  # tried again, it is read once
        while True:
            try:
                receipt = self._posted(parcel, key)
            except urllib.error.HTTPError as error:
                if error.code not in {TOO_MANY, AWAY}:
                    self._give_up(parcel, error)
                    return
                wait_s = float(error.headers.get("Retry-After") or AGAIN_S)
            except OSError:
                self._away(is_away=True)
                wait_s = AGAIN_S
            else:
                self._away(is_away=False)
                with self._lock:
                    self.sent.count(parcel, receipt)
                return
            if self._stop.wait(wait_s):
                return  # it is lost, as with any system that is switched off

    def _posted(self, parcel: Parcel, key: str) -> dict[str, int]:
        media = MEDIA_TYPES.get(PurePosixPath(parcel.name).suffix, "application/octet-stream")
        request = urllib.request.Request(  # noqa: S310  (the caller's address)
            f"{self.url}/ingest/{parcel.source}?format={parcel.format}",
            data=parcel.body,
            headers={"Content-Type": media, "Idempotency-Key": key, **self._headers},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return orjson.loads(answer.read())

    def _give_up(self, parcel: Parcel, error: urllib.error.HTTPError) -> None:
        """Count what nobody can read, as senders do; stop where nothing of ours is wanted."""
        said = error.read().decode("utf-8", "replace")[:500]
        if error.code == UNPROCESSABLE or error.code >= SERVER_ERROR:
            with self._lock:
                self.sent.refused += 1
            self._on_trouble(f"{parcel.source}/{parcel.name} was refused: {said}")
            return
        raise RefusedError(
            f"the Sentio refused {parcel.name}: {error.code} {said}",
            where=self.url,
            next_step="Where it needs a key, give one by --key (`sentio key create NAME`).",
        )

    def _away(self, *, is_away: bool) -> None:
        with self._lock:
            is_new, self._is_away = is_away != self._is_away, is_away
        if is_new:
            self._on_trouble(
                f"{self.url} does not answer: waiting for it" if is_away else f"{self.url} is back"
            )


@dataclass(slots=True)
class Drop:
    """Writes parcels into a folder that is watched, a folder a source; never over a file."""

    folder: Path
    sent: Sent = field(default_factory=Sent)

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Write each under another name and rename it, so that nobody reads half of it."""
        for each in parcels:
            place = self.folder / each.source
            place.mkdir(parents=True, exist_ok=True)
            wanted = PurePosixPath(each.name)
            names = itertools.chain(
                [each.name], (f"{wanted.stem}-{n}{wanted.suffix}" for n in itertools.count(2))
            )
            path = next(place / name for name in names if not (place / name).exists())
            unfinished = path.with_name(f"{path.name}.part")
            unfinished.write_bytes(each.body)
            unfinished.rename(path)
            self.sent.count(each, {})
