"""How far our models are from the test vectors of the Recommendations, file by file.

Every file of vectors in the folder is run; a column that we do not compute is listed, and so is a
file that no model knows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from _comparison import Comparison
from _report import arguments, report
from _vectors_thing import availability
from _vectors_user import defaults, emodel_fb, emodel_nb, g1070, g1072
from _vectors_video import audio, play_lists, session, stalling, video

MODELS: dict[str, Callable[[Path], Comparison]] = {
    "emodel_nb_g107_vectors.csv": emodel_nb,
    "emodel_fb_g107_2_vectors.csv": emodel_fb,
    "g1072_vectors.csv": g1072,
    "g1070_video_vectors.csv": g1070,
    "p1203_1_video_mode0_vectors.csv": video,
    "p1203_2_audio_vectors.csv": audio,
    "p1203_3_stalling_vectors.csv": stalling,
    "p1203_3_session_vectors.csv": session,
    "ts22104_availability_vectors.json": availability,
    "dash_playlist_to_stalls.json": play_lists,
}
RATINGS = ("QoEcontrolledLab", "waterloo4_train", "README")
"""Files of the folder that hold opinions of people or words, not vectors."""


def main() -> None:
    given = arguments(__doc__ or "", data="data/experience").parse_args()
    report(figures(given.data), as_json=given.json)


def figures(folder: Path) -> dict[str, object]:
    """Run every file of vectors in a folder."""
    found = {name: model(folder / name) for name, model in MODELS.items() if _is_in(folder, name)}
    return {
        "vectors": sum(one.vectors for one in found.values()),
        "max_abs_error": {
            **{name: one.max_abs_error for name, one in found.items()},
            "defaults": defaults(),
        },
        "not_compared": {name: one.not_compared for name, one in found.items() if one.not_compared},
        "files_not_found": [name for name in MODELS if not _is_in(folder, name)],
        "files_without_model": strange_files(folder),
    }


def strange_files(folder: Path) -> list[str]:
    """List files that look like vectors and that no model is held against."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if name not in MODELS and not name.startswith(RATINGS)]


def _is_in(folder: Path, name: str) -> bool:
    return (folder / name).is_file()


if __name__ == "__main__":
    main()
