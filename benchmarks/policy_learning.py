"""Claim: from 2,000 logged decisions a policy is learned that brings nearly all that can be had.

And what a policy would bring is told from the log of another, with an honest interval.

Worlds are invented whose truth is known: twelve actions, circumstances of eight columns, rewards
that are noisy and skewed, a logging policy whose propensities vary; three families, of which one is
not of the kind that the model is. ``--data`` judges logged decisions of one's own instead: a CSV
with ``action``, ``reward``, ``propensity`` and the circumstances in all other columns (numbers, or
texts as categories); the policy judged is the one learned from one half, on the other half.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pyarrow import csv

from _bandit_world import ACTIONS, FAMILIES, WORDS, World, contexts, drawn
from _report import arguments, report
from sentio.decision.evaluation.evaluate import LEVEL, evaluate_all
from sentio.decision.evaluation.log import Log
from sentio.decision.evaluation.reward_model import foretold
from sentio.decision.learning.vocabulary import Range, Vocabulary

LOGGED = 2_000
FRESH = 20_000  # circumstances on which values are worked out exactly
SOFT = 0.1  # of the policy judged is spread over all actions
NAMES = tuple(f"action-{i}" for i in range(ACTIONS))


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=150, help="worlds and logs drawn")
    parser.add_argument("--data", type=Path, help="a CSV of logged decisions, or a folder of them")
    given = parser.parse_args()
    if given.data:
        report(_own(given.data), as_json=given.json)
        return
    rows = []
    for at in range(given.worlds):
        rows.append(_one(FAMILIES[at % len(FAMILIES)], np.random.default_rng([given.seed, at])))
        if at % 30 == 29:
            print(f"{at + 1} worlds", file=sys.stderr, flush=True)
    report(_figures(rows), as_json=given.json)


def _one(family: str, rng: np.random.Generator) -> dict[str, object]:
    """Draw a world and two logs of it: one to learn a policy from, one to judge it by."""
    world = World.drawn(family, rng)
    learned = foretold(_logged(world, rng)).whole
    fresh = contexts(FRESH, rng)
    truth, x = world.expected(fresh), WORDS.design(fresh)
    best = np.argmax(learned.mean(x), axis=1)
    rows = np.arange(FRESH)
    logging = float((world.logging(fresh) * truth).sum(axis=1).mean())
    oracle = float(truth.max(axis=1).mean())
    value = float(((1.0 - SOFT) * truth[rows, best] + SOFT * truth.mean(axis=1)).mean())
    log = _logged(world, rng)
    target = np.full((LOGGED, ACTIONS), SOFT / ACTIONS)
    target[np.arange(LOGGED), np.argmax(learned.mean(log.x), axis=1)] += 1.0 - SOFT
    judged = evaluate_all(log, target, level=LEVEL)
    return {
        "family": family,
        "to_oracle": float(truth[rows, best].mean()) / oracle,
        "logging_to_oracle": logging / oracle,
        "ess": judged["dr"].support.ess,
        "judged": {
            name: None
            if each.value is None
            else (
                abs(each.value.mean - value) / abs(value),
                each.value.low <= value <= each.value.high,
            )
            for name, each in judged.items()
        },
    }


def _logged(world: World, rng: np.random.Generator) -> Log:
    columns = contexts(LOGGED, rng)
    chances = world.logging(columns)
    action = drawn(chances, rng)
    at = np.arange(LOGGED)
    mean = world.expected(columns)[at, action]
    return Log(
        x=WORDS.design(columns),
        action=action,
        propensity=chances[at, action],
        reward=world.rewards(mean, action, rng),
        actions=NAMES,
        groups=tuple(width for _, width in WORDS.groups),
    )


def _figures(rows: list[dict]) -> dict[str, object]:
    by_name = {
        name: [row["judged"][name] for row in rows if row["judged"][name] is not None]
        for name in rows[0]["judged"]
    }
    ratio = np.array([row["to_oracle"] for row in rows])
    return {
        "value_to_oracle": float(ratio.mean()),
        "value_to_oracle_worst": float(ratio.min()),
        "logging_to_oracle": float(np.mean([row["logging_to_oracle"] for row in rows])),
        "dr_error": float(np.mean([error for error, _ in by_name["dr"]])),
        "coverage": float(np.mean([inside for _, inside in by_name["dr"]])),
        "level": LEVEL,
        "decisions": LOGGED,
        "worlds": len(rows),
        "refused": sum(row["judged"]["dr"] is None for row in rows),
        "ess": float(np.mean([row["ess"] for row in rows])),
        "estimators": {
            name: {
                "error": float(np.mean([error for error, _ in found])),
                "coverage": float(np.mean([inside for _, inside in found])),
            }
            for name, found in by_name.items()
            if found
        },
        "by_family": {
            family: float(np.mean([r["to_oracle"] for r in rows if r["family"] == family]))
            for family in FAMILIES
        },
    }


def _own(path: Path) -> dict[str, object]:
    """Learn a policy from one half of some logged decisions, and judge it by the other."""
    found: dict[str, object] = {}
    for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        log = _read(file)
        halves = [log.of(np.arange(first, len(log), 2)) for first in (0, 1)]
        learned = foretold(halves[0]).whole
        count = len(log.actions)
        target = np.full((len(halves[1]), count), SOFT / count)
        best = np.argmax(learned.mean(halves[1].x), axis=1)
        target[np.arange(len(target)), best] += 1.0 - SOFT
        found[file.name] = {
            "rows": len(log),
            "reward_logged": float(halves[1].reward.mean()),
            **{
                name: [each.value.low, each.value.mean, each.value.high]
                if each.value
                else list(each.support.reasons)
                for name, each in evaluate_all(halves[1], target).items()
            },
        }
    return found


def _read(file: Path) -> Log:
    table = csv.read_csv(file)
    own = {"action", "reward", "propensity"}
    columns = {n: table.column(n).to_numpy(zero_copy_only=False) for n in table.column_names}
    numbers = {
        n: Range(centre=float(np.nanmean(c)), spread=max(float(np.nanstd(c)), 1e-9))
        for n, c in columns.items()
        if n not in own and c.dtype.kind in "fiu"
    }
    texts = {n: c for n, c in columns.items() if n not in own and n not in numbers}
    words = Vocabulary(
        numbers=numbers,
        categories={n: tuple(sorted({str(each) for each in c})) for n, c in texts.items()},
    )
    given = {n: c.astype(str) if n in texts else c for n, c in columns.items() if n not in own}
    names = sorted({str(each) for each in columns["action"]})
    return Log(
        x=words.design(given or {"": np.zeros(table.num_rows)}),
        action=np.array([names.index(str(each)) for each in columns["action"]]),
        propensity=columns["propensity"].astype(np.float64),
        reward=columns["reward"].astype(np.float64),
        actions=tuple(names),
        groups=tuple(width for _, width in words.groups),
    )


if __name__ == "__main__":
    main()
