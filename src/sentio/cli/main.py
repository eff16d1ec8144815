"""``sentio``: finds its verbs beside this file and explains every error."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import sentio.cli
from sentio import __version__
from sentio.cli.output import tell, tell_usage
from sentio.kernel.errors import SentioError, StoreError


class Verbs(TyperGroup):
    """Runs a verb; an error that Sentio foresees is told in four parts, never as a traceback."""

    def main(  # pyright: ignore[reportIncompatibleMethodOverride]  (the rest is passed on as it is)
        self,
        args: Sequence[str] | None = None,
        **extra: Any,  # noqa: ANN401  (whatever typer itself passes)
    ) -> Any:  # noqa: ANN401  (typer's own signature)
        """Run the command line and end the process."""
        given = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in given
        if as_json:
            extra["standalone_mode"] = False
        try:
            code = super().main(args=given, **extra)
        except SentioError as error:
            tell(error, as_json=as_json)
            sys.exit(1)
        except OSError as error:
            tell(_explained(error), as_json=as_json)
            sys.exit(1)
        except Exception as error:
            if not as_json or not hasattr(error, "format_message"):
                raise
            tell_usage(error)
            sys.exit(2)
        sys.exit(code if isinstance(code, int) else 0)


app = typer.Typer(
    name="sentio",
    cls=Verbs,
    help="See how every user and every thing really experiences every service.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing boxes would double the time that --help takes
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def everywhere(
    context: typer.Context,
    data_folder: Annotated[
        Path | None, typer.Option(help="Folder of everything Sentio keeps.")
    ] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Show the release and stop.")] = False,
) -> None:
    """Take what holds for every verb."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    context.obj = {"data_folder": data_folder, "log_level": log_level}


def _explained(error: OSError) -> StoreError:
    return StoreError(
        error.strerror or str(error),
        where=str(error.filename or ""),
        next_step="Check that the place exists, has room and may be used by this user.",
    )


def _find_verbs() -> None:
    for found in sorted(Path(sentio.cli.__file__).parent.glob("*.py")):
        # files beside the verbs may import what is heavy: only a verb's own file is opened
        if found.name != "main.py" and "\ndef register(" in found.read_text("utf-8"):
            importlib.import_module(f"sentio.cli.{found.stem}").register(app)


_find_verbs()


if __name__ == "__main__":
    app()
