"""What a policy would have brought: off-policy evaluation of logged decisions."""

from sentio.decision.evaluation.estimators import ESTIMATORS
from sentio.decision.evaluation.evaluate import Valuation, evaluate, evaluate_all
from sentio.decision.evaluation.intervals import INTERVALS
from sentio.decision.evaluation.log import Log
from sentio.decision.evaluation.reward_model import Foretold, foretold
from sentio.decision.evaluation.support import Support, support

__all__ = [
    "ESTIMATORS",
    "INTERVALS",
    "Foretold",
    "Log",
    "Support",
    "Valuation",
    "evaluate",
    "evaluate_all",
    "foretold",
    "support",
]
