"""What a failed or broken-off use does to a score: nobody enjoys a call that never came about.

ETSI TR 103 559 weighs failure to set up (0.31) and drops (0.38) above all quality in the voice
score; so a use that failed or was cut off scores 1, and a share of successes the mean of both.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.service import Input

SUCCEEDED = Input(name="is_success", nominal=1.0, weight=0.02)
RETAINED = Input(name="is_retained", nominal=1.0, weight=0.02)


def given_outcome(mos: FloatArray, columns: Columns, *outcomes: str) -> FloatArray:
    """Expect 1 where a use failed and the model's MOS where it did not, shape (rows,).

    Parameters
    ----------
    outcomes
        Names of columns in [0, 1], such as ``is_success`` and ``is_retained``.
    """
    better = mos - 1.0
    for name in outcomes:
        better *= np.asarray(columns[name])
    return np.clip(better + 1.0, 1.0, 5.0, out=better)
