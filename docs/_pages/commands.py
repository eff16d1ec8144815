"""The page on the command line: every verb with its arguments and options."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import typer

from _pages.markdown import code, page, table
from sentio.cli.main import app

Part = Any  # a verb, group or parameter of the command line; typer publishes no type for them
SHELL = {"install_completion", "show_completion"}
"""Typer's own options, whose default depends on the shell."""


def command_line() -> str:
    """Every verb of ``sentio``."""
    parts: list[str] = []
    for name, verb in verbs():
        parts += [f"## {name}", (verb.help or "").strip(), _parameters(verb)]
    return page(
        "Command line",
        "With `--json` a verb writes one JSON object to standard output and nothing else. "
        "It ends with 0, with 1 where Sentio explains an error, with 2 where the command is wrong.",
        *parts,
    )


def verbs() -> Iterator[tuple[str, Part]]:
    """Go through the whole command line: ``sentio``, ``sentio ingest``, ``sentio key add`` ..."""
    yield from _below("sentio", typer.main.get_command(app))


def _below(name: str, verb: Part) -> Iterator[tuple[str, Part]]:
    yield name, verb
    for inner, each in sorted(getattr(verb, "commands", {}).items()):
        if not each.hidden:
            yield from _below(f"{name} {inner}", each)


def _parameters(verb: Part) -> str:
    rows = [
        [_name(each), _default(each), each.help or ""] for each in verb.params if not each.hidden
    ]
    return table(["Argument or option", "Default", "Meaning"], rows) if rows else ""


def _name(each: Part) -> str:
    if each.param_type_name == "argument":
        name = each.metavar or f"{each.name.upper()}{'...' if each.nargs < 0 else ''}"
        return code(name if each.required or name.startswith("[") else f"[{name}]")
    value = "" if each.is_flag else f" {each.metavar or _kind(each)}"
    names = ", ".join(code(name + value) for name in [*each.opts, *each.secondary_opts])
    return f"{names}, may be repeated" if each.multiple else names


def _kind(each: Part) -> str:
    kind = each.type_descriptor.annotation
    if typing.get_origin(kind) is typing.Literal:
        return "|".join(typing.get_args(kind))
    inner = [
        one for one in typing.get_args(kind) if isinstance(one, type) and one is not type(None)
    ]
    name = (inner[0] if inner else kind).__name__.upper()
    return {"STR": "TEXT", "INT": "NUMBER", "FLOAT": "NUMBER"}.get(name, name)


def _default(each: Part) -> str:
    if each.required:
        return "must be given"
    if getattr(each, "is_flag", False):
        return ""
    is_told = each.default is not None and not callable(each.default) and each.name not in SHELL
    return code(each.default) if is_told else ""
