"""The manifest is what the Canvas's own definition of a component wants, and nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sentio.api.oda import Placement, manifest, read_component, yaml_text
from sentio.cli.main import app as cli

DEFINITIONS = Path(__file__).resolve().parents[3] / "src" / "sentio" / "definitions"


def made(release: str = "r1", root: str | None = None) -> dict:
    return manifest(read_component(), Placement(release=release, version="1.2.3", root=root))


def wrong(value: object, schema: dict, place: str = "") -> list[str]:
    """Check a value against a structural schema of Kubernetes; keys it does not know are wrong."""
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{place} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place} is {value}"]
    if isinstance(value, list):
        found = [f"{place} is too short"] * (len(value) < schema.get("minItems", 0))
        inner = enumerate(value)
        return found + [w for i, one in inner for w in wrong(one, schema["items"], f"{place}[{i}]")]
    if not isinstance(value, dict):
        return []
    found = [
        f"{place}.{name} is missing" for name in schema.get("required", ()) if name not in value
    ]
    known = schema.get("properties", {})
    for name, one in value.items():
        if name not in known:
            found.append(f"{place}.{name} is not known")
        else:
            found += wrong(one, known[name], f"{place}.{name}")
    if "x-kubernetes-validations" in schema:
        found += wrongly_placed(value, place, schema["x-kubernetes-validations"][0]["rule"])
    return found


def wrongly_placed(value: dict, place: str, rule: str) -> list[str]:
    """Apply the one rule that the definition has: these keys at the API or its specification."""
    names = set(re.findall(r"has\(self\.(\w+)\)", rule))
    assert names
    is_told = names <= set(value) or names <= set(value.get("specification", [{}])[0])
    return [] if is_told else [f"{place} lacks some of {sorted(names)}"]


@pytest.fixture(scope="module")
def schema(shared: Path) -> dict:
    path = shared / "specs" / "oda" / "oda-component-crd.yaml"
    text = re.sub(r"^\s*\{\{-?[^}]*-?\}\}\s*$\n?", "", path.read_text("utf-8"), flags=re.MULTILINE)
    crd = yaml.safe_load(re.sub(r"\{\{-?.*?-?\}\}", "x", text))
    (found,) = (each for each in crd["spec"]["versions"] if each["name"] == "v1")
    return found["schema"]["openAPIV3Schema"]["properties"]["spec"]


@pytest.mark.shared
def test_the_manifest_is_valid_and_holds_no_key_that_the_canvas_does_not_know(schema):
    assert wrong(made()["spec"], schema, "spec") == []


@pytest.mark.shared
@pytest.mark.parametrize(
    "spoil",
    [
        lambda spec: spec["coreFunction"]["exposedAPIs"][0].pop("specification"),
        lambda spec: spec["coreFunction"]["exposedAPIs"][0].pop("port"),
        lambda spec: spec["coreFunction"]["exposedAPIs"][0].update(apiType="soap"),
        lambda spec: spec["managementFunction"]["exposedAPIs"][0].update(ports=1),
        lambda spec: spec["securityFunction"].update(canvasSystemRole=1),
    ],
)
def test_the_check_sees_what_is_wrong(schema, spoil):
    spec = made()["spec"]
    spoil(spec)

    assert len(wrong(spec, schema, "spec")) == 1


def test_everything_is_named_after_the_release():
    told = made("blue")

    assert (told["apiVersion"], told["kind"]) == ("oda.tmforum.org/v1", "Component")
    assert told["metadata"]["labels"] == {"oda.tmforum.org/componentName": "blue-sentio"}
    apis = told["spec"]["coreFunction"]["exposedAPIs"]
    assert {each["implementation"] for each in apis} == {"blue-sentio-api"}
    assert all(each["path"].startswith("/blue-sentio/") for each in apis)
    (metrics,) = told["spec"]["managementFunction"]["exposedAPIs"]
    assert metrics["path"] == "/blue-sentio/metrics"
    hubs = [
        each["specification"][0]["hub"]
        for each in told["spec"]["eventNotification"]["publishedEvents"]
    ]
    assert "/blue-sentio/tmf-api/alarmManagement/v4/hub" in hubs


@pytest.mark.parametrize(("root", "path"), [("", "/metrics"), ("/cem/", "/cem/metrics")])
def test_the_root_path_may_be_another(root, path):
    (metrics,) = made(root=root)["spec"]["managementFunction"]["exposedAPIs"]

    assert metrics["path"] == path


def test_the_apis_without_a_specification_elsewhere_are_served(client):
    served = set(client.get("/openapi.json").json()["paths"])

    ours = [each.path for each in read_component().core if each.specification is None]

    assert len(ours) == 3
    for path in ours:
        assert any(each.startswith(f"{path}/") for each in served), path
    assert "/metrics" in served


def test_the_apis_of_tm_forum_are_those_that_are_mounted():
    tables = {
        (each["id"], each["version"]): each["path"]
        for path in (DEFINITIONS / "tmf").glob("TMF*.toml")
        for each in [tomllib.loads(path.read_text("utf-8"))]
    }
    component = read_component()
    told = {(each.id, each.version): each.path for each in (*component.core, *component.security)}
    ours = {key: path for key, path in told.items() if key[0].startswith("TMF")}

    assert ours
    assert ours.items() <= tables.items()


def test_the_verb_writes_yaml_that_says_the_same(tmp_path):
    out = tmp_path / "component.yaml"
    said = CliRunner().invoke(cli, ["oda", "manifest", "--release", "blue", "--json"])
    CliRunner().invoke(cli, ["oda", "manifest", "--release", "blue", "--out", str(out)])

    assert yaml.safe_load(out.read_text("utf-8")) == json.loads(said.stdout)


@pytest.mark.parametrize("given", [["--release", "No!"], ["--root-path", "x y"]])
def test_names_that_no_cluster_takes_are_refused(given):
    assert CliRunner().invoke(cli, ["oda", "manifest", *given]).exit_code == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["yes", "a", "apiVersion", "x y", "1", "-"]), VALUES))
def test_what_is_written_as_yaml_is_read_as_it_was(value):
    plain = json.loads(json.dumps(value))

    assert yaml.safe_load(yaml_text(plain)) == plain
