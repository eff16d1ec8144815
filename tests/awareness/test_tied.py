"""Which elements may be told apart only by how many uses each has."""

from __future__ import annotations

import pytest

from sentio.model.topology import Derived, Topology

OF = {
    "smf": {"upf-1": "smf-1", "upf-2": "smf-1", "upf-3": "smf-2"},
    "dns": {"upf-1": "dns-1", "upf-2": "dns-2", "upf-3": "dns-2"},
}
TOWN = Topology(
    derived={kind: Derived(kind=kind, below="upf", of=of) for kind, of in OF.items()},
    parent={"cell-1": "gnb-1", "gnb-1": "link-1"},
)


@pytest.mark.parametrize(
    ("one", "other", "tied"),
    [
        (("upf", "upf-1"), ("smf", "smf-1"), True),
        (("upf", "upf-1"), ("smf", "smf-2"), False),
        (("smf", "smf-1"), ("dns", "dns-2"), True),
        (("smf", "smf-2"), ("dns", "dns-1"), False),
        (("cell", "cell-1"), ("link", "link-1"), True),
        (("cell", "cell-1"), ("smf", "smf-1"), False),
        (("app", "smf-1"), ("cell", "cell-1"), False),
    ],
)
def test_what_is_above_or_serves_the_same_is_tied(
    one: tuple[str, str], other: tuple[str, str], *, tied: bool
) -> None:
    assert TOWN.is_tied(one, other) is tied
    assert TOWN.is_tied(other, one) is tied
