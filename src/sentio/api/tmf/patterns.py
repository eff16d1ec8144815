"""Regular expressions of strangers, matched in time linear in the text (RE2, by Arrow)."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from sentio.api.tmf.errors import bad

LONGEST = 200


def check_pattern(pattern: str) -> None:
    """Raise the error of a pattern that is too long or that RE2 cannot read."""
    if len(pattern) > LONGEST:
        raise bad("the pattern is too long", where="regex", expected=f"{LONGEST} characters")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise bad(f"the pattern {pattern!r} cannot be read", where="regex") from error


def is_match(patterns: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether any of the patterns is found in any of the texts."""
    return bool(matching(patterns, texts))


def matching(patterns: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Give the texts in which any of the patterns is found."""
    if not texts:
        return []
    found = pa.array(texts, pa.string())
    masks = [pc.match_substring_regex(found, each).to_pylist() for each in patterns]
    return [text for text, *marks in zip(texts, *masks, strict=True) if any(marks)]
