"""Everything that the writers of the wire formats share: the city, its people, their day."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.city import City, build_city
from sentio.lab.day import Span, moments
from sentio.lab.network import Network, run_network
from sentio.lab.people import People, places, settle
from sentio.lab.stories import Story, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One simulated operator over one span of time."""

    seed: int
    span: Span
    city: City
    people: People
    network: Network
    stories: tuple[Story, ...]

    def rng(self, name: str) -> np.random.Generator:
        """Give a file's own randomness: no file changes because another one does."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Who uses something when and where, in order of time; shape (uses,)."""

    ts_ns: IntArray
    user: IntArray
    cell: IntArray

    def __len__(self) -> int:
        """Count the uses."""
        return len(self.ts_ns)


def build_world(*, seed: int, span: Span, users: int) -> World:
    """Simulate the operator."""
    city = build_city()
    told = stories(city, span)
    rng = np.random.default_rng([seed, 0])
    return World(
        seed=seed,
        span=span,
        city=city,
        people=settle(rng, city, users),
        network=run_network(rng, city, span, told),
        stories=told,
    )


def uses(world: World, rng: np.random.Generator, *, per_user: float) -> Uses:
    """Draw uses by the rhythm of the day: ``per_user`` of each user on a whole day."""
    people = world.people
    ts_ns = moments(rng, world.span, per_day=per_user * len(people))
    user = rng.integers(0, len(people), len(ts_ns))
    cell = places(rng, people, world.city, user=user, ts_ns=ts_ns, span=world.span)
    return Uses(ts_ns=ts_ns, user=user, cell=cell)
