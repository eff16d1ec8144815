"""The one model of things: how far a window meets the requirement that it meets least.

Fulfilment is the least over all requirements, [0, 100]; MOS = 1 + 4 * fulfilment / 100 (ours: the
requirements are the standards', the scale is not). What is not measured is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.experience.columns import BoolArray, Columns, FloatArray, Lists, Texts
from sentio.experience.models.availability import in_time, service_availability
from sentio.experience.models.fulfilment import in_nines, of_share, on_scale, under_ceiling
from sentio.experience.models.p1203_video import video_quality
from sentio.experience.requirements import (
    AvailabilityAtLeast,
    LatencyShare,
    LossAtMost,
    Messages,
    OfIndicator,
    OfMessages,
    PictureAtLeast,
    Profile,
    RatioAtMost,
    ReliabilityAtLeast,
    Span,
    ValueAtMost,
    ValueOnScale,
    profile,
)
from sentio.experience.scoring import Scores
from sentio.experience.service import Example, Input, Service

SEVERAL = "several"
PROVISIONAL = "the scale from fulfilment to MOS is ours; only the requirements are standards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of the messages of each row: shares of them, shape (rows,), [0, 1]."""

    late_or_lost: FloatArray
    lost: FloatArray
    unavailable: FloatArray


def thing_service(file: str) -> Service:
    """Make the service model of a requirement profile (``definitions/requirements``)."""
    return service_of(profile(file))


def service_of(wanted: Profile) -> Service:
    """Make the service model of a profile that is already read."""

    def mos(columns: Columns) -> FloatArray:
        return 1.0 + 4.0 * fulfilment(wanted, columns) / 100.0

    return Service(
        name=wanted.name,
        title=wanted.title,
        standard=wanted.standard,
        version=wanted.version,
        subject_kind="thing",
        inputs=tuple(_inputs(wanted)),
        mos=mos,
        confidence=wanted.confidence,
        provisional=PROVISIONAL,
        poor_below=wanted.poor_below,
        examples=tuple(
            Example(given=one.given, mos=one.mos, tolerance=one.tolerance, source=one.source)
            for one in wanted.example
        ),
    )


def fulfilment(wanted: Profile, columns: Columns) -> FloatArray:
    """Fulfilment of each row, [0, 100]: the least over the requirements that were measured."""
    return 100.0 * np.minimum.reduce(list(requirements_met(wanted, columns).values()))


def requirements_met(wanted: Profile, columns: Columns) -> dict[str, FloatArray]:
    """How far each requirement is met, by its kind or indicator: shape (rows,), [0, 1].

    What was not measured is not judged: it stands as met.
    """
    sent = wanted.messages and delivery(wanted.messages, columns)
    met: dict[str, FloatArray] = {}
    for one in wanted.requirement:
        if isinstance(one, OfMessages):
            assert sent is not None  # the profile was checked for it  # noqa: S101
            met[one.kind] = _of_messages(one, sent)
        elif isinstance(one, PictureAtLeast):
            met[one.kind] = _of_picture(one, columns)
        else:
            met[one.indicator] = _of_indicator(one, _numbers(columns, one.indicator))
    return met


def limiting(service: Service, scores: Scores) -> Texts:
    """Name the requirement that limits each row: the driver whose return to nominal gains most.

    Code -1 where nothing is lost; `SEVERAL` where requirements fail equally badly, so that the
    return of one alone gains nothing.
    """
    names = tuple(wanted.name for wanted in service.inputs if wanted.is_driver)
    gains = np.array([scores.loss[name] for name in names])
    codes, gained = gains.argmax(axis=0), gains.max(axis=0, initial=0.0)
    is_full = np.isnan(scores.mos) | (scores.mos >= 5.0 - 1e-9)
    codes = np.where(gained > 0.0, codes, np.where(is_full, -1, len(names)))
    return Texts(codes.astype(np.int32), (*names, SEVERAL))


def delivery(timing: Messages, columns: Columns) -> Delivery:
    """Judge the messages of each row: from their latencies, or where there are none from counts."""
    latency_ms = columns["message_latency_ms"]
    assert isinstance(latency_ms, Lists)  # its shape in the catalogue  # noqa: S101
    interval_ms = _numbers(columns, "transfer_interval_ms")
    interval_ms = np.where(interval_ms > 0.0, interval_ms, timing.transfer_interval_ms)
    survival_ms = _span_ms(timing.survival_time, interval_ms)
    good = in_time(latency_ms, _span_ms(timing.latency_limit, interval_ms))
    up = service_availability(
        good,
        latency_ms.offsets,
        transfer_interval_ms=interval_ms,
        survival_time_ms=survival_ms,
    )
    listed = latency_ms.counts
    with np.errstate(invalid="ignore"):
        late_or_lost = up.missed / listed
        lost = _count(np.isnan(latency_ms.values), latency_ms) / listed
    counted = _lost_by_count(columns)
    # Only the mean is known: as if the losses were independent (TS 22.104 table 5.1-1).
    survivals = np.floor(survival_ms / interval_ms + 1e-9)
    return Delivery(
        late_or_lost=np.where(listed > 0, late_or_lost, counted),
        lost=np.where(listed > 0, lost, counted),
        unavailable=np.where(listed > 0, 1.0 - up.availability, counted ** (survivals + 1.0)),
    )


def _of_messages(one: OfMessages, sent: Delivery) -> FloatArray:
    match one:
        case AvailabilityAtLeast():
            return in_nines(sent.unavailable, allowed_ratio=1.0 - one.at_least)
        case LatencyShare():
            return of_share(1.0 - sent.late_or_lost, required=one.at_least)
        case ReliabilityAtLeast():
            return in_nines(sent.late_or_lost, allowed_ratio=1.0 - one.at_least)
        case LossAtMost():
            return in_nines(sent.lost, allowed_ratio=one.at_most)


def _of_indicator(one: OfIndicator, value: FloatArray) -> FloatArray:
    match one:
        case RatioAtMost():
            return in_nines(value, allowed_ratio=one.at_most)
        case ValueAtMost():
            return under_ceiling(value, at_most=one.at_most)
        case ValueOnScale():
            return on_scale(value, bad=one.bad, good=one.good)


def _of_picture(one: PictureAtLeast, columns: Columns) -> FloatArray:
    quality = video_quality(
        _numbers(columns, "stream_bitrate_kbps"),
        _numbers(columns, "stream_width_px") * _numbers(columns, "stream_height_px"),
        display_pixels=one.nominal_width_px * one.nominal_height_px,
        fps=_numbers(columns, "stream_fps"),
    )
    return of_share(quality.o22 - 1.0, required=one.at_least_mos - 1.0)


def _lost_by_count(columns: Columns) -> FloatArray:
    due, lost = _numbers(columns, "message_count"), _numbers(columns, "lost_count")
    # Losses out of an unknown number: one message at least is taken to have come.
    return lost / np.where(due > 0.0, np.maximum(due, lost), lost + 1.0)


def _count(is_so: BoolArray, lists: Lists) -> FloatArray:
    before = np.concatenate([[0], np.cumsum(is_so)])
    return (before[lists.offsets[1:]] - before[lists.offsets[:-1]]).astype(np.float64)


def _span_ms(span: Span, interval_ms: FloatArray) -> FloatArray:
    if span.intervals is not None:
        return span.intervals * interval_ms
    return np.full(len(interval_ms), span.ms)


def _numbers(columns: Columns, name: str) -> FloatArray:
    return np.asarray(columns[name], dtype=np.float64)


def _inputs(wanted: Profile) -> list[Input]:
    found = _message_inputs(wanted.messages) if wanted.messages else []
    for one in wanted.requirement:
        if isinstance(one, PictureAtLeast):
            found += _picture_inputs(one)
        elif isinstance(one, OfIndicator):
            found.append(
                Input(name=one.indicator, nominal=_nominal(one), need="either", weight=one.weight)
            )
    return found


def _message_inputs(timing: Messages) -> list[Input]:
    interval_ms = timing.transfer_interval_ms
    return [
        Input(
            name="message_latency_ms",
            nominal=0.0,  # in time whatever the record's own interval is
            assumed=(),
            need="either",
            weight=timing.weight,
        ),
        Input(name="lost_count", nominal=0.0, need="either", weight=0.0),
        Input(name="message_count", nominal=0.0, weight=0.0, is_driver=False),
        Input(name="transfer_interval_ms", nominal=interval_ms, weight=0.05, is_driver=False),
    ]


def _picture_inputs(one: PictureAtLeast) -> list[Input]:
    less = one.weight / 6.0
    return [
        Input(
            name="stream_bitrate_kbps",
            nominal=one.nominal_bitrate_kbps,
            need="either",
            weight=one.weight,
        ),
        Input(name="stream_fps", nominal=one.nominal_fps, weight=less),
        Input(name="stream_width_px", nominal=one.nominal_width_px, weight=less, is_driver=False),
        Input(name="stream_height_px", nominal=one.nominal_height_px, weight=less, is_driver=False),
    ]


def _nominal(one: OfIndicator) -> float:
    return one.good if isinstance(one, ValueOnScale) else 0.0
