"""What looks like a fault and hurts nobody: each kind of decoy, drawn with its exact truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sentio.lab.day import DAY_NS, HOUR_NS, MINUTE_NS
from sentio.lab.faults.effect import CROWD, ROLLOUT, TAKE_UP, Effect
from sentio.lab.faults.truth import Distortion, Incident, Sign
from sentio.lab.operator.catalogue import RELEASES
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import is_free
from sentio.lab.physics.loads import Capacity

ROOMY = 0.55  # load that a cell carries well


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a decoy is drawn from; ``hour`` is when it begins on its day."""

    estate: Estate
    capacity: Capacity
    rng: np.random.Generator

    def any_of(self, kind: str) -> tuple[int, str]:
        """Choose an element of a kind."""
        names = self.estate.names[kind]
        code = int(self.rng.integers(len(names)))
        return code, names[code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a kind of decoy decides; the plan adds when."""

    element: str
    element_kind: str
    domain: str
    hours: tuple[float, float]  # of its length
    begins_h: tuple[float, float] = (7.0, 20.0)
    effects: tuple[Effect, ...] = ()
    ramp_h: float = 0.0
    signs: tuple[Sign, ...] = ()
    distortions: tuple[Distortion, ...] = ()
    is_holiday: bool = False


def _match_with_room(setting: Setting) -> Sketch:
    """Let many people watch a match where there is room for them."""
    places = setting.estate.places
    fits = ((places.area == 3) | (places.area == 0)) & (places.layer == 0)
    code = int(setting.rng.choice(np.flatnonzero(fits if fits.any() else places.layer == 0)))
    scope = {"cell": (code,)}
    return Sketch(
        element=setting.estate.names["cell"][code],
        element_kind="cell",
        domain="ran",
        hours=(2.0, 3.5),
        begins_h=(14.0, 19.5),
        ramp_h=0.4,
        effects=(
            Effect(scope=scope, quantity=CROWD, amount=0.01),
            Effect(scope=scope, quantity="pressure", amount=ROOMY),
        ),
    )


def _harmless_release(setting: Setting) -> Sketch:
    code, name = setting.any_of("app")
    sign = Sign(
        event_kind="change",
        element=name,
        element_kind="app",
        title="release roll-out",
        after_ns=-int(setting.rng.integers(2, 20)) * MINUTE_NS,
    )
    rollout = Effect(
        scope={"app": (code,)}, quantity=ROLLOUT, amount=float(setting.rng.uniform(0.35, 0.7))
    )
    return Sketch(
        element=name,
        element_kind="app",
        domain="application",
        hours=(4.0, 8.0),
        ramp_h=0.3,
        effects=(rollout,),
        signs=(sign,),
    )


def _harmless_firmware(setting: Setting) -> Sketch:
    code, name = setting.any_of("device_model")
    sign = Sign(
        event_kind="change",
        element=name,
        element_kind="device_model",
        title="firmware roll-out",
        after_ns=-int(setting.rng.integers(2, 20)) * MINUTE_NS,
    )
    rollout = Effect(
        scope={"device_model": (code,)},
        quantity=ROLLOUT,
        amount=float(setting.rng.uniform(0.35, 0.7)),
    )
    return Sketch(
        element=name,
        element_kind="device_model",
        domain="device",
        hours=(4.0, 8.0),
        ramp_h=0.3,
        effects=(rollout,),
        signs=(sign,),
    )


def _harmless_change(setting: Setting) -> Sketch:
    _, name = setting.any_of("cell")
    sign = Sign(
        event_kind="change",
        element=name,
        element_kind="cell",
        title="neighbour list changed",
        after_ns=-int(setting.rng.integers(2, 20)) * MINUTE_NS,
    )
    return Sketch(element=name, element_kind="cell", domain="ran", hours=(1.0, 4.0), signs=(sign,))


def _unrelated_alarm(setting: Setting) -> Sketch:
    kind, domain = (("router", "transport"), ("gnb", "ran"), ("upf", "core"))[
        int(setting.rng.integers(3))
    ]
    _, name = setting.any_of(kind)
    sign = Sign(
        event_kind="alarm",
        element=name,
        element_kind=kind,
        title="redundant power supply failed",
        severity="critical",
        lasts_ns=2 * HOUR_NS,
    )
    return Sketch(element=name, element_kind=kind, domain=domain, hours=(1.0, 4.0), signs=(sign,))


def _work_with_backup(setting: Setting) -> Sketch:
    protected = np.flatnonzero(setting.estate.transport.is_protected)
    code = int(setting.rng.choice(protected))
    name = setting.estate.names["ring"][code]
    sign = Sign(
        event_kind="planned_work",
        element=name,
        element_kind="ring",
        title="ring maintenance",
        after_ns=-2 * DAY_NS,
        lasts_ns=3 * HOUR_NS,
        state="scheduled",
    )
    detour = Effect(scope={"ring": (code,)}, quantity="delay_ms", amount=0.3)
    return Sketch(
        element=name,
        element_kind="ring",
        domain="transport",
        hours=(2.0, 4.0),
        effects=(detour,),
        signs=(sign,),
    )


def _probe_drops(setting: Setting) -> Sketch:
    code, name = setting.any_of("upf")
    drop = Distortion(kind="drop", scope={"upf": (code,)}, amount=0.5)
    return Sketch(
        element=name, element_kind="upf", domain="core", hours=(1.0, 4.0), distortions=(drop,)
    )


def _duplicate_batch(setting: Setting) -> Sketch:
    code, name = setting.any_of("upf")
    double = Distortion(kind="double", scope={"upf": (code,)}, amount=1.0)
    return Sketch(
        element=name, element_kind="upf", domain="core", hours=(0.3, 1.0), distortions=(double,)
    )


def _clock_skew(setting: Setting) -> Sketch:
    code, name = setting.any_of("edge")
    skew = Distortion(kind="skew", scope={"edge": (code,)}, amount=180.0 * 1e9)
    return Sketch(
        element=name, element_kind="edge", domain="edge", hours=(1.0, 5.0), distortions=(skew,)
    )


def _stuck_counter(setting: Setting) -> Sketch:
    code, name = setting.any_of("cell")
    stuck = Distortion(
        kind="stuck",
        scope={"cell": (code,)},
        amount=float(setting.rng.uniform(0.85, 0.99)),
        indicator="prb_load_ratio",
    )
    return Sketch(
        element=name, element_kind="cell", domain="ran", hours=(3.0, 8.0), distortions=(stuck,)
    )


def _wrong_units(setting: Setting) -> Sketch:
    code, name = setting.any_of("link")
    units = Distortion(kind="units", scope={"link": (code,)}, amount=1000.0, indicator="delay_ms")
    return Sketch(
        element=name,
        element_kind="link",
        domain="transport",
        hours=(2.0, 8.0),
        distortions=(units,),
    )


def _night_backup(setting: Setting) -> Sketch:
    """Fill a link by night with traffic that gives way to all other."""
    code, name = setting.any_of("link")
    high = Distortion(
        kind="high", scope={"link": (code,)}, amount=0.94, indicator="utilisation_ratio"
    )
    return Sketch(
        element=name,
        element_kind="link",
        domain="transport",
        hours=(1.5, 3.0),
        begins_h=(1.0, 3.0),
        distortions=(high,),
    )


def _slow_drift(setting: Setting) -> Sketch:
    code, name = setting.any_of("dns")
    drift = Effect(scope={"dns": (code,)}, quantity="dns_ms", amount=7.0)
    return Sketch(
        element=name,
        element_kind="dns",
        domain="core",
        hours=(48.0, 96.0),
        ramp_h=48.0,
        effects=(drift,),
    )


def _holiday(_: Setting) -> Sketch:
    return Sketch(
        element="city",
        element_kind="city",
        domain="application",
        hours=(24.0, 24.0),
        begins_h=(0.0, 0.0),
        is_holiday=True,
    )


def _growing_app(setting: Setting) -> Sketch:
    code = setting.estate.names["app"].index("newmoon")
    growth = Effect(scope={"app": (code,)}, quantity=TAKE_UP, amount=0.05)
    return Sketch(
        element="newmoon",
        element_kind="app",
        domain="application",
        hours=(48.0, 120.0),
        ramp_h=48.0,
        effects=(growth,),
    )


DECOYS: Mapping[str, Callable[[Setting], Sketch]] = {
    "match_with_room": _match_with_room,
    "harmless_release": _harmless_release,
    "harmless_firmware": _harmless_firmware,
    "harmless_change": _harmless_change,
    "unrelated_alarm": _unrelated_alarm,
    "work_with_backup": _work_with_backup,
    "probe_drops": _probe_drops,
    "duplicate_batch": _duplicate_batch,
    "clock_skew": _clock_skew,
    "stuck_counter": _stuck_counter,
    "wrong_units": _wrong_units,
    "night_backup": _night_backup,
    "slow_drift": _slow_drift,
    "holiday": _holiday,
    "growing_app": _growing_app,
}


def draw_decoy(setting: Setting, kind: str, *, name: str, window_ns: tuple[int, int]) -> Incident:
    """Draw a decoy of a kind that begins on some day of the window, cut off at its end."""
    rng, sketch = setting.rng, DECOYS[kind](setting)
    days = max(1, (window_ns[1] - window_ns[0]) // DAY_NS)
    day = window_ns[0] // DAY_NS + int(rng.integers(days))
    if sketch.is_holiday and is_free(day * DAY_NS):
        day = min(day + 2, window_ns[1] // DAY_NS - 1)
    start_ns = day * DAY_NS + round(rng.uniform(*sketch.begins_h) * 60.0) * MINUTE_NS
    start_ns = max(start_ns, window_ns[0])
    lasts_ns = round(rng.uniform(*sketch.hours) * 60.0) * MINUTE_NS
    version = _version_of(setting.estate, sketch)
    return Incident(
        name=name,
        kind=kind,
        is_harmful=False,
        scope={sketch.element_kind: sketch.element, **version},
        element=sketch.element,
        element_kind=sketch.element_kind,
        domain=sketch.domain,
        start_ns=start_ns,
        end_ns=max(start_ns + MINUTE_NS, min(start_ns + lasts_ns, window_ns[1])),
        severity=0.0,
        effects=sketch.effects,
        ramp_ns=round(sketch.ramp_h * HOUR_NS),
        signs=sketch.signs,
        distortions=sketch.distortions,
        holiday=day if sketch.is_holiday else -1,
    )


def _version_of(estate: Estate, sketch: Sketch) -> dict[str, str]:
    """Name the release or firmware that a roll-out brings."""
    if not any(effect.quantity == ROLLOUT for effect in sketch.effects):
        return {}
    goods, code = estate.catalogue, estate.code(sketch.element_kind, sketch.element)
    if sketch.element_kind == "app":
        return {"app_version": goods.releases[int(goods.app_release[code, RELEASES - 1])]}
    return {"firmware": goods.firmwares[int(goods.firmware[code, RELEASES - 1])]}
