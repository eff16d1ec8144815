"""All that a loop has learned as one piece of bytes: an npz of the arrays, and a JSON in it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.kernel.errors import StoreError

LAYOUT = 2
SIZE_BYTES = 8  # in front of what is packed: how long it is once unpacked

Arrays = Mapping[str, npt.NDArray[np.generic]]


def packed(arrays: Arrays, more: Mapping[str, Any]) -> bytes:  # Any: JSON
    """Put arrays and JSON into bytes."""
    text = json.dumps({"layout": LAYOUT, **more}, separators=(",", ":")).encode()
    out = io.BytesIO()
    np.savez(out, **{"json": np.frombuffer(text, dtype=np.uint8), **arrays})  # pyright: ignore[reportArgumentType]
    content = out.getvalue()
    size = len(content).to_bytes(SIZE_BYTES, "little")
    return size + pa.compress(content, codec="zstd", asbytes=True)


def unpacked(content: bytes) -> tuple[Arrays, dict[str, Any]]:  # Any: JSON
    """Take arrays and JSON out again.

    Raises
    ------
    StoreError
        The snapshot is of another layout, or damaged.
    """
    try:
        size = int.from_bytes(content[:SIZE_BYTES], "little")
        whole = pa.decompress(content[SIZE_BYTES:], size, codec="zstd", asbytes=True)
        with np.load(io.BytesIO(whole), allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        more = json.loads(arrays.pop("json").tobytes())
        is_ours = more.pop("layout", None) == LAYOUT
    except (OSError, ValueError, KeyError) as error:
        raise _of_no_use(f"it is damaged ({error})") from error
    if not is_ours:
        raise _of_no_use("it is of another release")
    return arrays, more


def _of_no_use(why: str) -> StoreError:
    return StoreError(
        f"what the watch had learned cannot be read: {why}",
        where="snapshot",
        next_step="Run `sentio watch --again` to learn anew from the store.",
    )
