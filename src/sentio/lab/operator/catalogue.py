"""What customers use: apps with releases and servers, device models with firmware."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.operator.core import CDNS, ORIGINS

SERVICES = (
    *("web", "stream_kpi", "video_call", "voice_wb", "voice_fb", "gaming", "file", "social"),
    *("plc", "mobile_robot", "camera", "vehicle", "cpe", "meter"),
)
CODE = {name: code for code, name in enumerate(SERVICES)}
USER_SERVICES = SERVICES[:8]
APPS = (
    # app, service, share of all uses, how many servers (CDNs where it streams)
    *(("dailyleaf", "web", 0.090, 2), ("findit", "web", 0.085, 2), ("cartwheel", "web", 0.050, 2)),
    *(("wayfarer", "web", 0.050, 1), ("pocketbank", "web", 0.035, 1), ("skycast", "web", 0.030, 1)),
    *(("ticketbee", "web", 0.020, 1), ("cityportal", "web", 0.015, 1)),
    *(("streambox", "stream_kpi", 0.085, 3), ("clipwave", "stream_kpi", 0.080, 2)),
    *(("tvnow", "stream_kpi", 0.035, 2), ("goalcast", "stream_kpi", 0.020, 2)),
    *(("facelink", "video_call", 0.035, 2), ("meetroom", "video_call", 0.025, 1)),
    *(("teamdesk", "video_call", 0.015, 1), ("volte", "voice_wb", 0.050, 1)),
    *(("vonr", "voice_fb", 0.045, 1), ("talkfree", "voice_fb", 0.025, 1)),
    *(("riftarena", "gaming", 0.030, 1), ("kartcloud", "gaming", 0.020, 1)),
    *(("cloudkeep", "file", 0.025, 1), ("mailbird", "file", 0.025, 1)),
    *(("snapfeed", "social", 0.060, 2), ("chirp", "social", 0.045, 1)),
    *(("groupie", "social", 0.035, 1), ("newmoon", "social", 0.010, 1)),
)
NATIVE_CALLS = ("volte", "vonr")
RELEASES = 4  # slots of each app and model; the last is empty until a roll-out fills it
VENDORS = ("Arden", "Borealis", "Cirrus", "Dorado")
PHONES = 25
SHARED_ORIGINS = 5  # servers that have the apps with one server only
THING_MODELS = {
    "plc": ("LC-200", "LC-310", "LC-500"),
    "mobile_robot": ("AMR-1", "AMR-2", "AMR-7"),
    "camera": ("EYE-4", "EYE-8", "DOME-2"),
    "vehicle": ("TBOX-1", "TBOX-3", "OBU-9"),
    "cpe": ("HB-100", "HB-220", "HB-300", "FWA-5"),
    "meter": ("GM-1", "EM-2", "EM-3"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Apps, shape (apps,), and device models, shape (models,): phones first.

    ``app_release`` and ``firmware`` hold codes of names, shape (.., RELEASES), oldest first;
    ``rolled_out`` is the share of subjects that run a slot or a younger one.
    """

    apps: tuple[str, ...]
    app_service: IntArray
    app_share: FloatArray
    app_servers: IntArray  # shape (apps, 4): four places, filled by turns
    app_trouble: FloatArray  # base rate of bad uses
    releases: tuple[str, ...]
    app_release: IntArray
    app_rolled_out: FloatArray
    models: tuple[str, ...]
    model_share: FloatArray  # of phones
    model_trouble: FloatArray
    model_fast: FloatArray  # how much of the radio's rate the model reaches
    firmwares: tuple[str, ...]
    firmware: IntArray
    firmware_rolled_out: FloatArray
    models_of: dict[str, IntArray]  # of the services of things


def compile_catalogue(rng: np.random.Generator) -> Catalogue:
    """Draw the catalogue; names are invented."""
    names, services, shares, counts = zip(*APPS, strict=True)
    app_release, releases = _app_releases(rng, len(APPS))
    phones = [f"{VENDORS[n % 4]} {'SXPNK'[n // 5]}{n % 5 + 1}" for n in range(PHONES)]
    things = [name for models in THING_MODELS.values() for name in models]
    models = (*phones, *things)
    firmware, firmwares = _firmwares(rng, models)
    popularity = 1.0 / np.arange(2.0, PHONES + 2) ** 1.1
    starts = np.cumsum([PHONES, *map(len, THING_MODELS.values())])
    spans = zip(THING_MODELS, starts[:-1], starts[1:], strict=True)
    return Catalogue(
        apps=names,
        app_service=np.array([CODE[service] for service in services]),
        app_share=np.array(shares) / sum(shares),
        app_servers=_servers(rng, services, counts),
        app_trouble=rng.gamma(3.0, 0.003, len(APPS)),
        releases=releases,
        app_release=app_release,
        app_rolled_out=_shares(rng, len(APPS)),
        models=models,
        model_share=(popularity / popularity.sum())[rng.permutation(PHONES)],
        model_trouble=rng.gamma(2.0, 0.003, len(models)),
        model_fast=rng.uniform(0.75, 1.0, len(models)),
        firmwares=firmwares,
        firmware=firmware,
        firmware_rolled_out=_shares(rng, len(models)),
        models_of={name: np.arange(first, last) for name, first, last in spans},
    )


def _shares(rng: np.random.Generator, rows: int) -> FloatArray:
    found = np.zeros((rows, RELEASES))
    found[:, 0] = 1.0
    found[:, 1] = rng.uniform(0.6, 0.95, rows)
    found[:, 2] = rng.uniform(0.15, 0.55, rows)
    return found


def _app_releases(rng: np.random.Generator, apps: int) -> tuple[IntArray, tuple[str, ...]]:
    first = rng.integers(2, 9, apps)
    told = [[f"{major}.{minor}" for minor in range(RELEASES)] for major in first]
    return _coded(told)


def _firmwares(
    rng: np.random.Generator, models: tuple[str, ...]
) -> tuple[IntArray, tuple[str, ...]]:
    """Models of one vendor share the names of their firmware; so do things of one letter."""
    first = {maker: int(rng.integers(3, 19)) for maker in sorted({_maker(name) for name in models})}
    told = [[f"{first[_maker(name)]}.{step}.1" for step in range(RELEASES)] for name in models]
    return _coded(told)


def _maker(model: str) -> str:
    return model.replace("-", " ").split(" ")[0]


def _coded(told: list[list[str]]) -> tuple[IntArray, tuple[str, ...]]:
    names = sorted({name for row in told for name in row})
    place = {name: code for code, name in enumerate(names)}
    return np.array([[place[name] for name in row] for row in told]), tuple(names)


def _servers(
    rng: np.random.Generator, services: tuple[str, ...], counts: tuple[int, ...]
) -> IntArray:
    """Give the servers of each app, CDNs first; an app with one server shares it with another."""
    found, alone = np.empty((len(services), 4), dtype=np.int64), 0
    for app, (service, count) in enumerate(zip(services, counts, strict=True)):
        if service == "stream_kpi":
            pool = rng.permutation(CDNS)
        elif count > 1:
            pool = CDNS + rng.permutation(ORIGINS)
        else:
            pool, alone = np.array([CDNS + alone % SHARED_ORIGINS]), alone + 1
        found[app] = np.resize(pool[:count], 4)
    return found
