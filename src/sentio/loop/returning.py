"""What helped and stands in for something better is given back: at its limit, or after a work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sentio.decision.kind import ActionKind
from sentio.kernel.values import from_plain, to_plain
from sentio.model.plan import Outcome, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An action that helped and is in force: its proof, until when, and for which planned work."""

    outcome: Outcome
    until_ns: int
    action: str
    work: str = ""  # the element that is worked on


class Returning:
    """Keeps what stands, and gives it back when its time is over."""

    def __init__(self, kinds: Mapping[str, ActionKind]) -> None:
        self.standing: list[Standing] = []
        self._kinds = kinds

    def keep(self, plan: Plan, outcome: Outcome) -> bool:
        """Take in a proof; tells whether the action stands until it is given back."""
        chosen = plan.chosen
        if chosen is None or outcome.verdict != "improved" or outcome.is_undone:
            return False
        if not self._kinds[chosen.action.kind].gives_back:
            return False
        is_for_work = chosen.against == "planned_work"
        self.standing.append(
            Standing(
                outcome=outcome,
                until_ns=plan.until_ns,
                action=chosen.action.name,
                work=chosen.action.target if is_for_work else "",
            )
        )
        return True

    def hasten(self, plan: str, until_ns: int) -> None:
        """Let an action be given back sooner: it is dear to somebody."""
        self.standing = [
            replace(each, until_ns=min(each.until_ns, until_ns))
            if each.outcome.plan == plan
            else each
            for each in self.standing
        ]

    def forget(self, plan: str) -> None:
        """Let an action no longer stand: it is taken back for another reason."""
        self.standing = [each for each in self.standing if each.outcome.plan != plan]

    def due(self, now_ns: int, works: frozenset[str]) -> Iterator[Outcome]:
        """Give back what is due; ``works`` names the elements that are worked on now.

        What was done because of a work stands as long as that lasts, whatever its limit.
        """
        for each in list(self.standing):
            is_over = bool(each.work) and each.work not in works
            if each.work in works or (not is_over and now_ns < each.until_ns):
                continue
            self.standing.remove(each)
            why = "the planned work is over" if is_over else "its time is over"
            yield replace(
                each.outcome,
                verified_ns=now_ns,
                is_undone=True,
                sentence=f"{each.action} helped and is given back: {why}.",
            )

    def saved(self) -> list[dict[str, object]]:
        """Give what stands, as JSON."""
        return [to_plain(each) for each in self.standing]

    def restore(self, saved: Sequence[Mapping[str, object]]) -> None:
        """Go on from what `saved` gave."""
        self.standing = [from_plain(Standing, each) for each in saved]
