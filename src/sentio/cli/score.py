"""``sentio score``: what a service model makes of given values, or of each row of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentio.cli.output import AsJson, answer, columns

if TYPE_CHECKING:
    from sentio.experience.scoring import Scores
    from sentio.experience.service import Service

Row = dict[str, Any]  # Any: JSON
SHOWN_ROWS = 20


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(score)


def score(
    service: Annotated[str, typer.Argument(help="The service model, by name.")],
    file: Annotated[
        Path | None, typer.Argument(help="CSV or Parquet; its columns are named as indicators.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An indicator; lists as 800;1200;400."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write rows with scores, .csv or .parquet.")] = (
        None
    ),
    as_json: AsJson = False,
) -> None:
    """Score one use, or a file of uses: MOS, confidence, what is missing, what explains the loss.

    Nothing is stored.
    """
    from sentio.cli.score_input import read_rows, rows_of_values, write_rows
    from sentio.experience.scoring import score as score_batch
    from sentio.experience.service import SERVICES
    from sentio.kernel.errors import SentioError

    model = SERVICES[service]
    if (file is None) == (not given):
        raise SentioError(
            "there is nothing to score" if file is None else "both a file and values are given",
            expected="a file, or values by --set",
            next_step=f"Inputs of {service}: {', '.join(each.name for each in model.inputs)}.",
        )
    batch = rows_of_values(model, given or []) if file is None else read_rows(model, file)
    scores = score_batch(model, batch)
    rows = [_row(model, scores, i) for i in range(batch.num_rows)] if as_json or not file else []
    if out is not None:
        write_rows(model, batch, scores, out)
    text = _one(model, rows[0]) if file is None else _many(model, scores)
    value = {"schema": "sentio.cli/score.v1", "service": service, "rows": rows}
    answer(value, text, as_json=as_json)


def _row(model: Service, scores: Scores, i: int) -> Row:
    from sentio.cli.score_input import missing_names
    from sentio.model.indicator import indicator

    mos = float(scores.mos[i])
    inputs = {each.name: each for each in model.inputs}
    losses = sorted(
        ((name, float(loss[i])) for name, loss in scores.loss.items() if loss[i] > 0),
        key=lambda pair: -pair[1],
    )
    return {
        "mos": None if mos != mos else round(mos, 4),  # noqa: PLR0124  (NaN is not itself)
        "confidence": round(float(scores.confidence[i]), 4),
        "grounded": bool(scores.grounded[i]),
        "missing": missing_names(model, int(scores.missing[i])),
        "drivers": [
            {
                "indicator": name,
                "domain": str(inputs[name].domain or indicator(name).domain),
                "mos_loss": round(loss, 4),
            }
            for name, loss in losses
        ],
    }


def _one(model: Service, row: Row) -> str:
    is_poor = row["mos"] is not None and row["mos"] < model.poor_below
    lines = [
        ("service", f"{model.title} ({model.standard})"),
        ("MOS", "none: an input that must be there is missing" if row["mos"] is None
         else f"{row['mos']:.2f}{' (poor)' if is_poor else ''}"),
        ("confidence", f"{100 * row['confidence']:.0f} %"),
        ("grounded", "yes" if row["grounded"] else "no"),
        ("missing", ", ".join(row["missing"]) or "nothing"),
    ]  # fmt: skip
    drivers = [(d["indicator"], d["domain"], f"-{d['mos_loss']:.2f}") for d in row["drivers"]]
    width = max(len(name) for name, _ in lines)
    text = "\n".join(f"{name:<{width}}  {said}" for name, said in lines)
    return f"{text}\n\n{columns(('driver', 'domain', 'MOS lost'), drivers)}" if drivers else text


def _many(model: Service, scores: Scores) -> str:
    import numpy as np

    from sentio.cli.output import percent
    from sentio.cli.score_input import missing_counts

    has_score = ~np.isnan(scores.mos)
    mos = scores.mos[has_score]
    rows = len(scores.mos)
    lines: list[tuple[str, object]] = [("rows", rows), ("scored", len(mos))]
    if len(mos):
        p10, median = np.percentile(mos, [10, 50])
        lines += [
            ("mean MOS", f"{mos.mean():.2f}"),
            ("median", f"{median:.2f}"),
            ("one in ten is below", f"{p10:.2f}"),
            (f"poor (below {model.poor_below:g})", percent(float((mos < model.poor_below).mean()))),
            ("grounded", percent(float(scores.grounded[has_score].mean()))),
            ("mean confidence", percent(float(scores.confidence[has_score].mean()))),
        ]
    lines += [(f"missing {name}", n) for name, n in missing_counts(model, scores.missing)]
    lost = sorted(((name, loss.sum() / max(len(mos), 1)) for name, loss in scores.loss.items()),
                  key=lambda pair: -pair[1])  # fmt: skip
    drivers = [(name, f"-{loss:.3f}") for name, loss in lost if loss > 0][:SHOWN_ROWS]
    text = columns(("service", model.name), lines)
    return f"{text}\n\n{columns(('driver', 'MOS lost a use'), drivers)}" if drivers else text
