"""One service problem a cause, the same one as more becomes known; people's steps are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.degradations import PERIOD_NS, degradation_at

from sentio.kernel.errors import RefusedError, UnknownName
from sentio.loop.care.problems import PAUSE_NS, cases, followed, importance_of
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.problem import ALLOWED, STATUSES, Mention, Mentions
from sentio.store.state import StateStore
from sentio.store.state.problems import Problems, with_status
from sentio.store.state.told import Told

START_NS = 1_795_089_600_000_000_000


def degradation(number: int, *, after: int = 0, lasts: int | None = None) -> Degradation:
    began_ns = START_NS + after * PERIOD_NS
    ended_ns = None if lasts is None else began_ns + lasts * PERIOD_NS
    return degradation_at(began_ns, number, ended_ns=ended_ns)


def blames(of: Degradation, element: str, **impact: object) -> tuple[str, Diagnosis]:
    cause = Hypothesis(
        element=element,
        element_kind="ring",
        domain="transport",
        scope={"ring": element},
        kind="loss",
        probability=0.9 if element else 0.2,
    )
    made = Diagnosis(
        degradation=of.id,
        made_ns=of.seen_ns,
        sentence=f"It is {element}.",
        hypotheses=(cause,),
        abstains=not element,
        impact=replace(Impact(users=40, things=2, uses=300, by_service={"web": 42}), **impact),
    )
    return f"{of.id}-0", made


def nothing(_case: object) -> Mentions:
    return Mentions()


def told(*given: tuple[Degradation, str]):
    diagnoses = {each.id: blames(each, element) for each, element in given}
    return cases([each for each, _ in given], diagnoses)


def test_degradations_of_one_cause_are_one_problem_and_of_another_one_more():
    one, two, three = (degradation(at, after=at) for at in (1, 2, 3))

    found = followed(told((one, "ring-1"), (two, "ring-1"), (three, "ring-2")), [], nothing)

    assert [each.degradations for each in found] == [("D00001", "D00002"), ("D00003",)]
    assert found[0].root_cause.element == "ring-1"
    assert found[0].category == "experience.transport"
    assert found[0].affected_services == {"web": 42}
    assert found[0].status == "submitted"


def test_what_nothing_is_blamed_for_stands_alone_until_it_has_a_cause():
    one, two = degradation(1), degradation(2, after=1)
    apart = followed(told((one, "ring-1"), (two, "")), [], nothing)
    together = followed(told((one, "ring-1"), (two, "ring-1")), apart, nothing)

    assert len(apart) == 2
    assert [(each.id, each.status) for each in together] == [
        ("P-D00001", "submitted"),
        ("P-D00002", "cancelled"),
    ]
    assert together[0].degradations == ("D00001", "D00002")
    assert together[1].merged_into == "P-D00001"
    known = [*together]
    assert followed(told((one, "ring-1"), (two, "ring-1")), known, nothing) == []


def test_the_same_cause_long_after_is_another_problem():
    pause = PAUSE_NS // PERIOD_NS
    one, near = degradation(1, lasts=3), degradation(2, after=3 + pause, lasts=1)
    far = degradation(3, after=5 + 2 * pause, lasts=1)

    found = followed(told((one, "ring-1"), (near, "ring-1"), (far, "ring-1")), [], nothing)

    assert [each.degradations for each in found] == [("D00001", "D00002"), ("D00003",)]


def test_a_problem_is_resolved_when_experience_is_as_usual_and_taken_up_again_if_not():
    one = degradation(1)
    [begun] = followed(told((one, "ring-1")), [], nothing)
    over = replace(one, ended_ns=one.began_ns + 5 * PERIOD_NS)
    [resolved] = followed(told((over, "ring-1")), [begun], nothing)
    again = degradation(2, after=7)
    [reopened] = followed(told((over, "ring-1"), (again, "ring-1")), [resolved], nothing)

    assert (resolved.status, resolved.resolved_ns) == ("resolved", over.ended_ns)
    assert (reopened.id, reopened.status, reopened.resolved_ns) == (begun.id, "inProgress", None)
    assert [step.status for step in reopened.tracking] == ["submitted", "resolved", "inProgress"]
    assert {step.who for step in reopened.tracking} == {"loop"}


def test_what_a_person_closed_stays_closed_and_a_new_decline_is_a_new_problem():
    one = degradation(1, lasts=3)
    [begun] = followed(told((one, "ring-1")), [], nothing)
    closed = with_status(begun, "closed", who="carla", at_ns=START_NS + 9 * PERIOD_NS)
    again = degradation(2, after=5)

    assert followed(told((one, "ring-1")), [closed], nothing) == []
    [fresh] = followed(told((one, "ring-1"), (again, "ring-1")), [closed], nothing)
    assert (fresh.id, fresh.degradations) == ("P-D00002", ("D00002",))


def test_a_cause_that_turns_out_to_be_two_gives_each_its_problem():
    one, two = degradation(1), degradation(2, after=1)
    both = followed(told((one, ""), (two, "")), [], nothing)
    merged = followed(told((one, "ring-1"), (two, "ring-1")), both, nothing)
    parted = followed(told((one, "ring-1"), (two, "ring-2")), merged, nothing)

    assert {each.id: each.degradations for each in parted} == {
        "P-D00001": ("D00001",),
        "P-D00002-2": ("D00002",),
    }


def test_what_spoke_first_is_the_first_alert():
    one = degradation(1)
    alarm = Mention(id="A-1", at_ns=one.began_ns - 1, element="ring-1", title="loss")
    ticket = Mention(id="T-1", at_ns=one.seen_ns + 1, element="", title="slow")

    [found] = followed(
        told((one, "ring-1")), [], lambda _: Mentions(alarms=(alarm,), tickets=(ticket,))
    )

    assert found.first_alert == "alarm A-1"
    [silent] = followed(told((one, "ring-1")), [], nothing)
    assert silent.first_alert == "degradation D00001"


def test_an_emergency_service_makes_a_problem_important_however_few_it_touches():
    few = Impact(users=1, things=0, uses=3)
    many = Impact(users=5000, things=0, uses=9000)

    assert importance_of(few, 2) < 0.05
    assert importance_of(replace(few, by_segment={"emergency": 1}), 2) == 0.9
    assert 0.9 < importance_of(many, 2) < 1.0


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["", "r-1", "r-2"])), max_size=8))
def test_every_degradation_has_one_problem_that_lives_and_looking_again_changes_nothing(some):
    given_ = [
        (degradation(at + 1, after=after, lasts=2), who) for at, (after, who) in enumerate(some)
    ]
    found = followed(told(*given_), [], nothing)

    owners = [name for each in found if not each.merged_into for name in each.degradations]
    assert sorted(owners) == sorted(each.id for each, _ in given_)
    assert followed(told(*given_), found, nothing) == []


@pytest.fixture
def problems():
    with StateStore.open("sqlite://") as state:
        yield Problems(state)


def test_problems_are_read_back_as_they_were_written_filtered_and_in_pages(problems):
    some = followed(
        told(*((degradation(at, after=at), f"ring-{at}") for at in range(1, 5))), [], nothing
    )
    problems.write(some)
    problems.move("P-D00002", "acknowledged", who="carla", at_ns=START_NS)

    assert problems.one("P-D00003") == some[2]
    assert problems.one("P-none") is None
    assert [each.id for each in problems.list(status="acknowledged")] == ["P-D00002"]
    assert [each.id for each in problems.list(degradation="D00004")] == ["P-D00004"]
    first = problems.list(limit=3)
    rest = problems.list(limit=3, after=first[-1].id)
    assert [each.id for each in (*first, *rest)] == [f"P-D0000{at}" for at in (4, 3, 2, 1)]


def test_a_step_that_a_person_made_meanwhile_is_kept_when_the_loop_writes(problems):
    one = degradation(1)
    [begun] = followed(told((one, "ring-1")), [], nothing)
    problems.write([begun])
    problems.move("P-D00001", "acknowledged", who="carla", at_ns=START_NS + 2 * PERIOD_NS)

    over = replace(one, ended_ns=one.began_ns + 5 * PERIOD_NS)
    problems.write(followed(told((over, "ring-1")), [begun], nothing))

    found = problems.one("P-D00001")
    assert [(step.who, step.status) for step in found.tracking] == [
        ("loop", "submitted"),
        ("carla", "acknowledged"),
        ("loop", "resolved"),
    ]
    assert found.status == "resolved"


def test_a_state_that_cannot_follow_is_refused_and_says_which_can(problems):
    [begun] = followed(told((degradation(1), "ring-1")), [], nothing)
    problems.write([begun])
    problems.move("P-D00001", "cancelled", who="carla", at_ns=START_NS)

    with pytest.raises(RefusedError, match="cancelled; it cannot become resolved"):
        problems.move("P-D00001", "resolved", who="carla", at_ns=START_NS)
    with pytest.raises(UnknownName, match="acknowledged"):
        problems.move("P-D00001", "acknowleged", who="carla", at_ns=START_NS)
    with pytest.raises(UnknownName, match="P-D00001"):
        problems.move("P-D0001", "closed", who="carla", at_ns=START_NS)


def test_every_state_is_reachable_and_what_is_over_is_over():
    reached = {"submitted"}
    for _ in STATUSES:
        reached |= {after for before in reached for after in ALLOWED[before]}

    assert reached == set(STATUSES)
    assert not ALLOWED["closed"] | ALLOWED["cancelled"]


def test_what_is_done_about_it_takes_a_problem_into_progress_once():
    one = degradation(1)
    doing = {"D00001": "restart of cell cell-7 is under way"}
    [begun] = followed(told((one, "ring-1")), [], nothing, doing=doing)
    held = with_status(begun, "acknowledged", who="carla", at_ns=begun.changed_ns + 1)

    assert (begun.status, begun.tracking[-1].why) == ("inProgress", doing["D00001"])
    assert followed(told((one, "ring-1")), [held], nothing, doing=doing) == []


def test_a_watch_that_begins_anew_forgets_its_problems():
    with StateStore.open("sqlite://") as state:
        problems = Problems(state)
        problems.write(followed(told((degradation(1), "ring-1")), [], nothing))
        Told(state).forget()

        assert problems.list() == []
