"""Rated clips as the service's own columns; the picture metrics in the files are never read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

DEVICES = {  # the rated screens: class, width, height
    "hdtv": ("tv", 1920.0, 1080.0),
    "phone": ("handheld", 1920.0, 1080.0),
    "uhdtv": ("tv", 3840.0, 2160.0),
}
UNKNOWN_SCREEN = ("tv", 1920.0, 1080.0)
CODECS = {"h264": "h264", "avc": "h264", "hevc": "h265", "h265": "h265"}
NUMBERS = ("init_s", "stall_s", "n_stalls", "mean_ln_bitrate", "mean_abs_ln_switch")
NUMBERS += ("duration_s", "mean_ln_pixels", "mos")
TEXTS = ("streaming_log", "content", "encoding_profile", "device")
COURSE = "segment_bitrate_kbps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Clips with the mean opinion of their raters, 0 to 100, shape (rows,)."""

    batch: pa.RecordBatch
    opinion: npt.NDArray[np.float64]
    content: npt.NDArray[np.str_]
    device: npt.NDArray[np.str_]
    profile: npt.NDArray[np.str_]

    @property
    def has_course(self) -> bool:
        """Whether the bitrates of the segments are known."""
        return COURSE in self.batch.schema.names

    def of(self, chosen: npt.NDArray[np.bool_]) -> Ratings:
        """Give some of the clips."""
        return Ratings(
            batch=self.batch.filter(pa.array(chosen)),
            opinion=self.opinion[chosen],
            content=self.content[chosen],
            device=self.device[chosen],
            profile=self.profile[chosen],
        )

    def without_course(self) -> Ratings:
        """Forget the bitrates of the segments."""
        names = [name for name in self.batch.schema.names if name != COURSE]
        return Ratings(
            batch=self.batch.select(names),
            opinion=self.opinion,
            content=self.content,
            device=self.device,
            profile=self.profile,
        )


def read_ratings(path: Path) -> Ratings:
    """Read X.csv and, where it lies beside, the chunk log X_chunks.csv."""
    table = _read(path, numbers=NUMBERS, texts=TEXTS)
    text = {name: np.array(table[name].to_pylist(), dtype=np.str_) for name in TEXTS}
    number = {name: table[name].to_numpy() for name in NUMBERS}
    screens = [DEVICES.get(name.lower(), UNKNOWN_SCREEN) for name in text["device"]]
    columns = {
        "mean_ln_bitrate": number["mean_ln_bitrate"],
        "mean_abs_ln_switch": number["mean_abs_ln_switch"],
        "mean_ln_pixels": number["mean_ln_pixels"],
        "initial_delay_ms": 1e3 * number["init_s"],
        "stall_total_ms": 1e3 * number["stall_s"],
        "stall_count": number["n_stalls"].astype(np.float64),
        "play_duration_ms": 1e3 * number["duration_s"],
        "device_class": pa.array([screen[0] for screen in screens]),
        "display_width_px": pa.array([screen[1] for screen in screens]),
        "display_height_px": pa.array([screen[2] for screen in screens]),
        "video_codec": pa.array(
            [CODECS.get(str(name).lower(), str(name)) for name in text["encoding_profile"]]
        ),
    }
    chunks = path.with_name(f"{path.stem}_chunks{path.suffix}")
    if chunks.exists():
        columns[COURSE] = _courses(chunks, text["streaming_log"])
    return Ratings(
        batch=pa.RecordBatch.from_pydict(columns),
        opinion=number["mos"],
        content=text["content"],
        device=text["device"],
        profile=text["encoding_profile"],
    )


def _courses(path: Path, clips: npt.NDArray[np.str_]) -> pa.Array:
    """Bitrates of each clip's chunks in order; null where the log lacks a clip."""
    log = _read(path, numbers=("chunk", "video_bitrate"), texts=("streaming_log",))
    log = log.sort_by([("streaming_log", "ascending"), ("chunk", "ascending")])
    by_clip = log.group_by("streaming_log", use_threads=False).aggregate(
        [("video_bitrate", "list")]
    )
    places = pc.index_in(pa.array(clips), value_set=by_clip["streaming_log"].combine_chunks())
    return by_clip["video_bitrate_list"].combine_chunks().take(places)


def _read(path: Path, *, numbers: tuple[str, ...], texts: tuple[str, ...]) -> pa.Table:
    types = {**dict.fromkeys(numbers, pa.float64()), **dict.fromkeys(texts, pa.string())}
    wanted = csv.ConvertOptions(column_types=types, include_columns=[*types])
    return csv.read_csv(path, convert_options=wanted)
