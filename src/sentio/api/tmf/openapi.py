"""The Open APIs in the server's own description (OpenAPI 3.1), made from the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sentio.api.tmf.patching import MERGE, OPERATIONS, PLAIN, QUERY
from sentio.api.tmf.projecting import ALWAYS
from sentio.api.tmf.query import GREATEST_LIMIT
from sentio.api.tmf.table import ApiTable, Generation, Resource, shared_types, tables

Json = dict[str, Any]  # Any: JSON
ERRORS = {
    "400": "The request is wrong in itself.",
    "401": "No key, or none in force.",
    "403": "The key may not do this.",
    "404": "There is no such resource.",
    "405": "The method is not allowed here.",
    "409": "It contradicts what is there.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "500": "Something went wrong that nobody foresaw.",
    "503": "The store is busy.",
}
READING = ("400", "401", "403", "404", "405", "500", "503")
WRITING = (*READING, "409", "413", "415")
SCALARS: dict[str, Json] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date-time": {"type": "string", "examples": ["2026-11-23T10:15:00Z"]},
    "date": {"type": "string", "examples": ["2026-11-23"]},
    "object": {"type": "object"},
    "any": {},
}
"""Times that others sent may lack seconds or zone: so what is shown promises no ``format``."""


def add_open_apis(document: Json) -> Json:
    """Add every operation of every API to a description."""
    schemas: Json = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["TmfError"] = _error()
    schemas["TmfPatchOperation"] = _operation_schema()
    for generation in ("v4", "v5"):
        schemas.update(_shared(generation))
        schemas[f"TmfHub{generation}"] = _hub(generation)
        schemas[f"TmfHubNew{generation}"] = _hub_new(generation)
    for api in tables():
        for resource in api.resources.values():
            schemas[_name(api, resource)] = _resource_schema(api, resource)
            if "create" in resource.operations:
                schemas[f"{_name(api, resource)}_Create"] = _create_schema(api, resource)
            if "patch" in resource.operations:
                schemas[f"{_name(api, resource)}_Update"] = _update_schema(api, resource)
        for path, item in _paths(api):
            document["paths"][path] = item
    return document


def _paths(api: ApiTable) -> Iterator[tuple[str, Json]]:
    for name, resource in api.resources.items():
        above: list[Json] = []
        start = api.path
        if resource.parent:
            start = f"{api.path}/{resource.parent}/{{{resource.parent}Id}}"
            above = [_path_parameter(f"{resource.parent}Id")]
        whole = {
            method: operation
            for kind, method in (("list", "get"), ("create", "post"))
            if kind in resource.operations
            for operation in (_described(api, name, kind, above),)
        }
        one = {
            method: operation
            for kind, method in (("retrieve", "get"), ("patch", "patch"), ("delete", "delete"))
            if kind in resource.operations
            for operation in (_described(api, name, kind, [*above, _path_parameter("id")]),)
        }
        if whole:
            yield f"{start}/{name}", whole
        if one:
            yield f"{start}/{name}/{{id}}", one
    yield f"{api.path}/hub", _hub_list(api)
    yield f"{api.path}/hub/{{id}}", _hub_one(api)


def _described(api: ApiTable, name: str, kind: str, parameters: list[Json]) -> Json:
    resource = api.resources[name]
    fields = _query("fields", "The attributes to show, between commas.", {"type": "string"})
    shown = _ref(_name(api, resource))
    told: Json = {
        "operationId": f"{api.key}_{kind}_{resource.parent}{name}",
        "tags": [f"{api.id} {api.title} {api.generation}"],
        "summary": f"{kind.capitalize()} {name}",
        "parameters": [*parameters, *([] if kind == "delete" else [fields])],
        "responses": _errors(READING if kind in {"list", "retrieve"} else WRITING),
    }
    match kind:
        case "list":
            told["parameters"] += _list_parameters()
            page = {
                "description": "What is asked for.",
                "headers": _counts(),
                "content": _content({"type": "array", "items": shown}),
            }
            told["responses"] |= {"200": page, "206": {**page, "description": "A part of it."}}
        case "create":
            body = _ref(f"{_name(api, resource)}_Create")
            told["requestBody"] = {"required": True, "content": _content(body)}
            told["responses"]["201"] = {
                "description": "It was made.",
                "headers": {"Location": {"schema": {"type": "string"}}},
                "content": _content(shown),
            }
        case "patch":
            told["requestBody"] = {"required": True, "content": _patches(api, resource)}
            told["responses"]["200"] = {"description": "It is so.", "content": _content(shown)}
        case "delete":
            told["responses"]["204"] = {"description": "It is gone."}
        case _:
            told["responses"]["200"] = {"description": "Here it is.", "content": _content(shown)}
    return told


def _resource_schema(api: ApiTable, resource: Resource) -> Json:
    properties = {
        **{name: {"type": "string"} for name in ("id", "href", "@type")},
        **_properties(api.generation, resource.fields.items()),
    }
    return {
        "type": "object",
        "required": list(ALWAYS[api.generation]),
        "properties": properties,
    }


def _create_schema(api: ApiTable, resource: Resource) -> Json:
    schema: Json = {
        "type": "object",
        "properties": {
            **({"@type": {"type": "string"}} if api.generation == "v5" else {}),
            **_asked(api.generation, resource.fields.items()),
        },
    }
    return {**schema, "required": list(resource.mandatory)} if resource.mandatory else schema


def _update_schema(api: ApiTable, resource: Resource) -> Json:
    open_ = [(name, kind) for name, kind in resource.fields.items() if name not in resource.fixed]
    return {"type": "object", "properties": _asked(api.generation, open_)}


def _patches(api: ApiTable, resource: Resource) -> Json:
    body = {"schema": _ref(f"{_name(api, resource)}_Update")}
    found = {PLAIN: body, MERGE: body}
    if api.generation == "v5":
        steps = {"schema": {"type": "array", "items": _ref("TmfPatchOperation")}}
        found |= {OPERATIONS: steps, QUERY: steps}
    return found


def _properties(generation: Generation, fields: Iterable[tuple[str, str]]) -> Json:
    return {name: _typed(generation, kind) for name, kind in fields}


def _asked(generation: Generation, fields: Iterable[tuple[str, str]]) -> Json:
    """Describe what is sent: times as they should be, though others are read as well."""
    formats = {kind: {"type": "string", "format": kind} for kind in ("date-time", "date")}
    return {name: formats.get(kind) or _typed(generation, kind) for name, kind in fields}


def _typed(generation: Generation, kind: str) -> Json:
    if kind.endswith("[]"):
        return {"type": "array", "items": _typed(generation, kind[:-2])}
    return dict(SCALARS[kind]) if kind in SCALARS else _ref(f"Tmf{generation}.{kind}")


def _shared(generation: Generation) -> Json:
    shared = shared_types(generation)
    found: Json = {
        f"Tmf{generation}.{name}": {
            "type": "object",
            "properties": _properties(generation, fields.items()),
        }
        for name, fields in shared.types.items()
    }
    return found | {
        f"Tmf{generation}.{name}": {"type": "string", "enum": list(values)}
        for name, values in shared.values.items()
    }


def _list_parameters() -> list[Json]:
    count = {"type": "integer", "minimum": 0}
    text = {"type": "string"}
    return [
        _query("offset", "How many to pass over.", count),
        _query("limit", f"How many at most; never more than {GREATEST_LIMIT}.", count),
        _query("sort", "Attributes to sort by, between commas; - puts the greatest first.", text),
        _query("filter", "JSONPath, such as $[?(@.name=='x')].", text),
        _query("after", "The cursor behind which to go on.", text),
        _query("before", "The cursor before which to end.", text),
    ]


def _hub_list(api: ApiTable) -> Json:
    hub = _ref(f"TmfHub{api.generation}")
    tags = [f"{api.id} {api.title} {api.generation}"]
    return {
        "get": {
            "operationId": f"{api.key}_list_registrations",
            "tags": tags,
            "summary": "List who is told of events",
            "responses": {
                **_errors(READING),
                "200": {
                    "description": "All of them.",
                    "headers": _counts(),
                    "content": _content({"type": "array", "items": hub}),
                },
            },
        },
        "post": {
            "operationId": f"{api.key}_register",
            "tags": tags,
            "summary": "Register to be told of events",
            "requestBody": {
                "required": True,
                "content": _content(_ref(f"TmfHubNew{api.generation}")),
            },
            "responses": {
                **_errors(WRITING),
                "201": {
                    "description": "Registered; X-Sentio-Secret signs what is sent.",
                    "headers": {
                        name: {"schema": {"type": "string"}}
                        for name in ("Location", "X-Sentio-Secret")
                    },
                    "content": _content(hub),
                },
            },
        },
    }


def _hub_one(api: ApiTable) -> Json:
    tags = [f"{api.id} {api.title} {api.generation}"]
    hub = _content(_ref(f"TmfHub{api.generation}"))
    parameters = [_path_parameter("id")]
    return {
        "get": {
            "operationId": f"{api.key}_retrieve_registration",
            "tags": tags,
            "summary": "Show a registration",
            "parameters": parameters,
            "responses": {
                **_errors(READING),
                "200": {"description": "Here it is.", "content": hub},
            },
        },
        "delete": {
            "operationId": f"{api.key}_unregister",
            "tags": tags,
            "summary": "End a registration",
            "parameters": parameters,
            "responses": {**_errors(READING), "204": {"description": "It is gone."}},
        },
    }


def _hub(generation: Generation) -> Json:
    text = {"type": "string"}
    names = ["id", "href", "callback", "query", *(["@type"] if generation == "v5" else [])]
    required = ["id", "callback"]
    return {"type": "object", "required": required, "properties": dict.fromkeys(names, text)}


def _hub_new(generation: Generation) -> Json:
    address = {
        "type": "string",
        "pattern": r"^https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,3})?(/[a-z]*)?$",
    }
    required = ["callback", *(["@type"] if generation == "v5" else [])]
    properties = {"callback": address, "query": {"type": "string"}, "@type": {"type": "string"}}
    return {"type": "object", "required": required, "properties": properties}


def _error() -> Json:
    names = ("@type", "code", "reason", "message", "status", "referenceError")
    return {
        "type": "object",
        "required": ["@type", "code", "reason", "status"],
        "properties": {name: {"type": "string"} for name in names},
    }


def _operation_schema() -> Json:
    kinds = ["add", "remove", "replace", "move", "copy", "test"]
    return {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"type": "string", "enum": kinds},
            "path": {"type": "string"},
            "from": {"type": "string"},
            "value": {},
        },
    }


def _errors(statuses: Iterable[str]) -> Json:
    body = _content(_ref("TmfError"))
    return {status: {"description": ERRORS[status], "content": body} for status in statuses}


def _counts() -> Json:
    return {name: {"schema": {"type": "integer"}} for name in ("X-Total-Count", "X-Result-Count")}


def _content(schema: Json) -> Json:
    return {PLAIN: {"schema": schema}}


def _query(name: str, says: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": says, "schema": schema}


def _path_parameter(name: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
    }


def _name(api: ApiTable, resource: Resource) -> str:
    return f"{api.key}.{resource.type}"


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
