"""Plans for tests of execution: what is to be done, on what."""

from __future__ import annotations

from sentio.model.plan import Action, Autonomy, Candidate, Estimate, Outcome, Plan, Verdict

MADE_NS = 1_700_000_000_000_000_000
HOUR_NS = 3_600_000_000_000


def plan(
    number: int = 1,
    kind: str = "scale",
    target: str = "upf-1",
    *,
    target_kind: str = "upf",
    autonomy: Autonomy = "act",
    made_ns: int = MADE_NS,
    **parameters: str | float,
) -> Plan:
    chosen = Candidate(
        action=Action(kind=kind, target=target, target_kind=target_kind, parameters=parameters),
        regained_min=Estimate(mean=50.0, low=20.0, high=80.0),
        success=0.9,
        cost=5.0,
        risk=1.0,
        value=40.0,
    )
    return Plan(
        id=f"P{number:05d}",
        degradation=f"D{number:05d}",
        diagnosis=f"D{number:05d}-0",
        made_ns=made_ns,
        until_ns=made_ns + HOUR_NS,
        autonomy=autonomy,
        chosen=chosen,
        scope={target_kind: target},
        subjects=("101", "-202"),
        sentence=f"{kind} of {target} is done.",
    )


def outcome(number: int, verdict: Verdict, *, is_undone: bool) -> Outcome:
    return Outcome(
        plan=f"P{number:05d}",
        verdict=verdict,
        verified_ns=MADE_NS + HOUR_NS // 4,
        effect_mos=Estimate(mean=0.5, low=0.2, high=0.8),
        treated_uses=100,
        control_uses=1000,
        is_undone=is_undone,
        sentence="It was proven.",
    )
