"""Asks a running lab, by its control port."""

from __future__ import annotations

import urllib.error
import urllib.request

import orjson

from sentio.kernel.errors import ConfigError, NotThereError, RefusedError, SentioError, UnknownName
from sentio.lab.live.control import HOST
from sentio.lab.live.truth import Json

TIMEOUT_S = 30.0


def ask(port: int, path: str, body: Json | None = None, *, option: str = "--control-port") -> Json:
    """Get, or post a body; give the answer. ``option`` is what people name the port by.

    Raises
    ------
    NotThereError
        No lab runs.
    UnknownName, ConfigError
        The lab knows no such kind or element, or a value is out of its range.
    """
    url = f"http://{HOST}:{port}{path}"
    content = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(
        url, data=content, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return orjson.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise _told(error.read(), url) from error
    except (OSError, orjson.JSONDecodeError) as error:
        raise NotThereError(
            "no lab is running",
            where=url,
            expected="a lab that runs on this machine",
            next_step="Start one by `sentio demo` or `sentio lab live`, "
            f"or name its port by {option}.",
        ) from error


def _told(content: bytes, url: str) -> SentioError:
    try:
        told = orjson.loads(content)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return RefusedError("what answers is no lab", where=url, next_step="Name its port.")
    kinds: dict[str, type[SentioError]] = {each.kind: each for each in (UnknownName, ConfigError)}
    return kinds.get(told["kind"], SentioError)(
        told["what"], where=told["where"], expected=told["expected"], next_step=told["next"]
    )
