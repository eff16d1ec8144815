"""Alarms that tell of too much load, by their probable cause (ITU-T X.733) or their own words.

What is alarmed names what is short; where that is no traffic (a disk, a battery), it is no load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

CAUSES = frozenset(
    {
        "congestion",
        "cpucycleslimitexceeded",
        "queuesizeexceeded",
        "resourceatornearingcapacity",
    }
)
"""Probable causes of ITU-T X.733 (8.1.2.1), which 3GPP TS 28.111 takes over; letters only."""
LOADS = "load|utili[sz]ation|usage|occupancy"
HIGH = "high|higher|excessive|heavy|exceeds?|exceeded|exceeding|above|over|critical|full|limit"
SAYS_SO = re.compile(
    r"\b(overload(ed|ing)?|congest(ion|ed))\b"
    rf"|\b({LOADS})( \w+){{0,2}} ({HIGH})\b"
    rf"|\b({HIGH})( \w+){{0,2}} ({LOADS})\b"
    r"|\bqueue( (size|length|depth))? (exceeded|full|overflow)\b"
    r"|\b(capacity|resources?) (exceeded|exhausted)\b"
)
DENIES = re.compile(
    rf"\b(no|without|low|end of)( \w+)? (overload\w*|congest\w+|{LOADS})\b"
    r"|\b(below|ended|ceased|cleared|resolved)\b"
)
OF_NO_TRAFFIC = re.compile(
    r"\b(disk|storage|memory|file|log|flash|swap|database|licen[cs]es?"
    r"|battery|power|electrical|voltage)\b"
)
FIELDS = re.compile(
    r'"(?:probable_?cause|specific_?problem|additional_?text|alarm_?condition)"\s*:\s*"([^"]*)"',
    re.IGNORECASE,
)
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NO_WORD = re.compile(r"[^a-z0-9]+")


def tells_load(event: Mapping[str, object]) -> bool:
    """Tell whether an alarm (`sentio.model.record.EVENT`) says that its element has too much load.

    Its title counts, and the fields of its attributes that say the same elsewhere; an alarm that is
    cleared says nothing.
    """
    if event.get("event_kind") != "alarm" or event.get("severity") == "cleared":
        return False
    return any(map(says_load, _texts(event)))


def says_load(text: str) -> bool:
    """Tell whether a probable cause, or a few words, speak of too much load.

    Examples
    --------
    >>> says_load("QUEUE_SIZE_EXCEEDED"), says_load("Link utilisation is above 90 %")
    (True, True)
    >>> says_load("disk usage high"), says_load("congestion ceased"), says_load("Loss of signal")
    (False, False, False)
    """
    words = NO_WORD.sub(" ", HUMPS.sub(" ", text).lower()).strip()
    if words.replace(" ", "") in CAUSES:
        return True
    is_other = DENIES.search(words) or OF_NO_TRAFFIC.search(words)
    return SAYS_SO.search(words) is not None and not is_other


def _texts(event: Mapping[str, object]) -> Iterator[str]:
    yield str(event.get("title") or "")
    yield from FIELDS.findall(str(event.get("attributes") or ""))
