"""What reports on a call say, in the words of the catalogue (RFC 3611 section 4.7, RFC 6035)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sentio.ingest.wire.pieces.columns import Cell
from sentio.model.record import Quality

NARROWBAND, WIDEBAND, FULLBAND = "voice_nb", "voice_wb", "voice_fb"

STATIC_TYPES: dict[int, str] = {
    0: "g711",
    3: "gsm-fr",
    4: "g723.1",
    8: "g711",
    9: "g722",
    15: "g728",
    18: "g729",
}
"""RTP payload types that stand for one codec always (RFC 3551 table 4)."""

NAMED: tuple[tuple[str, str], ...] = (
    (r"pcm[ua]|g\.?711", "g711"),
    (r"g\.?722(?!\.?[12])", "g722"),
    (r"g\.?723", "g723.1"),
    (r"g\.?729", "g729"),
    (r"amr-?_?wb", "amr-wb-12.65"),
    (r"amr", "amr-12.2"),
    (r"gsm-?efr", "gsm-efr"),
    (r"evs", "evs"),
    (r"opus", "opus"),
)
"""Names in SDP and reports (RFC 4855), the first that fits; without a mode the usual one."""

BANDS: dict[str, str] = {
    "g722": WIDEBAND,
    "amr-wb-12.65": WIDEBAND,
    "evs": FULLBAND,
    "opus": FULLBAND,
}
CONCEALING = (2, 3)
"""RFC 6035 PLC: 2 enhanced, 3 standard; 0 is unspecified and 1 silence insertion."""
WIDE_HZ, FULL_HZ = 16_000, 32_000

UNAVAILABLE = 127
"""What a field holds that an endpoint cannot fill in."""


def codec_of(name: str, payload_type: float | None, concealment: float | None) -> str:
    """Name the codec by its name, else by its payload type; empty if neither tells."""
    found = next((codec for words, codec in NAMED if re.search(words, name.lower())), "")
    if not found and payload_type is not None and payload_type == int(payload_type):
        found = STATIC_TYPES.get(int(payload_type), "")
    return "g711-plc" if found == "g711" and concealment in CONCEALING else found


def service_of(codec: str, sample_rate_hz: float | None) -> str:
    """Choose the model by the codec's band; where nothing is known, narrowband."""
    if codec in BANDS:
        is_narrower = sample_rate_hz is not None and 0 < sample_rate_hz < FULL_HZ
        return WIDEBAND if is_narrower and BANDS[codec] == FULLBAND else BANDS[codec]
    if codec or sample_rate_hz is None or sample_rate_hz < WIDE_HZ:
        return NARROWBAND
    return FULLBAND if sample_rate_hz >= FULL_HZ else WIDEBAND


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuality:
    """One direction of a call as an endpoint saw it; None where it did not say.

    Ratios are of 1, delays and durations in ms, scores as MOS.
    """

    loss_ratio: float | None = None
    discard_ratio: float | None = None
    burst_density: float | None = None
    burst_ms: float | None = None
    gap_density: float | None = None
    gap_ms: float | None = None
    round_trip_ms: float | None = None
    end_system_ms: float | None = None
    one_way_ms: float | None = None
    jitter_ms: float | None = None
    mos_lq: float | None = None
    mos_cq: float | None = None

    def values(self) -> dict[str, Cell]:
        """Give the indicators, and the quality of the row.

        A report is suspect that tells of bursts and of no loss at all, or whose round trip took
        no time while the ends alone took some; what contradicts itself is left out.
        """
        lost = (self.loss_ratio or 0.0) + (self.discard_ratio or 0.0)
        has_burst = bool(self.burst_density) and bool(self.burst_ms)
        is_lossless = self.loss_ratio is not None and lost == 0 and has_burst
        is_instant = self.round_trip_ms == 0 and bool(self.end_system_ms)
        round_trip = None if is_instant else self.round_trip_ms
        return {
            "packet_loss_ratio": self.loss_ratio,
            "discard_ratio": self.discard_ratio,
            "burst_ratio": None if is_lossless else self.burst_ratio(),
            "rtt_ms": round_trip,
            "one_way_delay_ms": self._one_way(round_trip),
            "jitter_ms": self.jitter_ms,
            "reported_mos_lq": _mos(self.mos_lq),
            "reported_mos_cq": _mos(self.mos_cq),
            "quality": int(Quality.SUSPECT if is_lossless or is_instant else Quality.GOOD),
        }

    def burst_ratio(self) -> float | None:
        """BurstR of G.107: mean length of a run of losses, over its length if losses were random.

        Within bursts and within gaps losses are taken as independent, at the densities given; a
        run then is 1 / (1 - density) packets long, and 1 / (1 - loss) if all were random.
        """
        burst, gap = self.burst_density, self.gap_density
        if burst is None or gap is None or self.burst_ms is None or self.gap_ms is None:
            return None
        whole_ms = self.burst_ms + self.gap_ms
        if not (0 <= burst < 1 and 0 <= gap < 1 and whole_ms > 0 <= self.burst_ms <= whole_ms):
            return None
        share = self.burst_ms / whole_ms
        loss = burst * share + gap * (1 - share)
        runs = burst * (1 - burst) * share + gap * (1 - gap) * (1 - share)
        return loss / runs * (1 - loss) if runs > 0 else None

    def _one_way(self, round_trip_ms: float | None) -> float | None:
        if self.one_way_ms:
            return self.one_way_ms
        if round_trip_ms is None:
            return None
        return round_trip_ms / 2 + (self.end_system_ms or 0.0)  # half the network, both end systems


def _mos(value: float | None) -> float | None:
    """Give a MOS; 127 (12.7 in steps of a tenth) stands for unavailable."""
    return value if value is not None and 1 <= value <= 5 else None
