"""Who felt it: of all in the scope of a degradation, those whose uses were probably spoilt by it.

Many a fault spoils only some of the uses in its scope. What share it spares shows where scores are
good, and with it how likely a use of a score is one of the spared: the local false discovery rate
(B. Efron, Stat. Sci. 23 (2008) 1-22; the spared share after J. Storey, J. R. Stat. Soc. B 64 (2002)
479-498).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from scipy.optimize import isotonic_regression

from sentio.awareness.totals import BINS, histogram, mos_bins
from sentio.awareness.usual import coded
from sentio.kernel.arrays import FloatArray, IntArray

SERVICE_USES = 30.0  # of its service, that weigh as much as what the scope itself showed before
SMOOTH_USES = 8.0  # as usual, added to those seen
LEAST = 1e-9  # that a doubt may be
LIKELY = 0.5  # from which somebody counts as touched
NOTICED_MOS = 0.3  # the least loss that a customer notices
GOOD = 0.3  # of the usual uses at least, the best of them: there the spared show


@dataclass(slots=True)
class Felt:
    """Whom a degradation met, in order, and how likely each was spared.

    ``before`` and ``seen`` count the scores in its scope by service, before it began and since.
    """

    who: list[int] = field(default_factory=list[int])
    spared: list[float] = field(default_factory=list[float])
    before: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    seen: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    @property
    def subjects(self) -> list[int]:
        """Those who probably felt it, in order."""
        who, spared = np.array(self.who, dtype=np.int64), np.array(self.spared)
        return who[spared < LIKELY].tolist()

    @property
    def count(self) -> int:
        """How many probably felt it."""
        return int((np.array(self.spared) < LIKELY).sum())

    def recall(self, uses: pa.Table, *, least_mos: float) -> None:
        """Take in uses within the scope before it began, unless it fared as badly even then."""
        known = _by_service(uses)
        if known and float(np.concatenate([mos for _, _, mos in known]).mean()) >= least_mos:
            self.before = {service: histogram(mos).tolist() for service, _, mos in known}

    def meet(self, uses: pa.Table, usual: Mapping[str, FloatArray]) -> None:
        """Take in uses within the scope: columns ``subject``, ``service`` and ``mos``.

        ``usual`` is the MOS histogram of each whole service.
        """
        who, spared = [np.array(self.who, dtype=np.int64)], [np.array(self.spared)]
        for service, subject, mos in _by_service(uses):
            seen = np.array(self.seen.get(service, [0.0] * BINS)) + histogram(mos)
            self.seen[service] = seen.tolist()
            wide = usual.get(service, np.ones(BINS))
            before = np.array(self.before.get(service, [0.0] * BINS))
            before = before + SERVICE_USES * wide / max(float(wide.sum()), 1.0)
            who.append(subject)
            spared.append(spared_of(before, seen)[mos_bins(mos)])
        everyone, at = np.unique(np.concatenate(who), return_inverse=True)
        logs = np.log(np.maximum(np.concatenate(spared), LEAST))
        self.who = everyone.tolist()
        self.spared = np.exp(np.bincount(at, logs, len(everyone))).tolist()


def spared_of(usual: FloatArray, seen: FloatArray) -> FloatArray:
    """Give the probability that a use of a score was spared, shape (bins,), from two histograms.

    The better the score, the likelier; where none was seen it tells nothing.
    """
    usual = (usual + 1e-3) / (usual + 1e-3).sum()
    seen = (seen + SMOOTH_USES * usual) / (seen.sum() + SMOOTH_USES)
    good = np.cumsum(usual[::-1])[::-1] - usual < GOOD
    share = min(float(seen[good].sum() / usual[good].sum()), 1.0)
    ratio = np.minimum(share * usual / seen, 1.0)
    spared = np.clip(isotonic_regression(ratio, weights=seen + usual).x, 0.0, 1.0)
    return np.where(_lost(usual, seen) < NOTICED_MOS, 1.0, spared)


def _lost(usual: FloatArray, seen: FloatArray) -> FloatArray:
    """Give what a use of each score lost, in MOS: the order of uses is as it would have been."""
    rank = np.cumsum(seen) - seen / 2.0
    usual_rank = np.cumsum(usual) - usual / 2.0
    return (np.interp(rank, usual_rank, np.arange(BINS)) - np.arange(BINS)) / 10.0


def _by_service(uses: pa.Table) -> list[tuple[str, IntArray, FloatArray]]:
    if not uses.num_rows:
        return []
    mos = uses.column("mos").to_numpy().astype(np.float64)
    subject = uses.column("subject").to_numpy().astype(np.int64)
    codes, services = coded(uses, "service")
    found: list[tuple[str, IntArray, FloatArray]] = []
    for code, service in enumerate(services):
        here = (codes == code) & np.isfinite(mos)
        if here.any():
            found.append((service, subject[here], mos[here]))
    return found
