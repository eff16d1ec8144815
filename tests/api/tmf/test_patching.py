"""Patches of the four media types: against small references, and as v5 writes them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from bodies import MERGE, OPERATIONS, QUERY, TICKETS_V5, ticket
from hypothesis import given
from hypothesis import strategies as st

from sentio.api.problems import RequestError
from sentio.api.tmf.patching import merged, patched

LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "b"])
NAMES = st.sampled_from(["a", "b", "c/d", "e~f", ""])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=8
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=4)


def reference_merge(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2, line by line."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = reference_merge(target.get(name), value)
    return target


@given(BODIES, BODIES)
def test_a_merge_does_what_the_rfc_says(body, patch) -> None:
    before = copy.deepcopy(body)

    assert merged(body, patch) == reference_merge(body, patch)
    assert body == before


def steps_between(before: Any, after: Any, pointer: str) -> list[dict[str, Any]]:
    """Write the operations that lead from one value to another, object by object."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [] if before == after else [{"op": "replace", "path": pointer, "value": after}]
    steps: list[dict[str, Any]] = []
    for name in {**before, **after}:
        path = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in after:
            steps.append({"op": "remove", "path": path})
        elif name not in before:
            steps.append({"op": "add", "path": path, "value": after[name]})
        else:
            steps += steps_between(before[name], after[name], path)
    return steps


@given(BODIES, BODIES)
def test_the_operations_between_two_bodies_lead_from_one_to_the_other(body, wanted) -> None:
    before = copy.deepcopy(body)

    assert patched(body, steps_between(body, wanted, ""), OPERATIONS) == wanted
    assert body == before


@pytest.mark.parametrize(
    ("steps", "expected"),
    [  # RFC 6902, appendix A, by their numbers
        ([{"op": "add", "path": "/baz", "value": "qux"}], {"foo": ["bar", "baz"], "baz": "qux"}),
        ([{"op": "add", "path": "/foo/1", "value": "x"}], {"foo": ["bar", "x", "baz"]}),
        ([{"op": "add", "path": "/foo/-", "value": ["x"]}], {"foo": ["bar", "baz", ["x"]]}),
        ([{"op": "remove", "path": "/foo/1"}], {"foo": ["bar"]}),
        ([{"op": "replace", "path": "/foo/0", "value": 1}], {"foo": [1, "baz"]}),
        ([{"op": "move", "from": "/foo/0", "path": "/foo/1"}], {"foo": ["baz", "bar"]}),
        (
            [{"op": "copy", "from": "/foo", "path": "/b"}],
            {"foo": ["bar", "baz"], "b": ["bar", "baz"]},
        ),
        ([{"op": "test", "path": "/foo/0", "value": "bar"}], {"foo": ["bar", "baz"]}),
        ([{"op": "move", "from": "/foo", "path": "/b"}], {"b": ["bar", "baz"]}),
    ],
)
def test_operations_do_what_the_rfc_shows(steps, expected) -> None:
    assert patched({"foo": ["bar", "baz"]}, steps, OPERATIONS) == expected


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ({"op": "remove", "path": "/nothing"}, 400),
        ({"op": "replace", "path": "/nothing", "value": 1}, 400),
        ({"op": "add", "path": "/foo/3", "value": 1}, 400),
        ({"op": "add", "path": "/foo/01", "value": 1}, 400),
        ({"op": "add", "path": "/x/y", "value": 1}, 400),
        ({"op": "add", "path": "/x"}, 400),
        ({"op": "turn", "path": "/foo"}, 400),
        ({"op": "add", "path": "foo", "value": 1}, 400),
        ({"op": "move", "from": "/foo", "path": "/foo/0"}, 400),
        ({"op": "remove", "path": ""}, 400),
        ({"path": "/foo"}, 400),
        ({"op": "test", "path": "/foo/0", "value": "baz"}, 409),
        ({"op": "test", "path": "/one", "value": True}, 409),
    ],
)
def test_an_operation_that_does_not_fit_is_refused(step, status) -> None:
    with pytest.raises(RequestError) as told:
        patched({"foo": ["bar", "baz"], "one": 1}, [step], OPERATIONS)

    assert told.value.status == status


NOTES = {
    "status": "open",
    "note": [
        {"id": "1", "author": "x", "text": "a"},
        {"id": "2", "author": "y", "text": "b"},
        {"id": "3", "author": "x", "text": "c"},
    ],
    "holder": {"list": [{"name": "n", "value": 1}]},
}


@pytest.mark.parametrize(
    ("step", "texts"),
    [
        ({"op": "replace", "path": "/note/text?id=2", "value": "new"}, ["a", "new", "c"]),
        ({"op": "replace", "path": "/note/text?note.id=2", "value": "new"}, ["a", "new", "c"]),
        ({"op": "replace", "path": "/note/text?/note/author=x", "value": "n"}, ["n", "b", "n"]),
        ({"op": "replace", "path": "/note/text?author=x&id=3", "value": "n"}, ["a", "b", "n"]),
        ({"op": "replace", "path": "/note?id=2", "value": {"text": "new"}}, ["a", "new", "c"]),
        ({"op": "delete", "path": "/note?author=x"}, ["b"]),
        ({"op": "remove", "path": "$.note[?(@.author=='x')]"}, ["b"]),
        ({"op": "replace", "path": ".note[?(@.id=='1')]", "value": {"text": "n"}}, ["n", "b", "c"]),
        ({"op": "replace", "path": "/note[?(@.id=='3')]/text", "value": "n"}, ["a", "b", "n"]),
        ({"op": "replace", "path": "note/0/text", "value": "n"}, ["n", "b", "c"]),
    ],
)
def test_a_query_finds_the_elements_to_patch(step, texts) -> None:
    after = patched(NOTES, step, QUERY)

    assert [each["text"] for each in after["note"]] == texts


def test_a_query_on_the_whole_holds_or_does_not() -> None:
    fits = {"op": "replace", "path": "/status?status=open", "value": "closed"}
    not_ = {"op": "replace", "path": "/status?status=held", "value": "closed"}
    deep = {"op": "replace", "path": "/holder/list/value?name=n", "value": 2}

    assert patched(NOTES, fits, QUERY)["status"] == "closed"
    assert patched(NOTES, deep, QUERY)["holder"]["list"][0]["value"] == 2
    with pytest.raises(RequestError):
        patched(NOTES, not_, QUERY)


@pytest.mark.parametrize(
    ("media", "patch"),
    [
        ("application/json", {"severity": "Major"}),
        (MERGE, {"severity": "Major"}),
        (OPERATIONS, [{"op": "replace", "path": "/severity", "value": "Major"}]),
        (QUERY, [{"op": "replace", "path": "/severity?severity=Minor", "value": "Major"}]),
    ],
)
def test_v5_takes_all_four_media_types(client, media, patch) -> None:
    made = client.post(TICKETS_V5, json=ticket()).json()

    after = client.patch(made["href"], json=patch, headers={"content-type": media})

    assert after.json() == {**made, "severity": "Major", "lastUpdate": after.json()["lastUpdate"]}


def test_a_change_of_state_is_dated_and_fixed_fields_stay(client) -> None:
    made = client.post(TICKETS_V5, json=ticket()).json()
    steps = [{"op": "replace", "path": "/creationDate", "value": "2020-01-01T00:00:00Z"}]

    moved = client.patch(made["href"], json={"status": "inProgress"}).json()
    refused = client.patch(made["href"], json=steps, headers={"content-type": OPERATIONS})

    assert moved["statusChangeDate"] > made["statusChangeDate"]
    assert refused.status_code == 400
