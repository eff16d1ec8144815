"""A scope's course is held against uses elsewhere, and what is only watched stays among those."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from sentio.loop.courses import Courses

RING, OTHERS = 40, 160  # uses over ring-1, of which the first half are of upf-1; and elsewhere


def seen(courses: Courses, **more: object) -> None:
    uses = pa.table(
        {
            "subject": np.arange(RING + OTHERS),
            "service": pa.array(["web"] * (RING + OTHERS)).dictionary_encode(),
            "ring": pa.array(["ring-1"] * RING + ["ring-2"] * OTHERS).dictionary_encode(),
            "upf": pa.array(
                ["upf-1"] * (RING // 2) + ["upf-2"] * (RING // 2 + OTHERS)
            ).dictionary_encode(),
        }
    )
    gap = np.concatenate(
        [np.full(RING // 2, -2.0), np.full(RING // 2, -1.0), np.tile([0.5, -0.5], OTHERS // 2)]
    )
    courses.see(uses, gap, {"D1": {"upf": "upf-1"}}, end_ns=1, **more)  # pyright: ignore[reportArgumentType]


def test_what_is_beside_is_noted_and_stays_in_the_control_group() -> None:
    courses, alone = Courses(), Courses()
    seen(alone)
    seen(courses, beside={"ring=ring-1": {"ring": "ring-1"}})
    (scope,), (whole,) = courses.of["D1"], courses.of["ring=ring-1"]

    assert courses.of["D1"] == alone.of["D1"]
    assert (scope.n, scope.mean, scope.control_n) == (20.0, -2.0, 180.0)
    assert (whole.n, whole.mean) == (40.0, -1.5)
    assert scope.control_mean == pytest.approx(-20.0 / 180.0)


def test_how_far_uses_elsewhere_stray_is_noted() -> None:
    courses = Courses()
    seen(courses)
    others = np.concatenate([np.full(RING // 2, -1.0), np.tile([0.5, -0.5], OTHERS // 2)])

    assert courses.of["D1"][0].control_variance == pytest.approx(others.var())


def test_a_course_that_nobody_asks_for_is_dropped() -> None:
    courses = Courses()
    seen(courses, beside={"ring=ring-1": {"ring": "ring-1"}})
    seen(courses)

    assert set(courses.of) == {"D1"}
    assert len(courses.of["D1"]) == 2


@pytest.mark.parametrize(("apps", "n"), [(("news", "news"), 10.0), (("news", "mail"), 20.0)])
def test_who_left_a_scope_is_followed_with_the_app_that_was_used_there(
    apps: tuple[str, str], n: float
) -> None:
    def uses(server: str, app: str) -> pa.Table:
        everybody = np.repeat(np.arange(100), 2)  # each subject uses two apps
        return pa.table(
            {
                "subject": everybody,
                "service": pa.array(["web"] * 200).dictionary_encode(),
                "app": pa.array([app, "maps"] * 100).dictionary_encode(),
                "server": pa.array(
                    [server if i < 20 and i % 2 == 0 else "server-2" for i in range(200)]
                ).dictionary_encode(),
            }
        )

    gap = np.zeros(200)
    gap[:20:2] = -2.0
    courses, scope = Courses(), {"server": "server-1"}
    courses.see(uses("server-1", apps[0]), gap, {"D1": scope}, end_ns=1)
    courses.follow("P1", "D1")
    again = Courses()
    again.restore(json.loads(json.dumps(courses.saved())))
    again.follow("P1", "D1")
    for each in (courses, again):
        people = {"P1": (list(range(10)), ("web",))}
        each.see(uses("server-2", apps[1]), gap, {"P1": scope}, end_ns=2, people=people)

    assert courses.of["P1"][-1].n == n
    assert again.of == courses.of
