"""What the loop tells, as log events: names and fields, never a sentence."""

from __future__ import annotations

from sentio.kernel.log import logger
from sentio.loop.change import Change, News
from sentio.model.data_fault import DataFault
from sentio.model.plan import Outcome, Plan

log = logger("awareness")


def log_news(news: News) -> None:
    """Log what is told."""
    match news:
        case DataFault():
            log_data_fault(news)
        case Plan():
            log_plan(news)
        case Outcome():
            log_outcome(news)
        case Change():
            log_change(news)


def log_data_fault(fault: DataFault) -> None:
    """Log that a fault of the data began or ended."""
    log.info(
        "data_fault",
        state=fault.state,
        id=fault.id,
        what=fault.what,
        source=fault.source,
        place_kind=fault.place_kind,
        place=fault.place,
        service=fault.service,
        indicator=fault.indicator,
        since_ns=fault.since_ns,
        until_ns=fault.until_ns,
    )


def log_change(change: Change) -> None:
    """Log a change of a degradation; one that only became better known is no event."""
    told = change.degradation
    log.info(
        "degradation",
        change=change.what,
        id=told.id,
        scope=dict(told.scope),
        services=list(told.services),
        began_ns=told.began_ns,
        ended_ns=told.ended_ns,
        uses=told.uses,
        mos_usual=round(told.mos_usual, 2),
        mos_seen=round(told.mos_seen, 2),
    )


def log_plan(plan: Plan) -> None:
    """Log what is to be done about a degradation."""
    chosen = plan.chosen
    log.info(
        "plan",
        id=plan.id,
        degradation=plan.degradation,
        autonomy=plan.autonomy,
        action=chosen.action.name if chosen else None,
        success=round(chosen.success, 2) if chosen else None,
        value=round(chosen.value, 1) if chosen else None,
        refused=[each.guard for each in plan.refused],
    )


def log_outcome(outcome: Outcome) -> None:
    """Log what an action did."""
    log.info(
        "outcome",
        plan=outcome.plan,
        verdict=outcome.verdict,
        effect_mos=round(outcome.effect_mos.mean, 2),
        is_undone=outcome.is_undone,
    )
