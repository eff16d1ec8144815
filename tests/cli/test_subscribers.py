"""Who is behind a pseudonym: whoever the gate names is found again, strangers are not."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from tests.lab.wires_store import read

from sentio.cli.subscribers import subjects_by_pseudonym
from sentio.governance.key import Key
from sentio.governance.pseudonym import pseudonyms
from sentio.lab.simulation import Operator, Scale
from sentio.lab.stream.names import imsi_of, known_as
from sentio.lab.stream.writers import Wires
from sentio.store.warehouse import Warehouse

KEY = Key(b"k" * 32)  # that of `tests.lab.wires_store`
SCALE = Scale(cells=24, users=200, things=60)


def test_everybody_whom_the_wires_tell_of_is_found_by_the_pseudonym_in_the_store(tmp_path: Path):
    operator = Operator(SCALE, seed=3)
    with Warehouse(tmp_path / "store.db", memory_limit_mb=256) as warehouse:
        read(warehouse, Wires(operator, seed=1).opening(), now_ns=operator.now_ns)
        rows = warehouse.con.execute("SELECT subject FROM customer").fetchall()
    subject_of = subjects_by_pseudonym(known_as(SCALE.subjects), lambda: KEY)

    found = sorted(subject_of(str(subject)) for (subject,) in rows)

    assert found == imsi_of(operator.customers().column("subject").to_numpy()).to_pylist()
    assert len(found) == SCALE.subjects


def test_an_imsi_of_the_network_is_itself_and_anybody_else_a_stranger():
    subject_of = subjects_by_pseudonym(known_as(SCALE.subjects), lambda: KEY)

    names = ("999700000000007", "999700000000260", "1234567890", "nobody", "")

    assert [subject_of(name) for name in names] == ["999700000000007", "", "", "", ""]


def test_pseudonyms_of_another_key_are_strangers_and_the_key_is_asked_for_when_needed():
    asked = list[str]()

    def key() -> Key:
        asked.append("key")
        return Key(b"o" * 32)

    own = subjects_by_pseudonym(known_as(SCALE.subjects), lambda: KEY)
    other = subjects_by_pseudonym(known_as(SCALE.subjects), key)
    assert asked == []

    (mine,) = pseudonyms(pa.array(["999700000000007"]), kind="imsi", key=KEY).to_pylist()

    assert own(str(mine)) == "999700000000007"
    assert [other(str(mine)) for _ in range(2)] == ["", ""]
    assert asked == ["key"]
