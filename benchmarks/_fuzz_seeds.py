"""What is damaged: the samples of a format, and files below a folder that are of that format."""

from __future__ import annotations

import gzip
import tomllib
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from sentio.ingest.format import FORMATS, HEAD_BYTES

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "samples"
OPTIONS = "options.toml"
WHOLE_BYTES = 131_072  # longer files are cut, so that many inputs can be tried
SURE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """An input as it should be, and how to read it."""

    name: str
    content: bytes
    options: dict[str, str] = field(default_factory=dict[str, str])


def seeds_of(name: str, folder: Path | None) -> list[Seed]:
    """Give the samples of a format, those packed also unpacked, and what the folder has of it."""
    own = SAMPLES / name
    found = [
        Seed(name=path.name, content=path.read_bytes(), options=_options(path))
        for path in (sorted(own.iterdir()) if own.is_dir() else [])
        if path.is_file() and path.name != OPTIONS
    ]
    found += [seed for path in _files(folder) if (seed := _of_format(name, path))]
    return [*found, *(bare for seed in found if (bare := _unpacked(seed)))]


def _files(folder: Path | None) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []


def _of_format(name: str, path: Path) -> Seed | None:
    with path.open("rb") as stream:
        content = stream.read(WHOLE_BYTES)
    head = content[:HEAD_BYTES]
    sure = {form.name: form.sniff(head, path.name) for form in FORMATS}
    is_it = sure[name] > SURE and sure[name] == max(sure.values())
    return Seed(name=path.name, content=content) if is_it else None


def _options(sample: Path) -> dict[str, str]:
    path = sample.parent / OPTIONS
    told = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {**told.get("options", {}), **told.get(sample.name, {})}


def _unpacked(seed: Seed) -> Seed | None:
    try:
        if seed.content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(seed.content)
        elif seed.content.startswith(b"\x28\xb5\x2f\xfd"):
            content = pa.CompressedInputStream(pa.BufferReader(seed.content), "zstd").read()
        else:
            return None
    except (OSError, EOFError, zlib.error):
        return None
    return Seed(name=seed.name, content=content[:WHOLE_BYTES], options=seed.options)
