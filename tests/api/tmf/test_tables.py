"""The tables of Open APIs, and the description of the server that is made of them."""

from __future__ import annotations

import re

import pytest

from sentio.api.tmf.table import ApiTable, shared_types, tables
from sentio.api.tmf.tasks import TASKS
from sentio.kernel.errors import DefinitionError

EXPECTED = {
    *("TMF642v4", "TMF657v4", "TMF656v4", "TMF656v5", "TMF621v4", "TMF621v5", "TMF628v4"),
    *("TMF649v5", "TMF655v4", "TMF638v4", "TMF638v5", "TMF639v4", "TMF639v5", "TMF669v4"),
    *("TMF644v4", "TMF644v5", "TMF629v4", "TMF629v5", "TMF632v4", "TMF632v5", "TMF688v4"),
    *("TMF681v4", "TMF683v4", "TMF640v4", "TMF641v4", "TMF701v4", "TMF921v5"),
}


def test_all_apis_are_there_and_tasks_are_of_resources() -> None:
    found = {api.key: api for api in tables()}

    assert set(found) == EXPECTED
    assert all(name in found[key].resources for key, name in TASKS)


def test_misspellings_of_the_standard_are_kept() -> None:
    found = {api.key: api for api in tables()}

    assert "granulatiry" in found["TMF628v4"].resources["onDemandCollection"].fields
    shared = shared_types("v5").types["PartyPrivacyProfileCharacteristic"]
    assert "characterisitc" in shared


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mandatory": ["nothing"]}, "nothing"),
        ({"events": 3}, "events"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"parent": "nowhere"}, "nowhere"),
        ({"operations": ["burn"]}, "operations"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(change, said) -> None:
    resource = {"type": "Thing", "operations": ["list"], "fields": {"a": "string"}}
    table = {
        "id": "TMF999",
        "title": "t",
        "version": "1.0.0",
        "generation": "v4",
        "path": "/tmf-api/things/v4",
        "resources": {"thing": {**resource, **change}},
    }

    with pytest.raises(ValueError, match=said):
        ApiTable.model_validate(table)


def test_an_operator_adds_an_api_by_a_file(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "tmf"
    folder.mkdir()
    (folder / "TMF999-v4.toml").write_text(TABLE)
    monkeypatch.setenv("SENTIO_DEFINITIONS", str(tmp_path))
    tables.cache_clear()
    try:
        assert "TMF999v4" in {api.key for api in tables()}
        (folder / "TMF998-v4.toml").write_text(TABLE.replace("TMF999", "TMF998"))
        tables.cache_clear()
        with pytest.raises(DefinitionError, match="both want"):
            tables()
        (folder / "TMF998-v4.toml").write_text(
            TABLE.replace("TMF999", "TMF998").replace("things", "more").replace('"string"', '"x"')
        )
        tables.cache_clear()
        with pytest.raises(DefinitionError, match="no type is called x"):
            tables()
    finally:
        tables.cache_clear()


def test_every_operation_is_described_once_with_schemas_that_are_there(client) -> None:
    document = client.get("/openapi.json").json()

    operations = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path.startswith("/tmf-api/")
    ]
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names)) > 350
    for _, method, operation in operations:
        assert {"400", "401", "404", "405", "500"} <= set(operation["responses"])
        assert (method in {"post", "patch"}) == ("requestBody" in operation)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', client.get("/openapi.json").text))
    assert referred <= set(document["components"]["schemas"])
    assert "/api/v1/degradations" in document["paths"]


def test_reading_and_writing_want_their_roles(client) -> None:
    state = client.platform.state
    keys = {
        role: {"authorization": f"Bearer {state.create_key(role, roles=(role,), at_ns=0)}"}
        for role in ("ingest", "read", "tmf", "admin")
    }
    path = "/tmf-api/partyRoleManagement/v4/partyRole"
    answers = {
        role: (
            client.get(path, headers=key).status_code,
            client.post(path, json={"name": "n"}, headers=key).status_code,
        )
        for role, key in keys.items()
    }

    assert client.get(path).status_code == 401
    assert client.get(path).json()["@type"] == "Error"
    assert answers == {
        "ingest": (403, 403),
        "read": (200, 403),
        "tmf": (200, 201),
        "admin": (200, 201),
    }


TABLE = """
id = "TMF999"
title = "Things"
version = "1.0.0"
generation = "v4"
path = "/tmf-api/things/v4"

[resources.thing]
type = "Thing"
operations = ["list", "create", "retrieve"]

[resources.thing.fields]
name = "string"
"""
