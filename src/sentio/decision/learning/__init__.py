"""What actions bring: beliefs, what outcomes teach, and how much to try."""

from sentio.decision.learning.context import INCIDENTS, Context, context_of
from sentio.decision.learning.effect import Belief, Effect, EffectModel, Lesson, lesson_of
from sentio.decision.learning.exploration import Caution, Choice, choose, propensities
from sentio.decision.learning.learned import LearnedEffects, Memory
from sentio.decision.learning.vocabulary import Range, Vocabulary

__all__ = [
    "INCIDENTS",
    "Belief",
    "Caution",
    "Choice",
    "Context",
    "Effect",
    "EffectModel",
    "LearnedEffects",
    "Lesson",
    "Memory",
    "Range",
    "Vocabulary",
    "choose",
    "context_of",
    "lesson_of",
    "propensities",
]
