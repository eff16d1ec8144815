"""What is worked out from an answer's columns afterwards: quantiles of MOS, counts of subjects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.store.cube import BINS, MOS_BINS, POOR_SUBJECTS, SUBJECTS
from sentio.store.sketch import estimate

QUANTILES = {"mos_p10": 0.1, "mos_p50": 0.5, "mos_p90": 0.9}
BIN_MOS = 4.0 / BINS


def quantile(bins: npt.NDArray[np.int64], share: float) -> npt.NDArray[np.float64]:
    """Read a quantile of MOS off its histogram.

    The true quantile lies in the same bin, so that the error is below 0.1 MOS.

    Parameters
    ----------
    bins
        int64, shape (rows, 40): uses per bin of 0.1 MOS from 1 up.
    share
        Share of the uses at or below the wanted MOS, in (0, 1).

    Returns
    -------
    mos
        float64, shape (rows,); NaN where there are no uses.

    Examples
    --------
    >>> one_bin = np.zeros((1, 40), dtype=np.int64)
    >>> one_bin[0, 20] = 8  # eight uses in [3.0, 3.1)
    >>> quantile(one_bin, 0.5).round(3).tolist()
    [3.05]
    """
    below = np.cumsum(bins, axis=1)
    n = below[:, -1]
    wanted = share * n
    found = np.minimum((below < wanted[:, None]).sum(axis=1), BINS - 1)
    rows = np.arange(len(bins))
    inside = bins[rows, found]
    before = below[rows, found] - inside
    part = (wanted - before) / np.maximum(inside, 1)
    return np.where(n > 0, 1.0 + BIN_MOS * (found + part), np.nan)


def with_quantiles(answer: pa.Table) -> pa.Table:
    """Add the tenth, fiftieth and ninetieth percentile of MOS to an answer that has the bins."""
    bins = _matrix(answer, MOS_BINS)
    for name, share in QUANTILES.items():
        answer = answer.append_column(name, pa.array(quantile(bins, share), from_pandas=True))
    return answer


def with_quantiles_only(answer: pa.Table) -> pa.Table:
    """Put the percentiles in the place of the bins."""
    return with_quantiles(answer).drop_columns(list(MOS_BINS))


def with_subjects(answer: pa.Table) -> pa.Table:
    """Put the estimated counts ``subjects`` and ``poor_subjects`` in the place of the sketches."""
    everyone = estimate(_matrix(answer, SUBJECTS))
    poor = np.minimum(estimate(_matrix(answer, POOR_SUBJECTS)), everyone)
    answer = answer.drop_columns([*SUBJECTS, *POOR_SUBJECTS])
    if not answer.num_columns:
        return pa.table({"subjects": everyone, "poor_subjects": poor})
    answer = answer.append_column("subjects", pa.array(everyone))
    return answer.append_column("poor_subjects", pa.array(poor))


def _matrix(answer: pa.Table, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
    columns = [answer.column(name).fill_null(0).to_numpy() for name in names]
    return np.stack(columns, axis=1).astype(np.int64, copy=False)
