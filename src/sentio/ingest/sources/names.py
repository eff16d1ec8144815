"""Names of files and members: which are junk, which are unsafe, and how they are written down."""

from __future__ import annotations

from collections import Counter

from sentio.ingest.piece import Origin
from sentio.ingest.sources.limits import OnSkip, RefusedInput

JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


class Names:
    """Gives each member of an archive its full name; a name that returns gets ``#2``, ``#3``."""

    def __init__(self, archive: Origin) -> None:
        self._archive = archive
        self._seen: Counter[str] = Counter()

    def full(self, member: str) -> str:
        """Write down where a member is."""
        return f"{self._archive.name}!{printable(member)}"

    def origin(self, member: str, modified_ns: int | None) -> Origin:
        """Name a member ``archive!member``."""
        name = self.full(member)
        self._seen[name] += 1
        if self._seen[name] > 1:
            name = f"{name}#{self._seen[name]}"
        return Origin(source=self._archive.source, name=name, modified_ns=modified_ns)


def is_junk(name: str) -> bool:
    """Tell whether a path has a hidden part, or one that only an operating system reads."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return any(part.startswith(".") or part in JUNK for part in parts)


def skips_junk(member: str, names: Names, on_skip: OnSkip) -> bool:
    """Tell whether a member of an archive is junk, and report it."""
    if not is_junk(member):
        return False
    on_skip(names.full(member), "hidden, or kept for an operating system only")
    return True


def check_member_name(name: str, *, where: str) -> None:
    """Raise `RefusedInput` for a member that would lie outside its archive."""
    parts = name.replace("\\", "/").split("/")
    has_drive = len(parts[0]) > 1 and parts[0][1] == ":"
    if name.startswith(("/", "\\")) or has_drive or ".." in parts or "\0" in name:
        raise RefusedInput(
            "the member's name leads out of the archive",
            reason="unsafe",
            where=where,
            expected="a path below the archive",
        )


def printable(name: str) -> str:
    """Write a name down as valid text on one line, whatever bytes it has."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
