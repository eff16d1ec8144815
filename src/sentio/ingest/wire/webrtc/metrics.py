"""Names of WebRTC statistics: what a report, a dump's series or a CSV column measures (W3C)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal["video", "audio", "pair", "remote"]
How: TypeAlias = Literal["counter", "gauge"]


LONGEST_NAME = 200


class Metric(NamedTuple):
    """One statistic that is used: of what, under which name of ours, and whether it accumulates."""

    role: Role
    name: str
    how: How


INBOUND: dict[str, tuple[str, How]] = {
    "packetsreceived": ("packets", "counter"),
    "packetslost": ("lost", "counter"),
    "bytesreceived": ("bytes", "counter"),
    "framesdecoded": ("frames", "counter"),
    "totalfreezesduration": ("frozen_s", "counter"),
    "jitterbufferdelay": ("buffered_s", "counter"),
    "jitterbufferemittedcount": ("emitted", "counter"),
    "jitter": ("jitter_s", "gauge"),
    "framespersecond": ("fps", "gauge"),
    "framewidth": ("width", "gauge"),
    "frameheight": ("height", "gauge"),
    "bytesreceivedinbits/s": ("bits_per_s", "gauge"),
    "packetsreceived/s": ("packets_per_s", "gauge"),
    "framesdecoded/s": ("fps", "gauge"),
    "jitterbufferdelay/emissions": ("buffered_ms", "gauge"),
    "jitterbufferdelay/jitterbufferemittedcountinms": ("buffered_ms", "gauge"),
}
PAIR: dict[str, tuple[str, How]] = {"currentroundtriptime": ("rtt_s", "gauge")}
REMOTE: dict[str, tuple[str, How]] = {
    "roundtriptime": ("rtt_s", "gauge"),
    "fractionlost": ("fraction_lost", "gauge"),
}
"""What is used of inbound-rtp, candidate-pair and remote-inbound-rtp, by plain name; a counter is
differenced, a gauge averaged. Names with a slash are the rates that Chrome itself derives."""

TYPES = ("inbound-rtp", "candidate-pair", "remote-inbound-rtp")

# Chrome names its reports RTCInboundRTPVideoStream_1234, later IT01V1234; likewise the others.
_ID_TYPES: tuple[tuple[str, str, str], ...] = (
    (r"RTCInboundRTPVideo|^IT\d+V", "inbound-rtp", "video"),
    (r"RTCInboundRTPAudio|^IT\d+A", "inbound-rtp", "audio"),
    (r"RTCIceCandidatePair|^CP", "candidate-pair", ""),
    (r"RTCRemoteInboundRtp|^RI[VA]", "remote-inbound-rtp", ""),
)

_COLUMN = re.compile(
    r"^(?P<head>.*?)[\[(]?(?P<metric>bytesReceived_in_bits/s|packetsRec(?:ei|ie)ved/s|framesDecoded/s"
    r"|jitterBufferDelay/jitterBufferEmittedCount_in_ms|jitterBufferDelay/emissions"
    r"|packetsRec(?:ei|ie)ved|packetsLost|bytesReceived|framesDecoded|framesPerSecond"
    r"|frameWidth|frameHeight|totalFreezesDuration|jitterBufferDelay|jitterBufferEmittedCount"
    r"|jitter|currentRoundTripTime|roundTripTime|fractionLost|timestamps?)[\])]?(?P<tail>[^/]*)$",
    re.IGNORECASE,
)
_UNITS = ("ms", "s", "us", "kbps", "avg", "mean", "max", "min", "std", "percent", "ratio", "count")
_NOT_RECEIVED = re.compile(
    r"^(ot|ro|sv|sa|ap)\d*[va]?\b|out|send|sent|local|source|playout|remoteout", re.IGNORECASE
)
_REMOTE = re.compile(r"^ri\d*[va]?\b|remotein", re.IGNORECASE)
_AUDIO = re.compile(r"audio|^(it|ri)\d*a\b", re.IGNORECASE)


def plain(name: str) -> str:
    """Bring a statistic's name to lower case without brackets, separators and common slips."""
    return re.sub(r"[\[\]()_\s.-]", "", name.lower()).replace("recieved", "received")


def metric_of(type_name: str, kind: str, name: str) -> Metric | None:
    """Tell what a statistic of a report of this type and media kind is used as, if at all."""
    key = plain(name)
    if type_name == "inbound-rtp" and key in INBOUND:
        role: Role = "audio" if kind == "audio" else "video"
        return Metric(role, *INBOUND[key])
    if type_name == "candidate-pair" and key in PAIR:
        return Metric("pair", *PAIR[key])
    if type_name == "remote-inbound-rtp" and key in REMOTE:
        return Metric("remote", *REMOTE[key])
    return None


def type_of_id(report_id: str) -> tuple[str, str]:
    """Tell a report's type and media kind by the id that Chrome gave it; empty if unknown."""
    for pattern, type_name, kind in _ID_TYPES:
        if re.search(pattern, report_id):
            return type_name, kind
    return "", ""


def column_of(name: str) -> tuple[Metric | None, str, bool] | None:
    """Tell what a flat column holds: its metric, whose end of the call, and whether it is the time.

    Columns may carry Chrome's id before the statistic and the party behind it
    (``IT01V_packetsLost_alice``); None for a column that holds neither.
    """
    match = _COLUMN.match(name.strip()) if len(name) <= LONGEST_NAME else None
    if match is None:
        return None
    head, tail = match["head"].strip("_-. "), match["tail"].strip("_-. ])")
    if tail.lower() in _UNITS:
        return None  # a statistic of another source, in a unit that the standard does not use
    if match["metric"].lower().startswith("timestamp"):
        return None, tail, True
    if _NOT_RECEIVED.search(head.replace("_", " ")):
        return None
    words = head.replace("_", " ").replace("-", "")
    kind = "audio" if _AUDIO.search(words) else "video"
    if plain(match["metric"]) in PAIR:
        type_name = "candidate-pair"
    elif _REMOTE.search(words) or plain(match["metric"]) in REMOTE:
        type_name = "remote-inbound-rtp"
    else:
        type_name = "inbound-rtp"
    metric = metric_of(type_name, kind, match["metric"])
    return None if metric is None else (metric, tail, False)
