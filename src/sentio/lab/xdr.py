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
from sentio.kernel.arrays import FloatArray, IntArray

MAP = "s1u_http"
APPS = 50
HOSTS = ("news.example", "video.example", "social.example", "shop.example", "maps.example")
TYPE_CODES = 2000
FAILURE_RATIO = 0.02
GATEWAY_ERROR, OK = 504, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large the simulated network is and how long the file lasts."""

    subjects: int = 1_000_000
    cells: int = 5_000
    first_ms: int = 1_795_000_000_000
    length_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpUses:
    """What a probe sees of HTTP transactions, shape (rows,); delays in ms, ``begin_ms`` since 1970.

    ``content_ms`` runs from the first request to the last byte. ``subject`` is a number of the
    user, for what hardly matters: host, and whether indoors.
    """

    subject: IntArray
    imsi: pa.StringArray
    imei: pa.StringArray
    msisdn: pa.StringArray
    area: pa.StringArray
    cell: pa.StringArray
    app: pa.StringArray
    begin_ms: IntArray
    connect_ms: FloatArray
    respond_ms: FloatArray
    content_ms: FloatArray
    volume_bytes: FloatArray
    has_failed: npt.NDArray[np.bool_]
    longitude_deg: FloatArray
    latitude_deg: FloatArray


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
    fails = rng.random(rows) < FAILURE_RATIO
    seen = HttpUses(
        subject=subject,
        imsi=_text(460_001_000_000_000 + subject),
        imei=_text((35_000_000 + subject % TYPE_CODES) * 1_000_000 + subject % 999_983),
        msisdn=_text(8_613_800_000_000 + subject),
        area=_text(22_000 + cell // 64),
        cell=_text(105_000_000 + cell * 256 + 1),
        app=_text(subject % APPS),
        begin_ms=begin,
        connect_ms=connect,
        respond_ms=respond,
        content_ms=content,
        volume_bytes=volume,
        has_failed=fails,
        longitude_deg=120.0 + (cell % 100).astype(np.float64) * 0.004,
        latitude_deg=30.2 + (cell // 100).astype(np.float64) * 0.004,
    )
    return http_table(rng, seen)


def http_table(rng: np.random.Generator, seen: HttpUses) -> pa.Table:
    """Lay transactions out in the 53 columns; what the probe does not know is empty."""
    columns = {**_who_and_where(rng, seen), **_what_and_how_fast(seen)}
    layout = shipped()[MAP].layout
    empty = pa.nulls(len(seen.subject), pa.string()).fill_null("")
    return pa.table({name: columns.get(name, empty) for name in layout})


def _who_and_where(rng: np.random.Generator, seen: HttpUses) -> dict[str, pa.Array]:
    rows = len(seen.subject)
    host = pa.array(HOSTS).take(pa.array(seen.subject % len(HOSTS)))
    item = _text(rng.integers(0, 10**9, rows))
    uri = pc.binary_join_element_wise(
        pa.scalar("/app/v3/content/list/of/items"), item, _text(seen.begin_ms), "item.html", "/"
    )
    return {
        "City": pa.repeat(pa.scalar("0571"), rows),
        "XDR_ID": _text(seen.begin_ms * 1000 + rng.integers(0, 1000, rows)),
        "IMSI": seen.imsi,
        "IMEI": seen.imei,
        "MSISDN": seen.msisdn,
        "SGW_GGSN_IP_Add": pa.repeat(pa.scalar("10.64.3.17"), rows),
        "eNB_SGSN_IP_Add": pa.repeat(pa.scalar("10.81.20.5"), rows),
        "TAC": seen.area,
        "Cell_ID": seen.cell,
        "APN": pa.repeat(pa.scalar("internet"), rows),
        "HOST": host,
        "URI": uri,
        "refer_URI": pc.binary_join_element_wise("https:/", host, uri, "/"),
        "longitude": pa.array(np.round(seen.longitude_deg, 6)),
        "latitude": pa.array(np.round(seen.latitude_deg, 6)),
        "radius": pa.repeat(pa.scalar("50"), rows),
        "indoor": pa.array((seen.subject % 2).astype(np.int8)),
        "HTTP_content": pa.repeat(pa.scalar("lang=en&tz=UTC&screen=1080x2400&net=lte"), rows),
        "location": pa.repeat(pa.scalar("urban"), rows),
    }


def _what_and_how_fast(seen: HttpUses) -> dict[str, pa.Array]:
    rows = len(seen.subject)
    fails, volume = seen.has_failed, seen.volume_bytes
    content = pa.array(seen.content_ms.astype(np.int64))
    return {
        "App_Type_Code": pa.repeat(pa.scalar("103"), rows),
        "Procedure_Start_Time": pa.array(seen.begin_ms),
        "Procedure_End_Time": pa.array(
            seen.begin_ms + (seen.connect_ms + seen.content_ms).astype(np.int64)
        ),
        "App_Type": pa.repeat(pa.scalar("15"), rows),
        "App_Sub_type": seen.app,
        "App_Content": pa.repeat(pa.scalar("1"), rows),
        "App_Status": pa.array(fails.astype(np.int8)),
        "App_Server_IP_IPv4": pa.repeat(pa.scalar("203.0.113.80"), rows),
        "App_Server_Port": pa.repeat(pa.scalar("443"), rows),
        "UL_Data": pa.array((volume / 12).astype(np.int64)),
        "DL_Data": pa.array(volume.astype(np.int64)),
        "UL_IP_Packet": pa.array((volume / 9000).astype(np.int64) + 1),
        "DL_IP_Packet": pa.array((volume / 1200).astype(np.int64) + 1),
        "tcp_suc_first_req_delay_ms": pa.array(seen.connect_ms.astype(np.int64)),
        "first_req_first_resp_delay_ms": pa.array(seen.respond_ms.astype(np.int64)),
        "req_type": pa.repeat(pa.scalar("6"), rows),
        "HTTP_WAP_status": pa.array(np.where(fails, GATEWAY_ERROR, OK)),
        "last_http_resp_delay_ms": pa.array(seen.respond_ms.astype(np.int64)),
        "last_http_content_delay_ms": content,
        "last_ack_delay_ms": pa.array(seen.content_ms.astype(np.int64) + 3),
        "HTTP_content_type": pa.repeat(pa.scalar("text/html; charset=utf-8"), rows),
        "Content_Length": pa.array(volume.astype(np.int64)),
        "service_suc": pa.array((~fails).astype(np.int8)),
        "service_suc_delay_ms": content,
    }


def _text(numbers: IntArray) -> pa.Array:
    return pa.array(numbers).cast(pa.string())
