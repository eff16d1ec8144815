"""SipHash-2-4: the vectors of its reference implementation's paper."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sentio.governance.key import Key
from sentio.governance.pseudonym import pseudonyms, siphash

KEY = bytes(range(16))


@pytest.mark.parametrize(
    ("length", "digest"),
    [
        (0, 0x726FDB47DD0E0E31),
        (1, 0x74F839C593DC67FD),
        (8, 0x93F5F5799A932462),
        (15, 0xA129CA6149BE45E5),
    ],
)
def test_the_reference_vectors_hold(length: int, digest: int) -> None:
    assert siphash(bytes(range(length)), KEY) == digest


def test_equal_digits_of_two_kinds_are_strangers() -> None:
    number = pa.array(["4917612345678"])

    as_msisdn = pseudonyms(number, kind="msisdn", key=Key(b"k" * 32))
    as_account = pseudonyms(number, kind="account", key=Key(b"k" * 32))

    assert as_msisdn != as_account


def test_coded_and_plain_columns_give_the_same_pseudonyms() -> None:
    plain = pa.array(["a", None, "b", "", "a"])

    found = pseudonyms(plain, kind="ip", key=Key(b"k" * 32))

    assert pseudonyms(plain.dictionary_encode(), kind="ip", key=Key(b"k" * 32)).equals(found)
    assert found.is_null().to_pylist() == [False, True, False, True, False]
