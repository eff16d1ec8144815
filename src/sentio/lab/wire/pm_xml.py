"""Performance measurements in XML, a file each quarter hour (TS 28.532, names of TS 28.552)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.city import CITY, SECTORS
from sentio.lab.day import every, rhythm
from sentio.lab.network import CELL_KBPS, OVERLOAD, SLOT_NS
from sentio.lab.wire.text import Written, clock, fixed, glue, save, whole
from sentio.lab.world import World

FOLDER = "pm"
CELL_TYPES = (
    "RRU.PrbTotDl RRU.PrbTotUl RRC.ConnMean RRC.ConnEstabAtt RRC.ConnEstabSucc DRB.UEThpDl"
    " DRB.AirIfDelayDl DRB.PacketLossRateUl DRB.PdcpSduVolumeDL CARR.WBCQIDist"
)
LINK_TYPES = "GTP.InDataPktN3gNB GTP.InDataPktPacketLossN3gNB"
SUSPECT_SLOT, SUSPECT_SITE = 5, 3  # the base station was restarted within this period
NIL_SLOT, BROKEN_SLOT = 6, 3  # a result that is missing, and one that is no number

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<measDataFile xmlns="http://www.3gpp.org/ftp/specs/archive/28_series/28.532#measData">\n'
    '  <fileHeader fileFormatVersion="28.532 V17.2" vendorName="Example" dnPrefix='
    '"SubNetwork={city}"><fileSender senderName="ems-1"/>'
    '<measData beginTime="{begin}"/></fileHeader>\n'
    "  <measData>\n"
    '    <measEntity localDn="SubNetwork={city}" swVersion="24.2"/>\n'
)
INFO = (
    '    <measInfo measInfoId="{name}">\n'
    '      <granPeriod duration="PT900S" endTime="{end}"/>\n'
    "      <measTypes>{types}</measTypes>\n"
)
FOOT = '  </measData>\n  <fileFooter><measData endTime="{end}"/></fileFooter>\n</measDataFile>\n'


def write(folder: Path, world: World) -> list[Written]:
    """Write all periods; a row is one counter value, single or vector."""
    rng = world.rng(FOLDER)
    slots = every(world.span, SLOT_NS)
    cells = _cell_lines(rng, world, slots)
    links = _link_lines(rng, world, slots)
    begin = clock(slots, "%Y-%m-%dT%H:%M:%SZ").to_pylist()
    end = clock(slots + SLOT_NS, "%Y-%m-%dT%H:%M:%SZ").to_pylist()
    names = clock(slots, "A%Y%m%d.%H%M").to_pylist()
    until = clock(slots + SLOT_NS, "%H%M").to_pylist()
    count, sites = len(world.city.cells), len(world.city.gnbs)
    per_file = count * len(CELL_TYPES.split()) + sites * len(LINK_TYPES.split())
    files: list[Written] = []
    for i in range(len(slots)):
        close = ["    </measInfo>\n"]
        info = INFO.format(name="NRCellDU", end=end[i], types=CELL_TYPES)
        more = INFO.format(name="EP_S1U", end=end[i], types=LINK_TYPES)
        content = pa.concat_arrays([
            pa.array([HEAD.format(city=CITY, begin=begin[i]) + info]),
            cells.slice(i * count, count), pa.array([close[0] + more]),
            links.slice(i * sites, sites), pa.array([close[0] + FOOT.format(end=end[i])]),
        ])  # fmt: skip
        path = f"{FOLDER}/{names[i]}+0000-{until[i]}+0000_ems-1.xml"
        size = save(folder, path, content)
        dirt = {BROKEN_SLOT: {"malformed": 1}, SUSPECT_SLOT: {"suspect": SECTORS * 10}}.get(i, {})
        files.append(Written(path=path, format="pm_xml", rows=per_file, size_bytes=size, dirt=dirt))
    return files


def _cell_lines(rng: np.random.Generator, world: World, slots: IntArray) -> pa.StringArray:
    """Lines of every cell, slot by slot; shape (slots * cells,)."""
    load = world.network.load.T.ravel()
    cell = np.tile(np.arange(len(world.city.cells)), len(slots))
    slot = np.repeat(np.arange(len(slots)), len(world.city.cells))
    rows = len(load)
    queue = load / (1.0 - load)
    connected = (
        90.0 * load * (1.0 + 0.3 * (load > OVERLOAD)) * rng.normal(1.0, 0.06, rows).clip(0.7)
    )
    asked = np.rint(140.0 * rhythm(slots)[slot] * (0.4 + load) * rng.normal(1.0, 0.1, rows)).clip(1)
    refused = rng.binomial(asked.astype(np.int64), np.where(load > OVERLOAD, 0.06, 0.004))
    rate = CELL_KBPS * (1.0 - load) * rng.normal(1.0, 0.08, rows).clip(0.5)
    lost = 400.0 * (1.0 + queue) * rng.normal(1.0, 0.2, rows).clip(0.3)  # of a million
    values = [
        fixed(100.0 * load, 1), fixed((38.0 * load).clip(1.0), 1), fixed(connected, 2),
        whole(asked.astype(np.int64)), whole(asked.astype(np.int64) - refused),
        whole(rate.astype(np.int64)), fixed(2.0 + 0.6 * queue, 2), whole(lost.astype(np.int64)),
        whole((load * 41_000.0).astype(np.int64)), _cqi(rng, load),
    ]  # fmt: skip
    is_nil = (slot == NIL_SLOT) & (cell == 0)
    is_broken = (slot == BROKEN_SLOT) & (cell == 1)
    values[2] = _replaced(values[2], is_nil, "NIL")
    values[5] = _replaced(values[5], is_broken, "n/a")
    suspect = (slot == SUSPECT_SLOT) & (world.city.site[cell] == SUSPECT_SITE)
    names = pa.array(_cell_dns(world)).take(pa.array(cell))
    return _lines(names, values, suspect)


def _link_lines(rng: np.random.Generator, world: World, slots: IntArray) -> pa.StringArray:
    """Lines of every backhaul link, slot by slot; shape (slots * sites,)."""
    lossy = world.network.backhaul_loss.T.ravel()
    site = np.tile(np.arange(len(world.city.gnbs)), len(slots))
    load = world.network.load.reshape(-1, SECTORS, len(slots)).mean(axis=1).T.ravel()
    packets = np.rint(9e6 * load * rng.normal(1.0, 0.05, len(site)).clip(0.5)).astype(np.int64)
    lost = rng.binomial(packets, lossy + 2e-6)
    city = world.city
    dns = [
        f"SubNetwork={CITY},ManagedElement={gnb},GNBCUUPFunction=1,EP_S1U={link}"
        for gnb, link in zip(city.gnbs, city.links, strict=True)
    ]
    names = pa.array(dns).take(pa.array(site))
    return _lines(names, [whole(packets), whole(lost)], np.zeros(len(site), dtype=np.bool_))


def _lines(
    names: pa.StringArray, values: list[pa.StringArray], suspect: np.ndarray
) -> pa.StringArray:
    joined = [part for value in values for part in (value, " ")][:-1]
    mark = pa.array(np.where(suspect, "<suspect>true</suspect>", ""))
    return glue(
        '      <measValue measObjLdn="', names, '"><measResults>', *joined, "</measResults>",
        mark, "</measValue>\n",
    )  # fmt: skip


def _cell_dns(world: World) -> list[str]:
    city = world.city
    return [
        f"SubNetwork={CITY},ManagedElement={city.gnbs[site]},GNBDUFunction=1,NRCellDU={cell}"
        for cell, site in zip(city.cells, city.site.tolist(), strict=True)
    ]


def _cqi(rng: np.random.Generator, load: FloatArray) -> pa.StringArray:
    """How often each of four groups of channel quality was reported: a vector value."""
    reports = 4000.0 * load + 50.0
    shares = rng.dirichlet([4.0, 9.0, 20.0, 12.0], len(load))
    parts = [whole((reports * shares[:, i]).astype(np.int64)) for i in range(4)]
    return glue(parts[0], ",", parts[1], ",", parts[2], ",", parts[3])


def _replaced(texts: pa.StringArray, rows: np.ndarray, text: str) -> pa.StringArray:
    return pa.array(np.where(rows, text, texts.to_numpy(zero_copy_only=False)), pa.string())
