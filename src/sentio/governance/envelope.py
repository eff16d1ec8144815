"""Sealed envelopes: rejected rows are kept whole, and readable only with the key (AES-256-GCM)."""

from __future__ import annotations

import secrets

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sentio.governance.key import Key
from sentio.kernel.errors import RefusedError

NONCE_BYTES = 12


def seal(rows: pa.Array, key: Key) -> bytes:
    """Seal many rows of bytes as one envelope."""
    batch = pa.record_batch([rows.cast(pa.binary())], names=["raw"])
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = sink.getvalue().to_pybytes()
    return nonce + AESGCM(key.derive("envelope", length=32)).encrypt(nonce, plain, None)


def unseal(envelope: bytes, key: Key) -> pa.Array:
    """Open an envelope; raises `RefusedError` for another key or changed bytes."""
    try:
        plain = AESGCM(key.derive("envelope", length=32)).decrypt(
            envelope[:NONCE_BYTES], envelope[NONCE_BYTES:], None
        )
    except InvalidTag as error:
        raise RefusedError(
            "the envelope was sealed with another key, or was changed",
            next_step="Use the key that was in place when the rows were rejected.",
        ) from error
    with pa.ipc.open_stream(plain) as reader:
        return reader.read_all().column("raw").combine_chunks()
