"""All that domains know, as JSON and back: so that a killed process goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentio.kernel.values import from_plain, to_plain
from sentio.loop.domains.controller import Domains
from sentio.loop.domains.glance import Glancing
from sentio.loop.domains.options import Learned
from sentio.loop.domains.promises import Promise
from sentio.loop.domains.reporting import Course
from sentio.loop.domains.stand_ins import StandIns
from sentio.loop.domains.troubles import Troubles
from sentio.loop.domains.usual_takes import UsualTakes
from sentio.model.intent import Intent, StandIn
from sentio.model.plan import Plan

Body = dict[str, Any]  # Any: JSON
NUMBERS = ("calm", "needed", "returned_ns")


def saved(domains: Domains) -> Body:
    """Give all that is known."""
    return {
        "glancing": to_plain(domains.glancing),
        "troubles": to_plain(domains.troubles),
        "courses": to_plain(domains.reporting.courses),
        "promises": {name: _promise(each) for name, each in domains.promises.kept.items()},
        "stand_ins": _stand_ins(domains.stand_ins),
        "loops": {
            name: {"acting": loop.acting.saved(), "plans": to_plain(loop.plans)}
            for name, loop in domains.loops.items()
        },
        "cross": {
            "acting": domains.cross.saved(),
            "plans": to_plain(domains.cross.plans),
            "learned": to_plain(domains.cross.learned),
        },
    }


def restore(domains: Domains, kept: Mapping[str, Any]) -> None:  # Any: JSON
    """Go on from what `saved` gave; it may be empty.

    Promises that are in force are known already; of those that are not, nothing is kept.
    """
    if not kept:
        return
    domains.glancing = from_plain(Glancing, kept["glancing"])
    domains.troubles = from_plain(Troubles, kept["troubles"])
    domains.reporting.courses = from_plain(dict[str, Course], kept["courses"])
    for name, told in kept["promises"].items():
        if promise := domains.promises.kept.get(name):
            _restore_promise(promise, told)
    _restore_stand_ins(domains.stand_ins, kept["stand_ins"])
    for name, told in kept["loops"].items():
        if loop := domains.loops.get(name):
            loop.acting.restore(told["acting"])
            loop.plans.update(from_plain(dict[str, Plan], told["plans"]))
    cross = kept["cross"]
    domains.cross.restore(cross["acting"])
    domains.cross.plans = from_plain(dict[str, Plan], cross["plans"])
    domains.cross.learned = from_plain(Learned, cross["learned"])


def _promise(each: Promise) -> Body:
    return {
        "intents": to_plain(each.intents),
        "usual": to_plain(each.usual),
        "shared_at": each.shared_at,
        "is_moved": each.is_moved,
        "refused": each.refused,
    }


def _restore_promise(promise: Promise, told: Mapping[str, Any]) -> None:  # Any: JSON
    intents = from_plain(tuple[Intent, ...], told["intents"])
    if [each.id for each in intents] != [each.id for each in promise.intents]:
        return  # the promise was changed meanwhile
    promise.intents = intents
    promise.usual = from_plain(UsualTakes, told["usual"])
    promise.shared_at = int(told["shared_at"])
    promise.is_moved, promise.refused = bool(told["is_moved"]), str(told["refused"])


def _stand_ins(each: StandIns) -> Body:
    return {
        "standing": to_plain(each.standing),
        "ended": to_plain(each.ended),
        "flaps": each.flaps,
        **{name: dict(getattr(each, name)) for name in NUMBERS},
    }


def _restore_stand_ins(each: StandIns, told: Mapping[str, Any]) -> None:  # Any: JSON
    each.standing = from_plain(dict[str, StandIn], told["standing"])
    each.ended = from_plain(dict[str, StandIn], told["ended"])
    each.flaps = int(told["flaps"])
    for name in NUMBERS:
        setattr(each, name, from_plain(dict[str, int], told[name]))
