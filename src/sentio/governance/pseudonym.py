"""Keyed pseudonyms of identifiers: SipHash-2-4 (Aumasson, Bernstein 2012), 64 bits, vectorised.

Without the key an identifier can neither be read back nor tried out, although there are only 10^15
possible IMSIs. Each kind of identifier has a key of its own, so that a MSISDN and an account number
with the same digits stay strangers.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.governance.key import Key

UInts = npt.NDArray[np.uint64]


def pseudonyms(array: pa.Array, *, kind: str, key: Key) -> pa.Array:
    """Replace each identifier by its pseudonym.

    Parameters
    ----------
    array
        Text, dictionary-coded text or whole numbers; null and empty text stay null.
    kind
        The kind of identifier, such as ``imsi``; part of the key.

    Returns
    -------
    pseudonyms
        int64 (the 64 bits as a signed number, which every engine can store), shape (rows,),
        never 0; among 10^8 subjects the chance that any two share one is 3 in 10,000.
    """
    if pa.types.is_dictionary(array.type):
        return pseudonyms(array.dictionary, kind=kind, key=key).take(array.indices)
    texts = array.cast(pa.large_string())
    lengths = pc.fill_null(pc.binary_length(texts), 0)
    values, offsets = _bytes_of(texts)
    key_0, key_1 = np.frombuffer(key.derive(f"pseudonym:{kind}"), dtype="<u8")
    hashed = _siphash_all(values, offsets, key_0, key_1)
    return pa.array(hashed.view(np.int64), mask=pc.equal(lengths, 0).to_numpy(zero_copy_only=False))


def siphash(message: bytes, key: bytes) -> int:
    """SipHash-2-4 of one message under a 16-byte key (the reference function, for tests)."""
    key_0, key_1 = np.frombuffer(key, dtype="<u8")
    offsets = np.array([0, len(message)], dtype=np.int64)
    values = np.frombuffer(message or b"\0", dtype=np.uint8)
    return int(_siphash_all(values, offsets, key_0, key_1)[0])


def _bytes_of(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    _, offsets, values = texts.buffers()
    all_offsets = np.frombuffer(offsets, dtype=np.int64, count=texts.offset + len(texts) + 1)
    all_values = np.frombuffer(values, dtype=np.uint8) if values else np.zeros(1, dtype=np.uint8)
    return all_values, all_offsets[texts.offset :]


@numba.njit(nogil=True, cache=True, inline="always")
def _rotate(x: np.uint64, bits: np.uint64) -> np.uint64:
    return (x << bits) | (x >> (np.uint64(64) - bits))


@numba.njit(nogil=True, cache=True, inline="always")
def _round(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    v0 += v1
    v2 += v3
    v1 = _rotate(v1, np.uint64(13)) ^ v0
    v3 = _rotate(v3, np.uint64(16)) ^ v2
    v0 = _rotate(v0, np.uint64(32))
    v2 += v1
    v0 += v3
    v1 = _rotate(v1, np.uint64(17)) ^ v2
    v3 = _rotate(v3, np.uint64(21)) ^ v0
    v2 = _rotate(v2, np.uint64(32))
    return v0, v1, v2, v3


@numba.njit(nogil=True, cache=True)
def _siphash_all(
    values: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    key_0: np.uint64,
    key_1: np.uint64,
) -> UInts:
    out = np.empty(len(offsets) - 1, dtype=np.uint64)
    for i in range(len(out)):
        start, end = offsets[i], offsets[i + 1]
        v0 = key_0 ^ np.uint64(0x736F6D6570736575)
        v1 = key_1 ^ np.uint64(0x646F72616E646F6D)
        v2 = key_0 ^ np.uint64(0x6C7967656E657261)
        v3 = key_1 ^ np.uint64(0x7465646279746573)
        word = np.uint64(0)
        for j in range(start, end):
            shift = np.uint64(8 * ((j - start) & 7))
            word |= np.uint64(values[j]) << shift
            if (j - start) & 7 == 7:  # noqa: PLR2004  (eight bytes a word)
                v3 ^= word
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
                v0 ^= word
                word = np.uint64(0)
        word |= np.uint64((end - start) & 0xFF) << np.uint64(56)
        v3 ^= word
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= word
        v2 ^= np.uint64(0xFF)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        digest = v0 ^ v1 ^ v2 ^ v3
        out[i] = digest if digest != 0 else np.uint64(1)
    return out
