"""The report as plain values: what the page shows, and what ``--json`` gives."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.report.times import Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A service in one step of time; ``hour_ns`` is its beginning."""

    hour_ns: int
    n: int
    poor: int
    mos_mean: float | None
    mos_p10: float | None
    mos_p50: float | None
    mos_p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a domain cost: MOS per use, and its share of all that was lost."""

    domain: str
    mos_per_use: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """An element or a step of time with too many poor uses; ``hour_ns`` is 0 for elements."""

    name: str
    hour_ns: int
    n: int
    poor: int
    poor_share: float
    poor_share_low: float
    excess_poor: float
    mos_mean: float
    main_domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGroup:
    """The worst members of one dimension, worst first."""

    dimension: str
    rows: tuple[Worst, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Members over time; a value is (mean MOS, uses, poor uses), None where there was no use."""

    dimension: str
    members: tuple[str, ...]
    hours_ns: tuple[int, ...]
    step_hours: int
    values: tuple[tuple[tuple[float, int, int] | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An input that some uses lacked."""

    name: str
    meaning: str
    need: str
    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePart:
    """All about one service."""

    name: str
    title: str
    standard: str
    subject_kind: str
    provisional: str
    poor_below: float
    n: int
    unscored: int
    poor: int
    poor_share: float | None
    grounded_share: float | None
    confidence_mean: float | None
    mos_mean: float | None
    mos_p10: float | None
    mos_p50: float | None
    mos_p90: float | None
    subjects: float
    poor_subjects: float
    bins: tuple[int, ...]
    course: tuple[Course, ...]
    step_hours: int
    losses: tuple[Loss, ...]
    worst: tuple[WorstGroup, ...]
    worst_hours: tuple[Worst, ...]
    heat: Heat | None
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many subjects of one kind there were, and how many of them had a poor use."""

    subject_kind: str
    subjects: float
    poor_subjects: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An element with a place, over all services; ``is_from_topology`` or else from its uses."""

    member: str
    longitude_deg: float
    latitude_deg: float
    n: int
    poor: int
    mos_mean: float
    is_from_topology: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How good a source is; shares in [0, 1], None where there is nothing to share."""

    source: str
    format: str
    last_ts: int | None
    age_s: float | None
    rows_read: int
    valid_share: float | None
    complete_share: float | None
    duplicate_share: float | None
    late_share: float | None
    suspect_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Rows of a source that were rejected for one reason."""

    source: str
    reason: str
    meaning: str
    rows: int
    replayed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The customer experience index: subjects per bin of 5 points, and where the middle lies."""

    bins: tuple[int, ...]
    subjects: int
    one_in: int
    p10: float
    median: float
    below_50: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """The whole report; times are int64 ns, ``data_as_of_ns`` the newest use."""

    made_ns: int
    since_ns: int | None
    until_ns: int | None
    data_as_of_ns: int | None
    zone: str
    release: str
    are_subjects_exact: bool
    services: tuple[ServicePart, ...]
    crowds: tuple[Crowd, ...]
    place_dimension: str
    places: tuple[Place, ...]
    sources: tuple[Source, ...]
    rejected: tuple[Rejected, ...]
    index: Index | None

    @property
    def times(self) -> Times:
        """Write moments of the span, in the zone of the page."""
        if self.since_ns is None or self.until_ns is None:
            return Times(zone=self.zone, span_ns=0)
        return Times(zone=self.zone, span_ns=self.until_ns - self.since_ns)
