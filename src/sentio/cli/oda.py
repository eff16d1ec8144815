"""``sentio oda``: what an ODA Canvas needs to know of this component."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentio.cli.output import AsJson, answer


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(oda)


def oda(
    what: Annotated[str, typer.Argument(help="manifest.")],
    release: Annotated[str, typer.Option(help="Helm release that it runs as.")] = "r1",
    root_path: Annotated[
        str | None, typer.Option(help="What paths begin with. Default: /RELEASE-sentio.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the service.")] = 8080,
    out: Annotated[Path | None, typer.Option(help="File to write it to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the component's manifest (YAML) for a Canvas of TM Forum's ODA."""
    import re

    from sentio import __version__
    from sentio.api.oda import Placement, manifest, read_component, yaml_text
    from sentio.kernel.errors import ConfigError, UnknownName

    if what != "manifest":
        raise UnknownName.among("ODA document", what, ("manifest",))
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}[a-z0-9]", release):
        raise ConfigError(
            f"{release!r} is no name of a release",
            where="--release",
            expected="2 to 32 lower case letters, digits and hyphens, as Kubernetes wants them",
        )
    if root_path is not None and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", root_path):
        raise ConfigError(
            f"{root_path!r} is no path", where="--root-path", expected="such as /r1-sentio"
        )
    made = manifest(
        read_component(),
        Placement(release=release, version=__version__, port=port, root=root_path),
    )
    text = yaml_text(made).rstrip("\n")
    if out is not None:
        out.write_text(text + "\n", "utf-8")
        text = f"Written to {out}."
    answer(made, text, as_json=as_json)
