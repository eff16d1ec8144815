"""Who is behind a pseudonym, for whoever owns both the key and the list of its own subscribers.

A platform asks the network for something in a subject's name by pseudonym. An operator's exposure
function has the way back: it makes the pseudonyms of all its subscribers with the platform's key,
as the gate does, and looks up. The names never leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from sentio.governance.key import Key


def subjects_by_pseudonym(
    known: Mapping[str, pa.StringArray], key: Callable[[], Key]
) -> Callable[[str], str]:
    """Give a function that finds the IMSI of whom a name is for; empty for a stranger.

    Parameters
    ----------
    known
        Names by kind of identifier, among them ``imsi``; shape (subjects,) each, in one order.
    key
        Gives the platform's key; asked once, when somebody is looked up first.

    Returns
    -------
    subject_of
        Takes a pseudonym, written as a whole number, or an IMSI.
    """

    @cache
    def by_name() -> Mapping[str, str]:
        from sentio.governance.pseudonym import pseudonyms

        imsis: list[str] = known["imsi"].to_pylist()
        found, own_key = dict(zip(imsis, imsis, strict=True)), key()
        for kind, names in known.items():
            made = pseudonyms(names, kind=kind, key=own_key)
            found |= {str(name): imsi for name, imsi in zip(made.to_pylist(), imsis, strict=True)}
        return found

    return lambda name: by_name().get(name, "")
