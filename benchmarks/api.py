"""Claim: the API is fast enough for a whole operator; each part of it says what is measured.

A part is one file `_api_<part>.py` with `figures()`, which gives keys and their values. All parts
are run unless one is named.
"""

from __future__ import annotations

import importlib

from _report import HERE, arguments, report


def main() -> None:
    parts = sorted(path.stem.removeprefix("_api_") for path in HERE.glob("_api_*.py"))
    parser = arguments(__doc__ or "")
    parser.add_argument("--part", choices=parts, action="append", help="only this part")
    given = parser.parse_args()
    found: dict[str, object] = {}
    for part in given.part or parts:
        found |= importlib.import_module(f"_api_{part}").figures()
    report(found, as_json=given.json)


if __name__ == "__main__":
    main()
