"""The circumstances of a decision, as numbers and categories by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sentio.decision.learning.vocabulary import Range, Vocabulary
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.model.domain import DOMAINS

NS_PER_HOUR, HOURS = 3_600_000_000_000, 24
LEAST_LOSS_MOS = 0.1  # an effect is told as a share of the loss, and of nothing there is no share


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known when an action is chosen; what a vocabulary does not name is passed over."""

    numbers: Mapping[str, float] = field(default_factory=dict[str, float])
    categories: Mapping[str, str] = field(default_factory=dict[str, str])


def context_of(degradation: Degradation, diagnosis: Diagnosis, *, at_ns: int) -> Context:
    """Tell the circumstances of a degradation by the words of `INCIDENTS`.

    Where the diagnosis abstains the categories are empty, and what was learned of all incidents
    speaks. Hours are those of UTC.
    """
    cause, impact = diagnosis.cause, diagnosis.impact
    subjects = max(impact.users + impact.things, 1)
    named = {} if cause is None else _categories(cause.kind, cause.domain, cause.element_kind)
    return Context(
        numbers={
            "loss_mos": max(degradation.mos_usual - degradation.mos_seen, LEAST_LOSS_MOS),
            "log10_subjects": math.log10(subjects),
            "things_share": impact.things / subjects,
            "important_share": min(impact.important / subjects, 1.0),
            "probability": 0.0 if cause is None else cause.probability,
            "hour": at_ns % (HOURS * NS_PER_HOUR) / NS_PER_HOUR,
        },
        categories=named,
    )


def _categories(symptom: str, domain: str, element_kind: str) -> dict[str, str]:
    return {"symptom": symptom, "domain": domain, "element_kind": element_kind}


SYMPTOMS = (
    "overload",
    "loss",
    "delay",
    "interference",
    "coverage",
    "failure",
    "configuration",
    "version",
    "maintenance",
)
ELEMENTS = ("cell", "gnb", "link", "ring", "router", "upf", "edge", "server", "app", "device_model")

INCIDENTS = Vocabulary(
    numbers={
        "loss_mos": Range(centre=0.8, spread=0.6),
        "log10_subjects": Range(centre=2.0, spread=1.0),
        "things_share": Range(centre=0.2, spread=0.3),
        "important_share": Range(centre=0.1, spread=0.2),
        "probability": Range(centre=0.7, spread=0.25),
    },
    categories={"symptom": SYMPTOMS, "domain": DOMAINS, "element_kind": ELEMENTS},
    cycles={"hour": float(HOURS)},
    scale="loss_mos",
)
"""The words for incidents of the network: an effect is learned as the share of the lost MOS that
an action gives back."""
