"""What the fields of access logs are called: W3C extended, CloudFront, NGINX, Apache, JSON."""

from __future__ import annotations

import re
from functools import lru_cache

ROLES: dict[str, tuple[str, ...]] = {
    "date": ("date",),
    "clock": ("time",),
    "time": (
        *("timestamp", "time", "ts", "datetime", "timeiso8601", "timelocal", "msec"),
        *("reqtimesec", "starttime", "requesttimestamp", "eventtime", "date"),
    ),
    "ip": (
        *("cip", "clientip", "ip", "remoteaddr", "cliip", "clientaddress", "remoteip"),
        *("sourceip", "clientaddr", "remotehost"),
    ),
    "agent": ("csuseragent", "useragent", "ua", "httpuseragent", "agent", "requestuseragent"),
    "host": ("xhostheader", "cshost", "host", "reqhost", "httphost", "servername", "vhost"),
    "edge": (
        *("xedgelocation", "edgelocation", "edge", "pop", "edgepop", "datacenter"),
        *("edgecolocode", "cacheserver"),
    ),
    "cdn": ("cdn", "cdnprovider"),
    "query": ("csuriquery", "query", "querystr", "querystring", "args", "uriparam", "uriquery"),
    "url": (
        *("csuri", "url", "requesturi", "request", "uri", "clientrequesturi", "requrl"),
        *("path", "reqpath", "csuristem", "requestpath"),
    ),
    "method": ("csmethod", "method", "requestmethod", "reqmethod", "clientrequestmethod"),
    "status": ("scstatus", "status", "statuscode", "responsestatus", "returncode", "httpstatus"),
    "bytes": (
        *("scbytes", "bytes", "bytessent", "bodybytessent", "totalbytes", "responsesize"),
        *("size", "responsebytes", "edgeresponsebytes"),
    ),
    "ttfb_s": ("timetofirstbyte",),
    "ttfb_ms": ("ttfb", "ttfbms", "timetofirstbytems", "firstbytems"),
    "taken_s": ("timetaken", "requesttime", "durations", "elapsed"),
    "taken_ms": (
        "timetakenms",
        "durationms",
        "timetolastbyte",
        "requesttimems",
        "transfertimemsec",
    ),
    "cmcd": ("cmcd",),
    "headers": ("headers", "requestheaders", "csheaders", "requestheader"),
}
"""What a field is, by its name in lower case without anything but letters and digits; where a log
has several names of one role, the first of the list is taken."""

REALTIME_CMCD: dict[str, str] = {
    "cmcdencodedbitrate": "br",
    "cmcdbufferlength": "bl",
    "cmcdbufferstarvation": "bs",
    "cmcdcontentid": "cid",
    "cmcdobjectduration": "d",
    "cmcddeadline": "dl",
    "cmcdmeasuredthroughput": "mtp",
    "cmcdobjecttype": "ot",
    "cmcdplaybackrate": "pr",
    "cmcdstreamingformat": "sf",
    "cmcdsessionid": "sid",
    "cmcdstreamtype": "st",
    "cmcdstartup": "su",
    "cmcdtopbitrate": "tb",
    "cmcdversion": "v",
}
"""CloudFront real-time logs give CMCD in fields of their own."""

REALTIME_ORDER = tuple(
    re.findall(
        r"\S+",
        "timestamp c-ip s-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host"
        " cs-uri-stem cs-bytes x-edge-location x-edge-request-id x-host-header time-taken"
        " cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie cs-uri-query"
        " x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type"
        " fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start"
        " sc-range-end c-port x-edge-detailed-result-type c-country cs-accept-encoding cs-accept"
        " cache-behavior-path-pattern cs-headers cs-header-names cs-headers-count"
        " primary-distribution-id primary-distribution-dns-name origin-fbl origin-lbl asn"
        " cmcd-encoded-bitrate cmcd-buffer-length cmcd-buffer-starvation cmcd-content-id"
        " cmcd-object-duration cmcd-deadline cmcd-measured-throughput cmcd-next-object-request"
        " cmcd-next-range-request cmcd-object-type cmcd-playback-rate"
        " cmcd-requested-maximum-throughput cmcd-streaming-format cmcd-session-id cmcd-stream-type"
        " cmcd-startup cmcd-top-bitrate cmcd-version",
    )
)
"""The order in which CloudFront delivers real-time fields; such logs have no header."""


@lru_cache(maxsize=64)
def role_names(names: tuple[str, ...]) -> dict[str, int]:
    """Give the position of each role among a log's field names."""
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]
    found = {
        role: next(plain.index(name) for name in known if name in plain)
        for role, known in ROLES.items()
        if any(name in plain for name in known)
    }
    for position, name in enumerate(plain):
        if name in REALTIME_CMCD:
            found[f"={REALTIME_CMCD[name]}"] = position
        elif name in ("cscmcdobject", "cscmcdrequest", "cscmcdsession", "cscmcdstatus"):
            found[f"+{name}"] = position
    return found
