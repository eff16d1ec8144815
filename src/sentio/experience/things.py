"""The one model of things: how far a window meets the requirement that it meets least.

Fulfilment is the least over all requirements, [0, 100]; MOS = 1 + 4 * fulfilment / 100 (ours: the
requirements are the standards', the scale is not). What is not measured is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Texts
from sentio.experience.delivery import MESSAGE_COLUMNS, delivery, lost_ratio
from sentio.experience.models.fulfilment import in_nines, of_share, on_scale, under_ceiling
from sentio.experience.models.p1203_video import video_score
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
    ValueAtMost,
    ValueOnScale,
    profile,
)
from sentio.experience.scoring import Scores
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term

SEVERAL = "several"
PROVISIONAL = "the scale from fulfilment to MOS is ours; only the requirements are standards"


PICTURE_COLUMNS = (
    "stream_bitrate_kbps",
    "stream_fps",
    "stream_width_px",
    "stream_height_px",
)


def thing_service(file: str) -> Service:
    """Make the service model of a requirement profile (``definitions/requirements``)."""
    return service_of(profile(file))


def service_of(wanted: Profile) -> Service:
    """Make the service model of a profile that is already read."""
    return Service(
        name=wanted.name,
        title=wanted.title,
        standard=wanted.standard,
        version=wanted.version,
        subject_kind="thing",
        inputs=tuple(_inputs(wanted)),
        mos=in_terms_of(wanted),
        confidence=wanted.confidence,
        provisional=PROVISIONAL,
        poor_below=wanted.poor_below,
        examples=tuple(
            Example(given=one.given, mos=one.mos, tolerance=one.tolerance, source=one.source)
            for one in wanted.example
        ),
    )


def in_terms_of(wanted: Profile) -> InTerms:
    """Put a profile into terms: how far each of its requirements is met, and the least of them."""
    terms = tuple(_requirements_met(wanted))
    names = tuple(term.name for term in terms)

    def mos(columns: Columns) -> FloatArray:
        return 1.0 + 4.0 * np.minimum.reduce([np.asarray(columns[name]) for name in names])

    return InTerms((*terms, Term(name="mos", reads=names, of=mos)))


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


def _requirements_met(wanted: Profile) -> Iterator[Term]:
    """How far each requirement is met, [0, 1]; all that look at the messages are one term.

    What was not measured is not judged: it stands as met.
    """
    of_messages = [one for one in wanted.requirement if isinstance(one, OfMessages)]
    if wanted.messages and of_messages:
        yield _of_messages(of_messages, wanted.messages)
    for one in wanted.requirement:
        if isinstance(one, PictureAtLeast):
            yield _of_picture(one)
        elif isinstance(one, OfIndicator):
            yield _of_indicator(one)


def _of_messages(required: list[OfMessages], timing: Messages) -> Term:
    def met(columns: Columns) -> FloatArray:
        sent = delivery(timing, columns)
        each = list[FloatArray]()
        for one in required:
            match one:
                case AvailabilityAtLeast():
                    each.append(in_nines(sent.unavailable, allowed_ratio=1.0 - one.at_least))
                case LatencyShare():
                    each.append(of_share(1.0 - sent.late_or_lost, required=one.at_least))
                case ReliabilityAtLeast():
                    each.append(in_nines(sent.late_or_lost, allowed_ratio=1.0 - one.at_least))
                case LossAtMost():
                    each.append(in_nines(lost_ratio(columns), allowed_ratio=one.at_most))
        return np.minimum.reduce(each)

    return Term(name="messages met", reads=MESSAGE_COLUMNS, of=met)


def _of_indicator(one: OfIndicator) -> Term:
    def met(columns: Columns) -> FloatArray:
        value = np.asarray(columns[one.indicator])
        match one:
            case RatioAtMost():
                return in_nines(value, allowed_ratio=one.at_most)
            case ValueAtMost():
                return under_ceiling(value, at_most=one.at_most)
            case ValueOnScale():
                return on_scale(value, bad=one.bad, good=one.good)

    return Term(name=f"{one.indicator} met", reads=(one.indicator,), of=met)


def _of_picture(one: PictureAtLeast) -> Term:
    def met(columns: Columns) -> FloatArray:
        kbps, fps, width, height = (np.asarray(columns[name]) for name in PICTURE_COLUMNS)
        shown = one.nominal_width_px * one.nominal_height_px
        o22 = video_score(kbps, width * height, display_pixels=shown, fps=fps)
        return of_share(o22 - 1.0, required=one.at_least_mos - 1.0)

    return Term(name="picture met", reads=PICTURE_COLUMNS, of=met)


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
