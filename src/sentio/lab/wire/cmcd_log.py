"""The access log of a CDN (NGINX) whose players send CMCD in the query (CTA-5004-B)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.city import EDGES
from sentio.lab.day import SECOND_NS
from sentio.lab.dirt import soil
from sentio.lab.player import SEGMENT_S, Playback, play, rates
from sentio.lab.wire.text import MS_NS, Written, clock, glue, pick, save, whole
from sentio.lab.world import Uses, World, uses

PATH = "cdn/access.log"
SESSIONS_PER_DAY = 0.62  # of one user, at this CDN
MOST_SEGMENTS = 45  # three minutes
AGENTS = (
    "Mozilla/5.0 (Linux; Android 15; Mobile) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Web0S; SmartTV) AppleWebKit/537.36 Chrome/108.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36",
)
OTHER_REQUESTS = 40  # a day: probes of a load balancer, which carry no CMCD
LOG_TIME = "%d/%b/%Y:%H:%M:%S +0000"


def write(folder: Path, world: World) -> list[Written]:
    """Write one line a request, in the order in which the answers ended."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=SESSIONS_PER_DAY)
    people = world.people
    there = world.network.at(rng, cell=seen.cell, ts_ns=seen.ts_ns, radio=people.radio[seen.user])
    wanted = rng.integers(14, MOST_SEGMENTS + 1, len(seen))
    playback = play(
        rates(rng, there.rate_kbps, MOST_SEGMENTS), rtt_ms=there.rtt_ms, segments=wanted
    )
    session, segment = np.nonzero(playback.is_asked)
    media, media_ns = _media(world, seen, playback, session, segment)
    manifests, manifest_ns = _manifests(world, seen)
    checks, check_ns = _checks(rng, world)
    ends = np.concatenate([manifest_ns, media_ns, check_ns])
    order = np.argsort(ends, kind="stable")
    order = order[ends[order] < world.span.end_ns]
    clean = pa.concat_arrays([manifests, media, checks]).take(pa.array(order))
    lines, dirt = soil(clean, rng, cut=len(clean) // 9000 + 1)
    dirt = {**dirt, "not_telemetry": len(check_ns)}
    size = save(folder, PATH, lines)
    return [Written(path=PATH, format="cmcd_log", rows=len(lines), size_bytes=size, dirt=dirt)]


def _media(
    world: World, seen: Uses, playback: Playback, session: IntArray, segment: IntArray
) -> tuple[pa.StringArray, IntArray]:
    at = (session, segment)
    start_ns = seen.ts_ns[session] + (playback.request_s[at] * 1e9).astype(np.int64)
    end_ns = seen.ts_ns[session] + (playback.arrive_s[at] * 1e9).astype(np.int64)
    kbps = playback.bitrate_kbps[at]
    cmcd = glue(
        "bl=", _hundreds(playback.buffer_s[at] * 1000), ",br=", whole(kbps.astype(np.int64)),
        pa.array(np.where(playback.is_starved[at], ",bs", "")), ',cid="',
        _content(session), f'",d={SEGMENT_S * 1000:.0f},mtp=',
        _hundreds(playback.rate_kbps[at]), ',ot=v,sf=d,sid="', _sid(world, session), '",st=v',
        pa.array(np.where(playback.is_startup[at], ",su", "")), ",ts=", whole(start_ns // MS_NS),
        ",v=2",
    )  # fmt: skip
    path = glue("/vod/", _content(session), "/v", whole(kbps.astype(np.int64)), "/",
                whole(segment + 1), ".m4s")  # fmt: skip
    size = whole((kbps * SEGMENT_S * 125).astype(np.int64))
    return _lines(world, seen, session, end_ns, path, cmcd, size), end_ns


def _manifests(world: World, seen: Uses) -> tuple[pa.StringArray, IntArray]:
    session = np.arange(len(seen))
    cmcd = glue(
        'cid="', _content(session), '",ot=m,sf=d,sid="', _sid(world, session), '",st=v,su,ts=',
        whole(seen.ts_ns // MS_NS), ",v=2",
    )  # fmt: skip
    path = glue("/vod/", _content(session), "/manifest.mpd")
    return _lines(
        world, seen, session, seen.ts_ns, path, cmcd, whole(session * 0 + 4211)
    ), seen.ts_ns


def _lines(
    world: World, seen: Uses, session: IntArray, end_ns: IntArray, path: pa.StringArray,
    cmcd: pa.StringArray, size: pa.StringArray,
) -> pa.StringArray:  # fmt: skip
    for plain, encoded in (("=", "%3D"), (",", "%2C"), ('"', "%22")):
        cmcd = pc.replace_substring(cmcd, plain, encoded)
    user, cell = seen.user[session], seen.cell[session]
    return glue(
        pick(EDGES, world.city.edge(cell)), ".cdn.example ",
        world.people.ip.take(pa.array(user)), " - - [", clock(end_ns, LOG_TIME), '] "GET ', path,
        "?CMCD=", cmcd, ' HTTP/2.0" 200 ', size, ' "https://tv.example/" "',
        pick(AGENTS, user * 7 % 10 // 3), '"\n',
    )  # fmt: skip


def _checks(rng: np.random.Generator, world: World) -> tuple[pa.StringArray, IntArray]:
    count = max(1, OTHER_REQUESTS * world.span.hours // 24)
    at_ns = rng.integers(world.span.start_ns, world.span.end_ns, count)
    edge = pick(EDGES, rng.integers(0, len(EDGES), count))
    line = glue(edge, ".cdn.example 192.0.2.9 - - [", clock(at_ns, LOG_TIME),
                '] "GET /health HTTP/1.1" 200 2 "-" "check/1.0"\n')  # fmt: skip
    return line, at_ns


def _content(session: IntArray) -> pa.StringArray:
    return glue("film", whole(session * 31 % 97))


def _sid(world: World, session: IntArray) -> pa.StringArray:
    return glue(f"s{world.seed}-", whole(world.span.start_ns // SECOND_NS + session))


def _hundreds(values: FloatArray) -> pa.StringArray:
    """Round to hundreds, as CMCD wants it."""
    return whole((np.rint(values / 100.0) * 100).astype(np.int64))
