"""The contract of a service model, checked on its inputs, at their extremes and without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from sentio.experience.scoring import Scores, prepare, score
from sentio.experience.service import Input, Service, Value
from sentio.experience.terms import InTerms
from sentio.model.indicator import Indicator, indicators
from sentio.testing.batches import Cell, batch_of, nominal_row, random_batch
from sentio.testing.breach import insist

ROWS = 48
WORST, BEST = 1.0, 5.0  # MOS
MOST_INPUTS = 63  # one bit each in `Scores.missing`
NEAR = 0.5  # MOS by which the nominal use may miss the best one
TOLERANCE = 1e-9


def check_service(service: Service, *, seed: int = 0) -> None:
    """Raise `BrokenContract` unless a service model keeps its contract.

    Parameters
    ----------
    service
        The model, from Python or from TOML, ours or a stranger's.
    seed
        Of the random uses that it is tried on; another seed tries others.
    """
    insist(service.name, _declared(service))  # what follows builds on it
    batch = random_batch(service, ROWS, seed=seed)
    insist(service.name, _pure(service, batch))
    scores = score(service, batch)
    breaches = [
        *_in_range(service, scores),
        *_row_by_row(service, batch, scores),
        *_empty(service, batch),
        *_nominal(service, scores),
        *_examples(service),
        *_missing(service),
        *_failure(service),
    ]
    insist(service.name, breaches)


def _declared(service: Service) -> Iterator[str]:
    known = indicators()
    names = [wanted.name for wanted in service.inputs]
    if not names or len(names) > MOST_INPUTS:
        yield f"it has {len(names)} inputs, expected 1 to {MOST_INPUTS}"
    if len(set(names)) < len(names):
        yield "two of its inputs have one name"
    if not 0.0 < service.confidence <= 1.0:
        yield f"its confidence is {service.confidence}, expected (0, 1]"
    if not WORST < service.poor_below < BEST:
        yield f"poor_below is {service.poor_below}, expected (1, 5)"
    yield from _terms(service, names)
    for wanted in service.inputs:
        if wanted.name not in known:
            yield f"its input {wanted.name!r} is not in the catalogue of indicators"
            continue
        yield from _input(wanted, known[wanted.name])
        if wanted.part_of and wanted.part_of not in names:
            yield f"{wanted.name} is part of {wanted.part_of}, which is no input"
        elif wanted.part_of and known[wanted.part_of].unit != known[wanted.name].unit:
            yield f"{wanted.name} is part of {wanted.part_of}, which has another unit"


def _terms(service: Service, inputs: list[str]) -> Iterator[str]:
    readable = list(inputs)
    for term in service.mos.terms if isinstance(service.mos, InTerms) else ():
        if term.name in readable:
            yield f"its term {term.name} has the name of an input or of a term before it"
        if stray := sorted(set(term.reads) - set(readable)):
            yield f"its term {term.name} reads {', '.join(stray)}: no input, no term before it"
        readable.append(term.name)


def _input(wanted: Input, known: Indicator) -> Iterator[str]:
    if not 0.0 <= wanted.weight <= 1.0:
        yield f"{wanted.name}: its weight is {wanted.weight}, expected [0, 1]"
    for word, value in (("nominal", wanted.nominal), ("assumed", wanted.assumed)):
        if value is not None and not _fits(value, known):
            expected = f"a {known.shape} in [{known.low}, {known.high}]"
            yield f"{wanted.name}: {word} is {value!r}, expected {expected}"


def _fits(value: Value, known: Indicator) -> bool:
    if known.shape == "text":
        return isinstance(value, str)
    numbers = value if isinstance(value, tuple) else (value,)
    if known.shape == "number" and isinstance(value, tuple):
        return False
    return all(
        not isinstance(number, str) and known.low <= number <= known.high for number in numbers
    )


def _in_range(service: Service, scores: Scores) -> Iterator[str]:
    bad = scores.mos[~((scores.mos >= WORST) & (scores.mos <= BEST))]
    if len(bad):
        yield f"{len(bad)} of {ROWS} uses with all inputs score outside [1, 5], such as {bad[0]}"
    for name in (wanted.name for wanted in service.inputs if wanted.is_driver):
        gain = scores.loss.get(name)
        if gain is None:
            yield f"the driver {name} is not told"
        elif not ((gain >= 0.0) & (scores.mos + gain <= BEST + TOLERANCE)).all():
            yield f"the driver {name} regains less than nothing, or more than there is"


def _pure(service: Service, batch: pa.RecordBatch) -> Iterator[str]:
    columns, _ = prepare(service, batch)
    for column in columns.values():
        for array in (column, getattr(column, "values", None), getattr(column, "codes", None)):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    try:
        mos, again = service.mos(columns), service.mos(columns)
    except Exception as error:  # noqa: BLE001  (whatever it raises is the breach)
        yield f"mos raises {error!r} on columns that nobody may write to"
        return
    if mos.shape != (ROWS,):
        yield f"mos has shape {mos.shape} for {ROWS} rows"
    elif not _same(mos, again):
        yield "mos gives another answer when asked again"


def _row_by_row(service: Service, batch: pa.RecordBatch, scores: Scores) -> Iterator[str]:
    for size in (1, 7, ROWS - 1):
        starts = range(0, ROWS, size)
        parts = [score(service, batch.slice(start, size)) for start in starts]
        if not _same(np.concatenate([part.mos for part in parts]), scores.mos):
            yield f"{size} rows at a time give other scores than {ROWS} at once"
        for name, gain in scores.loss.items():
            if not _same(np.concatenate([part.loss[name] for part in parts]), gain):
                yield f"{size} rows at a time give another loss by {name} than {ROWS} at once"


def _empty(service: Service, batch: pa.RecordBatch) -> Iterator[str]:
    scores = score(service, batch.slice(0, 0))
    if len(scores.mos) or any(len(gain) for gain in scores.loss.values()):
        yield "no rows give scores"


def _nominal(service: Service, scores: Scores) -> Iterator[str]:
    nominal = _of_row(service, nominal_row(service))
    best = float(np.max(scores.mos))
    if not float(nominal.mos[0]) >= best - NEAR:
        yield f"the nominal use scores {nominal.mos[0]:.3f}, a random one {best:.3f}"
    blamed = [name for name, gain in nominal.loss.items() if gain[0] > TOLERANCE]
    if blamed:
        yield f"the nominal use blames {', '.join(blamed)}"
    if nominal.missing[0] or abs(nominal.confidence[0] - service.confidence) > TOLERANCE:
        yield "the nominal use, with all inputs, lacks something"
    if bool(nominal.grounded[0]) is bool(service.provisional):
        yield "the nominal use is grounded exactly where the model is provisional"


def _examples(service: Service) -> Iterator[str]:
    if not service.examples:
        yield "it has no worked example"
    names = {wanted.name for wanted in service.inputs}
    for number, example in enumerate(service.examples):
        if stray := set(example.given) - names:
            yield f"example {number} gives {', '.join(sorted(stray))}: no input"
            continue
        # What an example leaves out is assumed: only the formula is tried, not what must be there.
        columns, _ = prepare(service, batch_of([example.given], list(example.given)))
        found = float(service.mos(columns)[0])
        if not abs(found - example.mos) <= example.tolerance:
            yield (
                f"example {number} ({example.source}) gives {found:.6f}, "
                f"expected {example.mos} within {example.tolerance}"
            )


def _missing(service: Service) -> Iterator[str]:
    row = nominal_row(service)
    full = _of_row(service, row)
    either = [wanted.name for wanted in service.inputs if wanted.need == "either"]
    for bit, wanted in enumerate(service.inputs):
        names = [name for name in row if name != wanted.name]
        scores = score(service, batch_of([row], names))
        nulled = _of_row(service, {**row, wanted.name: None})
        must = wanted.need == "must" or either == [wanted.name]
        if not _same(scores.mos, nulled.mos) or not _same(scores.confidence, nulled.confidence):
            yield f"{wanted.name} absent and {wanted.name} null are not the same"
        if bool(np.isnan(scores.mos[0])) is not must:
            yield f"without {wanted.name} ({wanted.need}) the score is {scores.mos[0]}"
        expected = 0.0 if must else full.confidence[0] * (1.0 - wanted.weight)
        if abs(scores.confidence[0] - expected) > TOLERANCE:
            yield f"without {wanted.name} the confidence is {scores.confidence[0]}, not {expected}"
        if not scores.missing[0] >> bit & 1:
            yield f"without {wanted.name} it is not told as missing"
        if scores.grounded[0] and wanted.need != "helps":
            yield f"without {wanted.name} ({wanted.need}) the score is still grounded"
    if either:
        scores = _of_row(service, {**row, **dict.fromkeys(either)})
        if not np.isnan(scores.mos[0]):
            yield f"without any of {', '.join(either)} there is still a score"


def _failure(service: Service) -> Iterator[str]:
    if "is_success" in {wanted.name for wanted in service.inputs}:
        scores = _of_row(service, {"is_success": 0.0})
        if scores.mos[0] != WORST or scores.missing[0]:
            yield f"a use that failed scores {scores.mos[0]}, missing {scores.missing[0]:b}"


def _of_row(service: Service, row: Mapping[str, Cell]) -> Scores:
    return score(service, batch_of([row], [wanted.name for wanted in service.inputs]))


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))
