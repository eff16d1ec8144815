"""Who felt a degradation: those whose uses were spoilt, not all within its scope."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.awareness.totals import histogram
from sentio.loop.felt import Felt, spared_of

RNG = np.random.default_rng(4)
USUAL = np.clip(RNG.normal(4.2, 0.2, 20_000), 1.0, 4.9)


def table(subject: np.ndarray, mos: np.ndarray) -> pa.Table:
    service = pa.repeat("web", len(mos)).dictionary_encode()
    return pa.table({"subject": subject, "service": service, "mos": mos.astype(np.float32)})


def test_of_uses_of_which_some_fail_only_those_who_failed_felt_it() -> None:
    subject = np.arange(1000)
    failed = RNG.random(1000) < 0.4
    mos = np.where(failed, 1.1, RNG.choice(USUAL, 1000))

    felt = Felt()
    felt.meet(table(subject, mos), {"web": histogram(USUAL)})

    told = np.isin(subject, felt.subjects)
    assert (told == failed).mean() > 0.98
    assert felt.count == len(felt.subjects)


def test_where_all_fall_noticeably_all_felt_it() -> None:
    mos = RNG.choice(USUAL, 500) - 0.9

    felt = Felt()
    felt.meet(table(np.arange(500), mos), {"web": histogram(USUAL)})

    assert felt.count > 480


def test_where_all_fall_less_than_anybody_notices_nobody_felt_it() -> None:
    mos = RNG.choice(USUAL, 500) - 0.1

    felt = Felt()
    felt.meet(table(np.arange(500), mos), {"web": histogram(USUAL)})

    assert felt.count < 25


def test_a_scope_that_always_fared_worse_is_judged_by_its_own_past() -> None:
    poor = np.clip(RNG.normal(3.2, 0.2, 2000), 1.0, 4.9)

    felt = Felt()
    felt.recall(table(np.arange(1000), poor[:1000]), least_mos=3.0)
    felt.meet(table(np.arange(1000), poor[1000:]), {"web": histogram(USUAL)})

    assert felt.count < 80


def test_the_better_a_use_the_likelier_it_was_spared() -> None:
    seen = histogram(np.where(RNG.random(3000) < 0.5, 2.0, RNG.choice(USUAL, 3000)))

    spared = spared_of(histogram(USUAL), seen)

    assert (np.diff(spared[seen > 0]) >= -1e-9).all()
    assert spared[10] < 0.05
    assert spared[32] > 0.9


def test_a_past_that_was_as_bad_is_no_measure() -> None:
    bad = np.full(300, 1.6)

    felt = Felt()
    felt.recall(table(np.arange(300), bad), least_mos=3.0)
    felt.meet(table(np.arange(300), bad), {"web": histogram(USUAL)})

    assert felt.count == 300
