"""Write S1-U HTTP xDR files in the 53-column layout that probes use, vectorised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sentio.ingest.maps import shipped

MAP = "s1u_http"
APPS = 50
HOSTS = ("news.example", "video.example", "social.example", "shop.example", "maps.example")
TYPE_CODES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large the simulated network is and how long the file lasts."""

    subjects: int = 1_000_000
    cells: int = 5_000
    first_ms: int = 1_795_000_000_000
    length_ms: int = 60_000


def write_xdr(path: Path, rows: int, *, seed: int = 1, shape: Shape | None = None) -> None:
    """Write ``rows`` records of about 500 bytes, pipe-separated, without header, in time order.

    Delays grow where a cell is busy; one record in fifty fails. The same seed, the same file.
    """
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for start in range(0, rows, 65_536):
            count = min(65_536, rows - start)
            table = xdr_rows(rng, count, start / max(rows, 1), shape or Shape())
            options = pacsv.WriteOptions(
                include_header=False, delimiter="|", quoting_style="none", quoting_header="none"
            )
            pacsv.write_csv(table, file, write_options=options)


def xdr_rows(rng: np.random.Generator, rows: int, progress: float, shape: Shape) -> pa.Table:
    """Make one block of records; ``progress`` in [0, 1] says how far into the file it begins."""
    subject = rng.integers(0, shape.subjects, rows)
    cell = rng.zipf(1.3, rows) % shape.cells
    start = shape.first_ms + int(progress * shape.length_ms)
    begin = np.sort(start + rng.integers(0, max(shape.length_ms // 20, 1), rows))
    stress = 1.0 + (cell % 17 == 0) * 4.0
    connect = rng.gamma(2.0, 15.0, rows) * stress
    respond = rng.gamma(2.0, 40.0, rows) * stress
    content = respond + rng.gamma(2.0, 300.0, rows) * stress
    volume = rng.lognormal(11.0, 1.5, rows)
    fails = rng.random(rows) < 0.02
    columns = _columns(
        rng, rows, subject=subject, cell=cell, begin=begin, connect=connect, respond=respond,
        content=content, volume=volume, fails=fails,
    )  # fmt: skip
    layout = shipped()[MAP].layout
    empty = pa.nulls(rows, pa.string()).fill_null("")
    return pa.table({name: columns.get(name, empty) for name in layout})


def _columns(
    rng: np.random.Generator,
    rows: int,
    *,
    subject: npt.NDArray[np.int64],
    cell: npt.NDArray[np.int64],
    begin: npt.NDArray[np.int64],
    connect: npt.NDArray[np.float64],
    respond: npt.NDArray[np.float64],
    content: npt.NDArray[np.float64],
    volume: npt.NDArray[np.float64],
    fails: npt.NDArray[np.bool_],
) -> dict[str, pa.Array]:
    end = begin + (connect + content).astype(np.int64)
    host = pa.array(HOSTS).take(pa.array(subject % len(HOSTS)))
    item = _text(rng.integers(0, 10**9, rows))
    uri = pc.binary_join_element_wise(pa.scalar("/app/v3/content"), item, _text(begin), "item.html", "/")
    return {
        "City": pa.repeat(pa.scalar("0571"), rows),
        "XDR_ID": _text(begin * 1000 + rng.integers(0, 1000, rows)),
        "IMSI": _text(460_001_000_000_000 + subject),
        "IMEI": _text((35_000_000 + subject % TYPE_CODES) * 1_000_000 + subject % 999_983),
        "MSISDN": _text(8_613_800_000_000 + subject),
        "SGW_GGSN_IP_Add": pa.repeat(pa.scalar("10.64.3.17"), rows),
        "eNB_SGSN_IP_Add": pa.repeat(pa.scalar("10.81.20.5"), rows),
        "TAC": _text(22_000 + cell // 64),
        "Cell_ID": _text(105_000_000 + cell * 256 + 1),
        "APN": pa.repeat(pa.scalar("internet"), rows),
        "App_Type_Code": pa.repeat(pa.scalar("103"), rows),
        "Procedure_Start_Time": pa.array(begin),
        "Procedure_End_Time": pa.array(end),
        "App_Type": pa.repeat(pa.scalar("15"), rows),
        "App_Sub_type": _text(subject % APPS),
        "App_Content": pa.repeat(pa.scalar("1"), rows),
        "App_Status": pa.array(fails.astype(np.int8)),
        "App_Server_IP_IPv4": pa.repeat(pa.scalar("203.0.113.80"), rows),
        "App_Server_Port": pa.repeat(pa.scalar("443"), rows),
        "UL_Data": pa.array((volume / 12).astype(np.int64)),
        "DL_Data": pa.array(volume.astype(np.int64)),
        "UL_IP_Packet": pa.array((volume / 9000).astype(np.int64) + 1),
        "DL_IP_Packet": pa.array((volume / 1200).astype(np.int64) + 1),
        "tcp_suc_first_req_delay_ms": pa.array(connect.astype(np.int64)),
        "first_req_first_resp_delay_ms": pa.array(respond.astype(np.int64)),
        "req_type": pa.repeat(pa.scalar("6"), rows),
        "HTTP_WAP_status": pa.array(np.where(fails, 504, 200)),
        "last_http_resp_delay_ms": pa.array(respond.astype(np.int64)),
        "last_http_content_delay_ms": pa.array(content.astype(np.int64)),
        "last_ack_delay_ms": pa.array(content.astype(np.int64) + 3),
        "HOST": host,
        "URI": uri,
        "HTTP_content_type": pa.repeat(pa.scalar("text/html; charset=utf-8"), rows),
        "refer_URI": pc.binary_join_element_wise("https:/", host, uri, "/"),
        "Content_Length": pa.array(volume.astype(np.int64)),
        "service_suc": pa.array((~fails).astype(np.int8)),
        "service_suc_delay_ms": pa.array(content.astype(np.int64)),
        "longitude": pa.array(np.round(120.0 + cell % 100 * 0.004, 6)),
        "latitude": pa.array(np.round(30.2 + cell // 100 * 0.004, 6)),
        "radius": pa.repeat(pa.scalar("50"), rows),
        "indoor": pa.array((subject % 2).astype(np.int8)),
        "location": pa.repeat(pa.scalar("urban"), rows),
    }


def _text(numbers: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers).cast(pa.string())
