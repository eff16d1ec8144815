"""The key is made once and kept private; envelopes open with it and no other."""

from __future__ import annotations

import stat
from pathlib import Path

import pyarrow as pa
import pytest

from sentio.governance.envelope import seal, unseal
from sentio.governance.key import Key, key_from_file, key_from_hex
from sentio.kernel.errors import ConfigError, RefusedError


def test_a_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "key"

    first, second = key_from_file(file), key_from_file(file)

    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_never_shows_itself() -> None:
    key = Key(b"very secret bytes, thirty-two....")

    assert "secret" not in repr(key)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32])
def test_a_malformed_key_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ConfigError, match="openssl rand -hex 32"):
        key_from_hex(text, where="SENTIO_KEY")


def test_an_envelope_gives_back_every_byte() -> None:
    rows = pa.array([b"a|b", b"", b"\xff\x00"], pa.binary())

    assert unseal(seal(rows, Key(b"k" * 32)), Key(b"k" * 32)).equals(rows)


def test_an_envelope_stays_shut_for_another_key_and_after_a_change() -> None:
    sealed = seal(pa.array([b"a|b"], pa.binary()), Key(b"k" * 32))

    with pytest.raises(RefusedError):
        unseal(sealed, Key(b"x" * 32))
    with pytest.raises(RefusedError):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), Key(b"k" * 32))
