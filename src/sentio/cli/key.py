"""``sentio key``: API keys: create, list, revoke."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment

group = typer.Typer(help="API keys, for whoever pushes or asks by HTTP.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.add_typer(group, name="key")


@group.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose key it is, such as probe-north.")],
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="ingest, read, tmf, act, care, reveal, marketing or admin; "
            "may be given several times."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import open_state

    roles = tuple(role or ("ingest",))
    now_ns = SystemClock().now_ns()
    with open_state(settings_of(context)) as state:
        key = state.create_key(name, roles=roles, at_ns=now_ns)
        state.note(who(), "key created", purpose="access", at_ns=now_ns, details={"key": name})
    text = f"{key}\n\nKeep it now: it is not shown again. Send it as `Authorization: Bearer KEY`."
    answer({"name": name, "roles": roles, "key": key}, text, as_json=as_json)


@group.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all keys, without their secrets."""
    from sentio.loop.platform import open_state

    with open_state(settings_of(context)) as state:
        keys = state.api_keys()
    rows = [
        (each.name, ", ".join(each.roles), moment(each.created_ns), moment(each.revoked_ns))
        for each in keys
    ]
    table = columns(("name", "roles", "created", "revoked"), rows)
    answer(
        {"items": [asdict(each) for each in keys]},
        table if rows else "No keys: only this machine may use the API.",
        as_json=as_json,
    )


@group.command()
def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The key's name.")],
    as_json: AsJson = False,
) -> None:
    """Take a key out of force, at once and for good."""
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import open_state

    now_ns = SystemClock().now_ns()
    with open_state(settings_of(context)) as state:
        state.revoke_key(name, at_ns=now_ns)
        state.note(who(), "key revoked", purpose="access", at_ns=now_ns, details={"key": name})
    answer({"name": name, "revoked_ns": now_ns}, f"Key {name} is revoked.", as_json=as_json)
