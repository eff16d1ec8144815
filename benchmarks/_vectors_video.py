"""Vectors of adaptive streaming: P.1203 picture, sound, stalls and sessions, DASH play lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from _comparison import Comparison, Vectors, largest, read_json
from sentio.experience.columns import Lists, Texts
from sentio.experience.models.dash import TraceEntry, playback_of
from sentio.experience.models.p1203_audio import CODECS, audio_quality, coding_impairment
from sentio.experience.models.p1203_integration import Sessions, integrate
from sentio.experience.models.p1203_stalls import stalling_index
from sentio.experience.models.p1203_video import handheld, video_quality

STALLS = ("stall_positions_s", "stall_lengths_s")


def video(path: Path) -> Comparison:
    vectors = Vectors(path)
    found = video_quality(
        vectors.numbers("bitrate_kbps"),
        vectors.numbers("coded_width") * vectors.numbers("coded_height"),
        display_pixels=vectors.numbers("display_width") * vectors.numbers("display_height"),
        fps=vectors.numbers("fps"),
    )
    return vectors.against(
        {
            "quant": found.quant,
            "MOSq": found.coded_mos,
            "Dq": found.d_quantisation,
            "Du": found.d_upscaling,
            "Dt": found.d_temporal,
            "O22": found.o22,
            "O22_handheld": handheld(found.o22),
        },
        inputs=(
            "bitrate_kbps",
            "coded_width",
            "coded_height",
            "display_width",
            "display_height",
            "fps",
        ),
    )


def audio(path: Path) -> Comparison:
    vectors = Vectors(path)
    codecs, kbps = vectors.texts("codec"), vectors.numbers("bitrate_kbps")
    a1, a2, a3 = np.array([CODECS[codec] for codec in codecs]).T
    return vectors.against(
        {
            "Q_cod": coding_impairment(a1, a2, a3, kbps),
            "O21": audio_quality(Texts.of(list(codecs)), kbps),
        },
        inputs=("codec", "bitrate_kbps"),
    )


def stalling(path: Path) -> Comparison:
    vectors = Vectors(path)
    positions, lengths = (vectors.lists(name) for name in STALLS)
    si = np.array(
        [
            stalling_index(np.array(position), np.array(length), media_s)
            for position, length, media_s in zip(
                positions, lengths, vectors.numbers("duration_s"), strict=True
            )
        ]
    )
    return vectors.against({"SI": si, "O23": 1.0 + 4.0 * si}, inputs=("duration_s", *STALLS))


def session(path: Path) -> Comparison:
    vectors = Vectors(path)
    o21, o22 = vectors.runs("O21_runs"), vectors.runs("O22_runs")
    seconds = [min(len(one), len(other)) for one, other in zip(o21, o22, strict=True)]
    positions, lengths = (vectors.lists(name) for name in STALLS)
    found = integrate(
        Sessions(
            duration_s=Lists.repeat(1.0, np.array(seconds)),
            o22=_end_to_end(o22, seconds),
            o21=_end_to_end(o21, seconds),
            stall_position_s=Lists.of(positions),
            stall_duration_s=Lists.of(lengths),
        )
    )
    return vectors.against(
        {
            "O35_base": found.o35_base,
            "neg_bias": found.negative_bias,
            "n_direction_changes": found.direction_changes,
            "longest_period_s": found.longest_period_s,
            "spread": found.spread,
            "osc_comp": found.oscillation,
            "adapt_comp": found.adaptation,
            "O35": found.o35,
            "SI": found.stalling_index,
            "O23": found.o23,
            "mos_before_linear": 1.0 + (found.o35 - 1.0) * found.stalling_index,
            "O46_no_forest": found.o46,
        },
        inputs=("duration_s", "O21_runs", "O22_runs", *STALLS),
    )


def play_lists(path: Path) -> Comparison:
    cases = read_json(path)
    errors: dict[str, float] = {}
    missed: set[str] = set()
    for case in cases:
        found = playback_of([_entry(each) for each in case["trace"]])
        told = {
            "initial_delay_s": found.initial_delay_s,
            "n_stalls": len(found.stall_duration_s),
            "stall_durations_s": found.stall_duration_s,
            "switch_entries": found.switches,
            "media_s": found.media_s,
            "session_s": found.session_s,
        }
        missed |= set(case["expected"]) - set(told)
        for name in set(case["expected"]) & set(told):
            expected = case["expected"][name]
            alike = np.shape(told[name]) == np.shape(expected)
            error = largest(told[name], expected) if alike else np.inf
            errors[name] = max(errors.get(name, 0.0), error)
    return Comparison(
        vectors=len(cases),
        max_abs_error=dict(sorted(errors.items())),
        not_compared=sorted(missed),
    )


def _entry(told: dict[str, object]) -> TraceEntry:
    return TraceEntry(
        representation=str(told["representationid"]),
        start_s=float(str(told["start"])),
        media_start_s=float(str(told["sstart"])),
        duration_s=float(str(told["duration"])),
        playback_speed=float(str(told["playbackspeed"])),
        stop_reason=str(told["stopreason"]),
    )


def _end_to_end(rows: list[list[float]], counts: list[int]) -> np.ndarray:
    return np.array([x for row, count in zip(rows, counts, strict=True) for x in row[:count]])
