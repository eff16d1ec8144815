"""Vectors of the models that score people: voice, cloud gaming, video telephony."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from _comparison import Comparison, Vectors
from sentio.experience.models.emodel import Connection, mos_from_r, rating
from sentio.experience.models.emodel_fb import (
    SCALE,
    absolute_delay,
    fullband_equipment,
    fullband_mos,
    fullband_rating,
)
from sentio.experience.models.g1070 import SETS, video_rating
from sentio.experience.models.g1072 import CLASSES, GamingUse, gaming_rating
from sentio.experience.models.g1072 import mos_from_r as gaming_mos


def emodel_nb(path: Path) -> Comparison:
    vectors = Vectors(path)
    found = rating(
        Connection.over_ip(
            vectors.numbers("Ta_ms"),
            ie=vectors.numbers("Ie"),
            bpl=vectors.numbers("Bpl"),
            ppl_percent=vectors.numbers("Ppl_pct"),
            burst_r=vectors.numbers("BurstR"),
        )
    )
    return vectors.against(
        {
            "Ro": found.ro,
            "Is": found.simultaneous,
            "Idte": found.idte,
            "Idle": found.idle,
            "Idd": found.idd,
            "Ie_eff": found.ie_eff,
            "R": found.r,
            "MOS": mos_from_r(found.r),
        },
        inputs=("codec", "Ie", "Bpl", "Ta_ms", "Ppl_pct", "BurstR"),
    )


def emodel_fb(path: Path) -> Comparison:
    vectors = Vectors(path)
    ie, bpl = vectors.numbers("Ie_fb"), vectors.numbers("Bpl")
    ta_ms, ppl_percent = vectors.numbers("Ta_ms"), vectors.numbers("Ppl_pct")
    r = fullband_rating(ta_ms, ppl_percent=ppl_percent, ie=ie, bpl=bpl)
    return vectors.against(
        {
            "Idd_fb": SCALE * absolute_delay(ta_ms),
            "Ie_eff_fb": fullband_equipment(ie, bpl, ppl_percent=ppl_percent),
            "R_fb": r,
            "Rx": r / SCALE,
            "MOS": fullband_mos(r),
        },
        inputs=("Ie_fb", "Bpl", "Ta_ms", "Ppl_pct"),
    )


def g1072(path: Path) -> Comparison:
    vectors = Vectors(path)
    found = gaming_rating(
        GamingUse(
            bitrate_mbps=vectors.numbers("bitrate_mbps"),
            pixels=vectors.numbers("width") * vectors.numbers("height"),
            fps=vectors.numbers("fps"),
            rtt_ms=vectors.numbers("delay_rtt_ms"),
            frame_loss_ratio=vectors.numbers("loss_freezing_fraction"),
            slice_loss_ratio=vectors.numbers("loss_slicing_fraction"),
            interaction_class=_classes(vectors, "interaction_class"),
            video_class=_classes(vectors, "video_class"),
        )
    )
    return vectors.against(
        {
            "FLR": found.frame_loss_rate_percent,
            "I_codn": found.coding,
            "I_tras": found.transmission,
            "I_tvq": found.video_frame,
            "I_frame": found.frame,
            "I_inp": found.interaction,
            "R": found.r,
            "MOS": found.mos,
            "MOS_delay_only": gaming_mos(100.0 - found.interaction),
            "MOS_frameloss_only": gaming_mos(100.0 - found.frame),
        },
        inputs=(
            "bitrate_mbps",
            "width",
            "height",
            "fps",
            "delay_rtt_ms",
            "loss_freezing_fraction",
            "loss_slicing_fraction",
            "interaction_class",
            "video_class",
            "form_cross_checked",
        ),
    )


def g1070(path: Path) -> Comparison:
    vectors = Vectors(path)
    names = ("Ofr", "IOfr", "DFr", "Icoding", "DPpl", "Vq")
    found = {name: np.full(len(vectors.rows), np.nan) for name in names}
    kbps, fps = vectors.numbers("Br_kbps"), vectors.numbers("Fr_fps")
    ppl_percent, sets = vectors.numbers("Ppl_pct"), vectors.numbers("set")
    for number in SETS:
        rows = sets == number
        one = video_rating(
            kbps[rows], fps[rows], ppl_percent=ppl_percent[rows], coefficients=number
        )
        terms = (
            one.best_fps,
            one.best_quality,
            one.fps_tolerance,
            one.coding,
            one.loss_robustness_percent,
            one.vq,
        )
        for name, term in zip(names, terms, strict=True):
            found[name][rows] = term
    return vectors.against(found, inputs=("set_name", "set", "Br_kbps", "Fr_fps", "Ppl_pct"))


def defaults() -> dict[str, float]:
    """Give the E-model of a connection with every parameter at its default."""
    found = rating(Connection())
    return {
        "R": float(found.r),
        "MOS": float(mos_from_r(found.r)),
        "Ro": float(found.ro),
        "Is": float(found.simultaneous),
        "Id": float(found.idte + found.idle + found.idd),
    }


def _classes(vectors: Vectors, name: str) -> np.ndarray:
    return np.array([CLASSES.index(each.lower()) for each in vectors.texts(name)])
