"""The manifest of an ODA component (`oda.tmforum.org/v1`, kind `Component`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sentio.api.oda.definition import ComponentDefinition, DependentApi, ExposedApi

Json = dict[str, Any]  # Any: what YAML can hold

API_VERSION = "oda.tmforum.org/v1"
CANVAS_ROLE = "Admin"  # the party role that a Canvas signs on with


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a release runs: ``root`` is what its paths begin with, as `api_root_path` says it."""

    release: str
    version: str
    port: int = 8080
    root: str | None = None

    def name(self, component: str) -> str:
        """Give the component's name within the cluster."""
        return f"{self.release}-{component}"

    def service(self, component: str) -> str:
        """Give the name of the Kubernetes service that answers."""
        return f"{self.release}-{component}-api"

    def path(self, component: str, path: str) -> str:
        """Give a path of the component as the world sees it."""
        root = f"/{self.name(component)}" if self.root is None else self.root.rstrip("/")
        return root + path


def manifest(component: ComponentDefinition, placement: Placement) -> Json:
    """Write the manifest of one release."""
    name = placement.name(component.name)
    return {
        "apiVersion": API_VERSION,
        "kind": "Component",
        "metadata": {"name": name, "labels": {"oda.tmforum.org/componentName": name}},
        "spec": {
            "componentMetadata": _metadata(component, placement),
            "coreFunction": {
                "exposedAPIs": [_exposed(component, placement, each) for each in component.core],
                "dependentAPIs": [_dependent(each) for each in component.core_dependent],
            },
            "eventNotification": {
                "publishedEvents": [
                    _published(component, placement, each)
                    for each in component.core
                    if each.publishes
                ],
                "subscribedEvents": [],
            },
            "managementFunction": {"exposedAPIs": [_metrics(component, placement)]},
            "securityFunction": {
                "canvasSystemRole": CANVAS_ROLE,
                "exposedAPIs": [
                    _exposed(component, placement, each) for each in component.security
                ],
            },
        },
    }


def _metadata(component: ComponentDefinition, placement: Placement) -> Json:
    return {
        "id": component.id,
        "name": component.name,
        "version": placement.version,
        "description": component.description,
        "functionalBlock": component.functional_block,
        "publicationDate": component.published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "status": "specified",
        "eTom": list(component.etom),
        "SID": list(component.sid),
        "functionalFramework": [],
        "maintainers": [],
        "owners": [],
    }


def _exposed(component: ComponentDefinition, placement: Placement, api: ExposedApi) -> Json:
    return {
        "name": api.name,
        "id": api.id,
        "apiType": "openapi",
        "apiSDO": api.sdo,
        "specification": [_specification(component, placement, api)],
        "implementation": placement.service(component.name),
        "path": placement.path(component.name, api.path),
        "developerUI": placement.path(component.name, "/openapi.json"),
        "port": placement.port,
        "gatewayConfiguration": {},
    }


def _specification(component: ComponentDefinition, placement: Placement, api: ExposedApi) -> Json:
    ours = placement.path(component.name, "/openapi.json")
    inside = f"http://{placement.service(component.name)}:{placement.port}{ours}"
    return {"url": api.specification or inside, "version": api.version}


def _dependent(api: DependentApi) -> Json:
    return {
        "name": api.name,
        "id": api.id,
        "apiType": "openapi",
        "specification": [{"url": api.specification}],
        "required": False,
    }


def _published(component: ComponentDefinition, placement: Placement, api: ExposedApi) -> Json:
    events = {
        "apiType": "openapi",
        "hub": placement.path(component.name, f"{api.path}/hub"),
        "implementation": placement.service(component.name),
        "port": placement.port,
    }
    told = _specification(component, placement, api)
    return {"name": f"{api.name}-events", "specification": [{**told, **events}]}


def _metrics(component: ComponentDefinition, placement: Placement) -> Json:
    return {
        "name": "metrics",
        "apiType": "prometheus",
        "implementation": placement.service(component.name),
        "path": placement.path(component.name, "/metrics"),
        "port": placement.port,
    }
