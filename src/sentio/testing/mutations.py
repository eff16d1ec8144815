"""Damage done to an input on purpose: by disks, networks, other people's software, attackers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Given content, chance and other inputs of the same format, makes damaged content."""

MAX_BYTES = 262_144  # damaged inputs stay small, so that many of them can be tried
MOST_AT_ONCE = 4
BINARY_WITHIN = 4096
RARELY = 2_000  # one input in so many gets what is costly: a huge line, the deepest nesting
HUGE_LINE_BYTES = 1_500_000  # over the limit of a line
DEEPEST = 100_000

BYTES = b"\0\x01\t\n\r\x1f !\"#'(),-./:;<=>[\\]{|}\x7f\x80\xbf\xc0\xed\xef\xf4\xfe\xff"
EDGES = tuple(
    edge
    for bits in (7, 8, 15, 16, 31, 32, 63, 64)
    for edge in (2**bits - 1, 2**bits, -(2**bits) + 1)
)
NUMBERS = (
    *(b"%d" % edge for edge in EDGES),
    *b"0 -0 -1 1e999 -1e999 1e308 1e-400 NaN nan inf -Infinity .5 5. +1 1_000 1,5".split(),
    *b"0x10 1e5 00 24:00:00 1970-01-01 2026-02-30 0000-00-00T00:00:00Z".split(),
    *b"9999-12-31T23:59:59Z 99999999999999".split(),
    b"9" * 19,
    b"9" * 40,
    b"1" + b"0" * 400,
    b"0." + b"3" * 5000,
    "٣".encode(),  # a digit to str.isdigit and to int()
    "²".encode(),  # a digit to str.isdigit, not to int()
)
VALUES = (
    *b'null true false [] {} "" "x" [[]] [null] [{}] {"a":null} {"":{}}'.split(),
    *b'[1,"a",null] 1.5 -1 "1e999" "NaN"'.split(),
    b'"\\ud800"',  # half a surrogate pair
    b'"\\u0000"',
    b'"' + b"A" * 3000 + b'"',
)
TEXTS = (
    *b"\xff \xc3\x28 \xed\xa0\x80 \xf4\x90\x80\x80 \xef\xbb\xbf \xff\xfe".split(b" "),
    *b"\r\n \r \n\n ,, ;; || == :: -- .. ../ # // %n %00 ${x}".split(b" "),
    *b"<!-- --> <![CDATA[ ]]> <?xml?> <a> </a> <a/> &lt; &#0; &x;".split(b" "),
    *b'" "" \' \\ \\" { } [ ] ( ) {"a":1} ,null null true Infinity -'.split(b" "),
    "\u202e\u2028\u0130ß\ufb03".encode(),
)
NESTINGS = (
    (b"[", b"]"),
    (b'{"a":', b"}"),
    (b"<a>", b"</a>"),
    (b"(", b")"),
    (b'"', b'"'),
    (b"[{", b"}]"),
    (b"-", b""),
)
TOKEN = re.compile(rb"[^\s,;|<>\"'={}\[\]():]{1,64}")
NUMBER = re.compile(rb"-?\d[\d.]{0,30}")
VALUE = re.compile(rb'"(?:[^"\\\n]|\\.){0,200}"(?!\s*:)|-?\d[\d.eE+-]{0,30}|true|false|null')


def mutate(content: bytes, rng: Random, others: Sequence[bytes] = ()) -> bytes:
    """Damage content in one to four ways at once; the same chance gives the same damage."""
    if rng.randrange(RARELY) == 0:
        return rng.choice((huge_line, nest_deepest))(content, rng, others)
    damaged = content
    # binary formats point at their own bytes: where those move, hardly anything is read any more
    keeps_places = b"\0" in content[:BINARY_WITHIN] and rng.random() < 2 / 3
    mutations, weights = (IN_PLACE, (1, 2, 3)) if keeps_places else (MUTATIONS, WEIGHTS)
    for _ in range(rng.randint(1, MOST_AT_ONCE)):
        (mutation,) = rng.choices(mutations, cum_weights=weights)
        damaged = mutation(damaged, rng, others)[:MAX_BYTES]
    return damaged


def flip_bits(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Turn over some bits, as a bad disk does."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def set_bytes(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Put bytes that mean something in some format where others stood."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8)) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.choice(BYTES)
    return bytes(changed)


def set_integer(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Overwrite a binary length or count with one at the edge of its type."""
    size = rng.choice((2, 4, 8))
    number = rng.choice((*EDGES, len(content), 0, -1, rng.getrandbits(62)))
    raw = (number & ((1 << 8 * size) - 1)).to_bytes(size, rng.choice(("little", "big")))
    at = rng.randrange(max(len(content) - size + 1, 1))
    return content[:at] + raw + content[at + size :]


def truncate(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Cut off the end, as a transfer that broke."""
    return content[: rng.randrange(len(content) + 1)]


def splice(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """Put the end of another input behind the beginning of this one."""
    other = rng.choice(others) if others else content
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def insert_other(content: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """Put a part of another input into the middle of this one."""
    begin, end = _chunk(other := rng.choice(others) if others else content, rng)
    return _inserted(content, other[begin:end], rng)


def repeat_chunk(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Say a part twice or many times."""
    begin, end = _chunk(content, rng)
    times = rng.choice((1, 1, 1, 2, 10, 100))
    return content[:end] + content[begin:end] * times + content[end:]


def delete_chunk(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Leave a part out."""
    begin, end = _chunk(content, rng)
    return content[:begin] + content[end:]


def shuffle_lines(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Put a line where another stood, twice, or nowhere."""
    lines = content.split(b"\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    line = lines[at]
    if rng.random() < 2 / 3:
        del lines[at]
    if rng.random() < 2 / 3:
        lines.insert(to, line)
    return b"\n".join(lines)


def swell_number(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Write a number that no type holds, or none at all."""
    return _replaced(content, NUMBER, rng.choice(NUMBERS), rng)


def replace_token(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Write something else where a word or a number stood."""
    return _replaced(content, TOKEN, rng.choice((*NUMBERS, *TEXTS, b"")), rng)


def replace_value(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Give a JSON value another type."""
    return _replaced(content, VALUE, rng.choice((*VALUES, *NUMBERS)), rng)


def insert_text(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Put in what has a meaning to parsers, or is no valid UTF-8."""
    return _inserted(content, rng.choice(TEXTS), rng)


def insert_nuls(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Put in zeros, as a file system does after a crash."""
    return _inserted(content, bytes(rng.choice((1, 1, 8, 512, 4096))), rng)


def mix_line_ends(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """End some or all lines in another way."""
    end = rng.choice((b"\r\n", b"\r", b"\n\n", b"\n\r", b" ", b"\0\n", "\u2028".encode()))
    return content.replace(b"\n", end, rng.choice((-1, 1, 5)))


def nest(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Open much more than any honest input does; close it or do not."""
    begin, end = rng.choice(NESTINGS)
    depth = rng.choice((5, 50, 500, 5_000))
    inner = begin * depth + (b"1" + end * depth if rng.random() < 1 / 2 else b"")
    return rng.choice((_inserted(content, inner, rng), _replaced(content, VALUE, inner, rng)))


def re_encode(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Write the text in another encoding than it says."""
    encoding = rng.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "utf-8-sig", "cp037"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def huge_line(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Make one line longer than a line may be."""
    filler = rng.choice((b"1", b"a,", b'"', b" ", b"\0", b'{"a":', b"<a>", b"\xff"))
    return _inserted(content, filler * (HUGE_LINE_BYTES // len(filler)), rng)


def nest_deepest(content: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Nest so deep that a parser which calls itself runs out of stack."""
    begin, end = rng.choice(NESTINGS)
    inner = begin * DEEPEST + b"1" + end * DEEPEST
    return rng.choice((_inserted(content, inner, rng), _replaced(content, VALUE, inner, rng)))


def _chunk(content: bytes, rng: Random) -> tuple[int, int]:
    begin = rng.randrange(len(content) + 1)
    longest = rng.choice((1, 4, 32, 256, 4096))
    return begin, min(len(content), begin + rng.randint(1, longest))


def _inserted(content: bytes, inner: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + inner + content[at:]


def _replaced(content: bytes, pattern: re.Pattern[bytes], fresh: bytes, rng: Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    found = pattern.search(content, start) or pattern.search(content)
    if found is None:
        return _inserted(content, fresh, rng)
    return content[: found.start()] + fresh + content[found.end() :]


_WEIGHED: tuple[tuple[Mutation, int], ...] = (
    (flip_bits, 8),
    (set_bytes, 8),
    (set_integer, 4),
    (truncate, 4),
    (splice, 4),
    (insert_other, 4),
    (repeat_chunk, 6),
    (delete_chunk, 6),
    (shuffle_lines, 8),
    (swell_number, 12),
    (replace_token, 14),
    (replace_value, 14),
    (insert_text, 8),
    (insert_nuls, 2),
    (mix_line_ends, 4),
    (nest, 3),
    (re_encode, 1),
)
IN_PLACE = (flip_bits, set_bytes, set_integer)
MUTATIONS = tuple(mutation for mutation, _ in _WEIGHED)
WEIGHTS = tuple(accumulate(weight for _, weight in _WEIGHED))
