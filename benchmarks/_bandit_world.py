"""Invented worlds in which actions are chosen: the expected reward of every action is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.decision.learning.vocabulary import Range, Vocabulary
from sentio.kernel.arrays import FloatArray, IntArray

FAMILIES = ("shares", "additive", "curved")
ACTIONS = 12
SYMPTOMS = ("overload", "loss", "delay", "interference", "failure", "version")
PLACES = ("device", "ran", "transport", "core", "edge", "application")
KINDS = ("cell", "link", "upf", "edge", "app")
WORDS = Vocabulary(
    numbers={
        "loss_mos": Range(centre=1.0, spread=0.5),
        "probability": Range(centre=0.7, spread=0.2),
        "things_share": Range(centre=0.2, spread=0.2),
        "important_share": Range(centre=0.1, spread=0.1),
    },
    categories={"symptom": SYMPTOMS, "domain": PLACES, "element_kind": KINDS},
    cycles={"hour": 24.0},
    crossed=(("symptom", "loss_mos"), ("symptom", "probability")),
)
MINUTES = 60.0  # that a whole healed loss of one MOS is worth
LOG_SIGMA = 0.25  # of the skewed gain where an action helps
HARM = 0.3  # part of the gain that is lost instead where it does harm
Columns = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One invented truth of a family; the tables are drawn once."""

    family: str
    heals: FloatArray  # (actions, symptoms)
    place: FloatArray  # (actions, places)
    slope: FloatArray  # (actions, columns of WORDS without the crossed)
    bend: FloatArray  # (actions, columns, 3)
    success: FloatArray  # (actions,)
    taste: FloatArray  # (actions, symptoms) what the logging policy believes
    heat: float

    @classmethod
    def drawn(cls, family: str, rng: np.random.Generator) -> World:
        """Draw a truth, and a logging policy that knows part of it."""
        heals = rng.uniform(-0.05, 0.2, (ACTIONS, len(SYMPTOMS)))
        for action in range(ACTIONS):
            best = rng.choice(len(SYMPTOMS), 2, replace=False)
            heals[action, best] = (rng.uniform(0.5, 0.9), rng.uniform(0.3, 0.6))
        width = sum(each for _, each in WORDS.groups[:9])
        return cls(
            family=family,
            heals=heals,
            place=rng.uniform(0.6, 1.2, (ACTIONS, len(PLACES))),
            slope=rng.normal(0.0, 0.12, (ACTIONS, width)),
            bend=rng.normal(0.0, 0.6, (ACTIONS, width, 3)),
            success=rng.uniform(0.9, 0.99, ACTIONS),
            taste=heals + rng.normal(0.0, 0.2, heals.shape),
            heat=float(rng.uniform(3.0, 6.0)),
        )

    def expected(self, columns: Columns) -> FloatArray:
        """Expected reward of every action, shape (rows, actions)."""
        symptom, place = _codes(columns["symptom"], SYMPTOMS), _codes(columns["domain"], PLACES)
        loss, sure = _floats(columns, "loss_mos"), _floats(columns, "probability")
        x = WORDS.design(columns)[:, : self.slope.shape[1]]
        if self.family == "shares":
            share = self.heals[:, symptom].T * self.place[:, place].T
            return MINUTES * (loss * (0.3 + 0.7 * sure))[:, None] * share
        if self.family == "additive":
            return MINUTES * loss[:, None] * (0.3 + self.heals[:, symptom].T + x @ self.slope.T)
        bent = np.tanh(np.einsum("rd,adh->rah", x / np.sqrt(3.0), self.bend)).mean(axis=2)
        return MINUTES * loss[:, None] * (0.35 + 0.45 * bent + 0.3 * self.heals[:, symptom].T)

    def logging(self, columns: Columns) -> FloatArray:
        """Propensities of the policy that wrote the log, shape (rows, actions); none below 0.02."""
        believed = self.taste[:, _codes(columns["symptom"], SYMPTOMS)].T
        part = np.exp(self.heat * (believed - believed.max(axis=1, keepdims=True)))
        part /= part.sum(axis=1, keepdims=True)
        return 0.02 + (1.0 - 0.02 * ACTIONS) * part

    def rewards(self, mean: FloatArray, action: IntArray, rng: np.random.Generator) -> FloatArray:
        """Draw what came of actions with these means, shape (rows,): nothing, much, or harm.

        Where an action helps the gain is lognormal, else nothing or a loss; the mean is exact.
        """
        helps = rng.random(len(mean)) < self.success[action]
        gain = np.exp(LOG_SIGMA * rng.standard_normal(len(mean)) - LOG_SIGMA**2 / 2.0)
        harms = rng.random(len(mean)) < HARM
        chance = self.success[action]
        whole = chance - (1.0 - chance) * HARM * HARM
        return mean / whole * np.where(helps, gain, -HARM * harms * gain)


def contexts(rows: int, rng: np.random.Generator) -> Columns:
    """Draw the circumstances of decisions."""
    symptom = rng.choice(len(SYMPTOMS), rows, p=(0.3, 0.2, 0.15, 0.15, 0.12, 0.08))
    is_usual = rng.random(rows) < 0.5
    place = np.where(is_usual, symptom, rng.integers(0, len(PLACES), rows))
    return {
        "symptom": np.array(SYMPTOMS)[symptom],
        "domain": np.array(PLACES)[place],
        "element_kind": rng.choice(np.array(KINDS), rows),
        "loss_mos": rng.uniform(0.3, 2.0, rows),
        "probability": rng.beta(5.0, 2.0, rows),
        "things_share": rng.beta(1.0, 4.0, rows),
        "important_share": rng.beta(1.0, 9.0, rows),
        "hour": rng.uniform(0.0, 24.0, rows),
    }


def _codes(column: npt.NDArray[np.generic], values: tuple[str, ...]) -> IntArray:
    return np.argmax(column[:, None] == np.array(values)[None, :], axis=1)


def _floats(columns: Columns, name: str) -> FloatArray:
    return np.asarray(columns[name], dtype=np.float64)


def drawn(chances: FloatArray, rng: np.random.Generator) -> IntArray:
    """Draw one action a row, shape (rows,), from probabilities (rows, actions)."""
    edges = np.cumsum(chances, axis=1)
    edges /= edges[:, -1:]
    return np.argmax(rng.random(len(chances))[:, None] < edges, axis=1)
