"""Distinguished names of managed objects (3GPP TS 32.300) and what kind of element they name."""

from __future__ import annotations

import re
from functools import lru_cache

from sentio.model.topology import DOMAIN_OF_KIND

KINDS: dict[str, str] = {
    "GNBDUFunction": "gnb",
    "GNBCUCPFunction": "gnb",
    "GNBCUUPFunction": "gnb",
    "GNBFunction": "gnb",
    "ENBFunction": "gnb",
    "ENodeBFunction": "gnb",
    "EnbFunction": "gnb",
    "NodeBFunction": "gnb",
    "BtsSiteMgr": "gnb",
    "RncFunction": "rnc",
    "BssFunction": "bsc",
    "ServingGWFunction": "sgw",
    "PGWFunction": "upf",
    "PDNGWFunction": "upf",
    "EASFunction": "edge",
    "EESFunction": "edge",
    "EdgeDataNetwork": "edge",
    "NetworkSlice": "slice",
    "NetworkSliceSubnet": "slice",
    "ManagedElement": "managed_element",
    "MeContext": "managed_element",
    "SubNetwork": "subnetwork",
}
"""Classes of managed objects (TS 28.541, 28.622, 32.6xx) and our word for what they are."""

_RDN = re.compile(r"(?<!\\),")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)


@lru_cache(maxsize=4096)
def rdns(name: str) -> tuple[str, ...]:
    """Split a name into its relative names; an escaped comma separates nothing."""
    return tuple(part.strip() for part in _RDN.split(name) if part.strip())


def join(*names: str) -> str:
    """Put names end to end; where one repeats the end of what stands before it, it counts once."""
    whole: tuple[str, ...] = ()
    for name in names:
        whole = _append(whole, rdns(name))
    return ",".join(whole)


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str | None:
    """Say what kind of element a name names, by the class of its last part; None if it has none."""
    parts = rdns(name)
    found = _CLASS.fullmatch(parts[-1].partition("=")[0].strip()) if parts else None
    if not found or "=" not in parts[-1]:
        return None
    return kind_of_class(found.group())


def kind_of_class(name: str) -> str:
    """Say what kind of element a class of managed objects is; our word or its own in lower case."""
    name = name.removeprefix("vsData") or name
    if name in KINDS:
        return KINDS[name]
    if name.startswith("EP_"):
        return "link"
    if "Cell" in name and "Relation" not in name:
        return "cell"
    core = name.removesuffix("Function")
    if core != name and core.isupper():
        return core.lower()
    return _HUMP.sub("_", name).lower().replace("-", "_")


@lru_cache(maxsize=4096)
def kind_of_group(name: str) -> str | None:
    """Say whose counters a group holds that is called by their class, as many are: `NRCellDU`."""
    found = kind_of_class(name) if _CLASS.fullmatch(name) else None
    return found if found in DOMAIN_OF_KIND else None


def _append(whole: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    for length in range(min(len(whole), len(more)), 0, -1):
        if whole[-length:] == more[:length]:
            return whole + more[length:]
    return whole + more
