"""What a period shows of all domains: uses against their usual, measurements, standing alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.sight import inside
from sentio.model.degradation import Scope

LOST_BELOW_MOS, LOST_GAP_MOS = 2.0, -1.0  # a use that is as good as lost
FEWEST_USES = 30.0  # of a service, before its usual is known
REMEMBERED = 0.95  # of what was known of a service's usual, after a period like the others
LOUD = frozenset({"critical", "major"})
SILENT_PERIODS = 4  # without a measurement, from which an element that used to report is silent

Values = Mapping[str, float]  # by element


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One period as it looks.

    Attributes
    ----------
    gap, usual
        MOS of each use above the usual of its service, and that usual; nan where it is unknown.
    measured
        The last value of each element, by kind of element and indicator.
    alarmed
        Elements with a major or critical alarm that stands.
    silent
        Elements that measure nothing any more.
    """

    start_ns: int
    end_ns: int
    uses: pa.Table
    gap: FloatArray
    usual: FloatArray
    measured: Mapping[tuple[str, str], Values]
    alarmed: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()

    @property
    def mos(self) -> FloatArray:
        """MOS of each use."""
        return np.asarray(self.uses.column("mos"), dtype=np.float64)

    @property
    def is_lost(self) -> BoolArray:
        """Which uses are as good as lost; what nothing is known of is judged by its MOS alone."""
        deep = np.where(np.isfinite(self.gap), self.gap, LOST_GAP_MOS) <= LOST_GAP_MOS
        return (self.mos < LOST_BELOW_MOS) & deep

    def within(self, scope: Scope) -> BoolArray:
        """Tell which uses lie in a scope."""
        return inside(self.uses, scope)

    def codes(self, kind: str) -> tuple[IntArray, list[str]]:
        """Give which element of a kind each use crosses, -1 for none, and their names."""
        if kind not in self.uses.column_names:
            return np.full(self.uses.num_rows, -1, dtype=np.int64), []
        return coded(self.uses, kind)

    def value(self, kind: str, indicator: str, element: str) -> float | None:
        """Give what an element last measured; None where it tells nothing."""
        return self.measured.get((kind, indicator), {}).get(element)


@dataclass(slots=True)
class Glancing:
    """Turns periods into glances; remembers usuals, measurements and alarms."""

    usual: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # weight, MOS
    measured: dict[str, dict[str, list[float]]] = field(
        default_factory=dict[str, dict[str, list[float]]]
    )
    alarms: dict[str, str] = field(default_factory=dict[str, str])  # event -> element

    def see(
        self,
        uses: pa.Table,
        measurements: pa.RecordBatch | pa.Table,
        events: pa.RecordBatch | pa.Table,
        *,
        start_ns: int,
        end_ns: int,
        gap: FloatArray | None = None,
    ) -> Glance:
        """Look at a period; ``gap`` is that of a watch that knows better what is usual."""
        self._measure(measurements, end_ns)
        self._alarm(events)
        usual = self._usual_of(uses)
        mos = np.asarray(uses.column("mos"), dtype=np.float64)
        own = mos - usual
        return Glance(
            start_ns=start_ns,
            end_ns=end_ns,
            uses=uses,
            gap=np.where(np.isfinite(gap), gap, own) if gap is not None else own,
            usual=usual,
            measured=self._told(),
            alarmed=frozenset(self.alarms.values()),
            silent=self._silent(end_ns, end_ns - start_ns),
        )

    def learn(self, glance: Glance, healthy: BoolArray) -> None:
        """Learn from uses that nothing is known to be wrong with."""
        service, names = glance.codes("service")
        for code, name in enumerate(names):
            own = glance.mos[(service == code) & healthy]
            if len(own):
                weight, mean = self.usual.get(name, [0.0, 0.0])
                kept = weight * REMEMBERED
                total = kept + len(own)
                self.usual[name] = [total, (kept * mean + float(own.sum())) / total]

    def _usual_of(self, uses: pa.Table) -> FloatArray:
        service, names = coded(uses, "service")
        known = [self.usual.get(name, [0.0, 0.0]) for name in names]
        means = [mean if weight >= FEWEST_USES else np.nan for weight, mean in known]
        return np.array([*means, np.nan])[service]

    def _measure(self, rows: pa.RecordBatch | pa.Table, end_ns: int) -> None:
        columns = ("element_kind", "indicator", "element", "value")
        told = (rows.column(name).to_pylist() for name in columns)
        for kind, indicator, element, value in zip(*told, strict=True):
            if value is not None:
                known = self.measured.setdefault(f"{kind}/{indicator}", {})
                known[str(element)] = [float(value), float(end_ns)]

    def _alarm(self, rows: pa.RecordBatch | pa.Table) -> None:
        columns = ("event_kind", "event_id", "element", "severity")
        told = (rows.column(name).to_pylist() for name in columns)
        for kind, name, element, severity in zip(*told, strict=True):
            if kind != "alarm" or name is None:
                continue
            if severity in LOUD and element:
                self.alarms[str(name)] = str(element)
            elif severity == "cleared":
                self.alarms.pop(str(name), None)

    def _told(self) -> dict[tuple[str, str], Values]:
        return {
            (kind, indicator): {element: value for element, (value, _) in values.items()}
            for name, values in self.measured.items()
            for kind, _, indicator in [name.partition("/")]
        }

    def _silent(self, end_ns: int, period_ns: int) -> frozenset[str]:
        newest: dict[str, float] = {}
        for values in self.measured.values():
            for element, (_, at_ns) in values.items():
                newest[element] = max(newest.get(element, 0.0), at_ns)
        before_ns = end_ns - SILENT_PERIODS * period_ns
        return frozenset(element for element, at_ns in newest.items() if at_ns < before_ns)
