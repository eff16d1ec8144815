"""Claim: what a domain cannot heal alone, others carry until it is well, and nothing flaps.

In a small city something breaks physically, at different hours: a ring without a way round, a link,
a router, an edge host. The same hours are played three times from the same seed: nobody acts, each
domain acts by itself, the controller above them acts as well. What a use loses is its MOS below
that of the same use where nothing broke; what others lose by it counts as well.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from _report import arguments, report
from sentio.lab.faults.truth import Fault
from sentio.lab.operator.scale import Scale
from sentio.lab.physics.scene import play
from sentio.lab.uses.batches import batches_of
from sentio.loop.scored import scored_uses
from sentio.model.plan import Outcome, Plan
from sentio.testing.domain_city import PERIOD_NS, City

WAYS = ("nobody", "each_alone", "controller")
KINDS = ("ring_cut", "link_cut", "dead_router", "dead_edge")
HOURS = (7, 10, 13, 18)
CALM, AFTER = 13, 12  # periods before it breaks, and after it is repaired
FAULT_MIN = 120.0
USE_MIN = 5.0
RESTORED = 0.5  # of what was lost, from which its uses count as restored
WELL_MOS = 0.25  # below the usual, that counts as well


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--cells", type=int, default=48)
    parser.add_argument("--users", type=int, default=8000)
    parser.add_argument("--things", type=int, default=800)
    given = parser.parse_args()
    rows = [case(given, at) for at in range(given.cases)]
    report({**figures(rows), "rows": rows}, as_json=given.json)


def figures(rows: list[dict]) -> dict[str, object]:
    lost = {way: sum(row["lost_min"][way] for row in rows) for way in WAYS}
    healed = [row for row in rows if row["time_to_restore_s"] is not None]
    return {
        "restored_share": 1.0 - lost["controller"] / lost["nobody"],
        "restored_share_alone": 1.0 - lost["each_alone"] / lost["nobody"],
        "time_to_restore_s": float(np.median([row["time_to_restore_s"] for row in healed])),
        "restored_cases": len(healed) / len(rows),
        "returned": sum(row["returned"] for row in rows) / max(sum(row["left"] for row in rows), 1),
        "flaps": sum(row["flaps"] for row in rows),
        "useless_actions": sum(row["useless"] for row in rows),
        "actions": sum(row["actions"] for row in rows),
        "lost_minutes": lost,
        "by_kind": {
            kind: 1.0
            - sum(row["lost_min"]["controller"] for row in rows if row["kind"] == kind)
            / max(sum(row["lost_min"]["nobody"] for row in rows if row["kind"] == kind), 1e-9)
            for kind in KINDS
            if any(row["kind"] == kind for row in rows)
        },
    }


def case(given, at: int) -> dict:
    """Play one fault in all three ways."""
    kind, hour = KINDS[at % len(KINDS)], HOURS[(at // len(KINDS) + at) % len(HOURS)]
    seed = 1000 * given.seed + at
    lost, found = {}, {}
    for way in WAYS:
        lost[way], found[way] = played(given, kind, hour, seed, way)
    row = {"kind": kind, "hour": hour, **found["controller"], "lost_min": lost}
    print(f"case {at + 1}: {row}", file=sys.stderr)
    return row


def played(given, kind: str, hour: int, seed: int, way: str) -> tuple[float, dict]:
    """Play the hours of a fault; gives the minutes lost and what was done."""
    city = City(
        seed=seed,
        hour=hour,
        acts=way != "nobody",
        scale=Scale(cells=given.cells, users=given.users, things=given.things),
        has_controller=way == "controller",
    )
    city.run(CALM)
    fault = city.operator.break_where_felt(kind, severity=0.6, minutes=FAULT_MIN)
    lost, restored_s, whole = 0.0, None, 0.0
    periods = round(FAULT_MIN * 60e9 / PERIOD_NS) + AFTER
    for n in range(periods):
        city.step()
        all_lost, here = losses(city, fault)
        lost += USE_MIN * all_lost
        whole = max(whole, here)
        is_on = (n + 1) * PERIOD_NS < FAULT_MIN * 60e9
        if restored_s is None and is_on and n and here < RESTORED * whole:
            restored_s = n * PERIOD_NS // 1_000_000_000
    return lost, {"element": fault.element, "time_to_restore_s": restored_s, **done(city)}


def losses(city: City, fault: Fault) -> tuple[float, float]:
    """Tell how many uses of the period were lost (four MOS make one), and the mean over the fault.

    Each use is held against itself where nothing broke and nothing was changed.
    """
    operator = city.operator
    assert operator.last
    scene, now = operator.last
    healthy = play(scene, ())
    total, here, n = 0.0, 0.0, 0
    as_it_is, as_it_would = (_mos(city, scene.draw, each) for each in (now, healthy))
    for service, mos in as_it_is.items():
        fall = np.maximum(as_it_would[service] - mos, 0.0)
        total += float(fall.sum()) / 4.0
        inside = _inside(city, fault, service, healthy)
        here, n = here + float(fall[inside].sum()), n + int(inside.sum())
    return total, here / max(n, 1)


def _mos(city: City, draw, each) -> Mapping[str, np.ndarray]:
    rows = {name: np.arange(span.start, span.stop) for name, span in each.spans.items()}
    batches = batches_of(city.operator.estate, draw, each, rows, np.zeros(len(draw), np.int64))
    return {
        name: np.asarray(scored_uses(name, batch, city.topology).column("mos"))
        for name, batch in batches.items()
    }


def _inside(city: City, fault: Fault, service: str, healthy) -> np.ndarray:
    code = city.operator.estate.code(fault.element_kind, fault.element)
    return healthy.path[fault.element_kind][healthy.spans[service]] == code


def done(city: City) -> dict:
    """Tell what was done, and whether all was given back."""
    plans = [p for p in city.told if isinstance(p, Plan) and p.autonomy == "act" and p.chosen]
    kinds = [plan.chosen.action.kind for plan in plans if plan.chosen]
    left = kinds.count("switch_domain") + kinds.count("supplement_domain")
    undone = {o.plan for o in city.told if isinstance(o, Outcome) and o.is_undone}
    useless = sum(p.id in undone for p in plans)
    gone = len(city.domains.stand_ins.standing)
    return {
        "left": left,
        "returned": left - gone,
        "flaps": city.domains.stand_ins.flaps,
        "actions": len([kind for kind in kinds if kind != "ticket"]),
        "useless": useless,
        "to": [
            str(p.chosen.action.parameters["to"])
            for p in plans
            if p.chosen and "to" in p.chosen.action.parameters
        ],
    }


if __name__ == "__main__":
    main()
