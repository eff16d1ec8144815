"""Bulk data of TR-069 and USP devices: every layout gives the same measurements and uses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from sentio.ingest.formats.usp_bulk import FORMAT
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.ingest.wire.usp.names import QUANTITIES, meaning
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind, Quality

TEN_NS = 1_763_632_800_000_000_000
RECEIVED_NS = 1_790_000_000_000_000_000
PER_ROW = "ReportTimestamp,ParameterName,ParameterValue,ParameterType\n"
DUMP = "Parameter,Object,Writable,Value,Value type\n"


def read(
    content: bytes | str,
    name: str = "bulk",
    *,
    start: int = 0,
    batch_rows: int = 65_536,
    **options: str,
) -> list[Piece]:
    raw = content.encode() if isinstance(content, str) else content
    reading = Reading(
        origin=Origin(source="acs", name=name),
        received_ns=RECEIVED_NS,
        options=options,
        batch_rows=batch_rows,
        start=start,
    )
    pieces = list(FORMAT.read(io.BytesIO(raw), reading))
    assert all(piece.rows_read == piece.rows_kept + piece.rejected.num_rows for piece in pieces)
    return pieces


def rows(pieces: list[Piece], kind: Kind) -> list[dict[str, Any]]:
    return [row for piece in pieces if piece.kind is kind for row in piece.batch.to_pylist()]


def values(pieces: list[Piece]) -> dict[str, tuple[float, str | None]]:
    return {row["indicator"]: (row["value"], row["unit"]) for row in rows(pieces, Kind.MEASUREMENT)}


def said(pieces: list[Piece]) -> dict[str, Any]:
    (element,) = rows(pieces, Kind.ELEMENT)
    return json.loads(element["attributes"])


def rejected(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces for row in piece.rejected.to_pylist()]


def known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def total(pieces: list[Piece]) -> int:
    return sum(piece.rows_read for piece in pieces)


def test_every_parameter_of_a_report_counts_once(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/per_row.csv").read_bytes())

    assert total(pieces) == sum(piece.rows_kept for piece in pieces) == 18
    assert [(piece.kind, piece.service) for piece in pieces] == [
        (Kind.MEASUREMENT, ""),
        (Kind.ELEMENT, ""),
        (Kind.EXPERIENCE, "cpe"),
    ]


def test_the_experience_of_a_home_is_derived_from_its_parameters(samples: Path) -> None:
    first, second = rows(read((samples / "usp_bulk/per_row.csv").read_bytes()), Kind.EXPERIENCE)

    assert known(first) == {
        "ts": TEN_NS,
        "subject_kind": "thing",
        "device_serial": "00A1B2-CPE0004711",
        "device_model": "HomeBox 3",
        "quality": 0,
        "wifi_rssi_dbm": -74.0,  # the weakest of two
        "wifi_retry_ratio": 0.1,
        "access_snr_db": 6.3,  # tenths of a dB
        "access_rate_dl_kbps": 98_000.0,
        "uptime_s": 86_400.0,
        "cpu_ratio": 0.42,
    }
    assert (second["ts"], second["access_snr_db"]) == (TEN_NS + 300 * 10**9, 2.1)


def test_a_later_report_of_a_file_is_of_the_same_device(samples: Path) -> None:
    found = rows(read((samples / "usp_bulk/per_row.csv").read_bytes()), Kind.MEASUREMENT)

    assert {row["device_serial"] for row in found} == {"00A1B2-CPE0004711"}
    assert {row["element_kind"] for row in found} == {"cpe"}


def test_the_same_time_told_again_is_another_device() -> None:
    report = (
        "1763632800,Device.DeviceInfo.UpTime,{},int\n"
        "1763632800,Device.DeviceInfo.SerialNumber,{},string\n"
    )

    pieces = read(PER_ROW + report.format(5, "AAAA1") + report.format(6, "AAAA2"))

    found = [(row["device_serial"], row["uptime_s"]) for row in rows(pieces, Kind.EXPERIENCE)]
    assert found == [("AAAA1", 5.0), ("AAAA2", 6.0)]


@pytest.mark.parametrize(
    "leak",
    ["correct horse", "Example Family", "02:00:5E:10:00:01", "192.0.2.17", "CPE0004711"],
)
def test_secrets_names_and_addresses_never_leave_the_reader(samples: Path, leak: str) -> None:
    pieces = read((samples / "usp_bulk/per_row.csv").read_bytes())

    for piece in pieces:
        public = [name for name in piece.batch.schema.names if name != "device_serial"]
        assert leak not in repr(piece.batch.select(public).to_pylist())
    assert said(pieces)["withheld"] == {"personal": 2, "secret": 1, "address": 2}


@pytest.mark.parametrize(
    ("path", "withheld"),
    [
        ("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "secret"),
        ("Device.WiFi.AccessPoint.1.Security.PreSharedKey", "secret"),
        ("InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.1.WEPKey", "secret"),
        ("Device.ManagementServer.ConnectionRequestPassword", "secret"),
        ("Device.Cellular.Interface.1.USIM.PIN", "secret"),
        ("Device.WiFi.AccessPoint.1.WPS.X_ACME_DevicePIN", "secret"),
        ("Device.Users.User.1.Username", "personal"),
        ("Device.Cellular.Interface.1.IMEI", "personal"),
        ("Device.Cellular.Interface.1.USIM.IMSI", "personal"),
        ("Device.Hosts.Host.3.HostName", "personal"),
        ("Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber", "personal"),
        ("Device.Ethernet.Interface.1.MACAddress", "address"),
        ("Device.Hosts.Host.02:00:5E:10:00:01.Active", "address"),
        ("Device.IP.Diagnostics.IPPing.SuccessCount", ""),
        ("Device.IP.Interface.1.Stats.BytesSent", ""),
        ("Device.DeviceInfo.SoftwareVersion", ""),
    ],
)
def test_a_name_says_what_to_withhold(path: str, withheld: str) -> None:
    assert meaning(path).withheld == withheld


def test_a_number_that_names_a_person_is_no_measurement() -> None:
    report = {"Device": {"Cellular": {"Interface": {"1": {"IMEI": 490154203237518, "RSRP": -90}}}}}

    pieces = read(json.dumps({"Report": [report]}))

    assert values(pieces) == {"Device.Cellular.Interface.1.RSRP": (-90.0, None)}


def test_a_rejected_row_with_a_password_leaves_no_bytes() -> None:
    pieces = read(PER_ROW + "1763632800,Device.Users.User.1.Password,hunter2,string,more\n")

    (row,) = rejected(pieces)
    assert (row["reason"], row["raw"]) == ("wrong_columns", b"")
    assert "hunter2" not in row["message"]


def test_a_unit_glued_to_a_value_is_split_off(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/dump.csv").read_bytes())

    status = "InternetGatewayDevice.WiMAX.Status."
    found = {name.removeprefix(status): each for name, each in values(pieces).items()}
    assert found["CINR1"] == (18.25, "dB")
    assert found["RSSI"] == (-71.5, "dBm")
    assert found["DLDataRate"] == (1500.0, "byte/s")
    assert found["LinkQuality"] == (87.0, "%")
    assert said(pieces)["parameters"][f"{status}DLFEC"] == "64-QAM(CTC)5/6"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("12 Mbps", 12.0, "Mbit/s"),
        ("12 MB/s", 12.0, "Mbyte/s"),
        ("926.467MB", 926.467, "Mbyte"),
        ("  -5e1 dBm ", -50.0, "dBm"),
        ("+.5%", 0.5, "%"),
        ("21 °C", 21.0, "degC"),
    ],
)
def test_units_are_written_one_way(text: str, value: float, unit: str) -> None:
    pieces = read(f"{PER_ROW}1763632800,Device.X,{text},string\n")

    assert values(pieces) == {"Device.X": (value, unit)}


@pytest.mark.parametrize(
    "text", ["5G", "64-QAM", "2011-09-10", "1.2.3", "12 apples", "137-139,445"]
)
def test_a_text_that_begins_with_a_number_stays_text(text: str) -> None:
    pieces = read(f'{PER_ROW}1763632800,Device.X,"{text}",string\n')

    assert said(pieces)["parameters"] == {"Device.X": text}


def test_a_dump_is_one_device_now(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/dump.csv").read_bytes())

    (use,) = rows(pieces, Kind.EXPERIENCE)
    assert known(use) == {
        "ts": RECEIVED_NS,
        "subject_kind": "thing",
        "device_serial": "00A1B2-AB12345678",  # not the 0 of DeviceInfo
        "device_model": "AirBox 9",
        "quality": 0,
        "access_snr_db": 18.25,
        "access_rate_dl_kbps": 20_000.0,  # bit/s there
        "rssi_dbm": -71.5,
        "uptime_s": 5000.0,
    }
    (element,) = rows(pieces, Kind.ELEMENT)
    assert element["technology"] == "WiMAX"
    assert said(pieces)["objects"] == 1
    assert total(pieces) == 17


def test_dumps_end_to_end_are_several_devices() -> None:
    dump = (
        "DeviceID.SerialNumber,false,false,{},xsd:string\n"
        "Device.DeviceInfo.UpTime,false,false,{},xsd:int\n"
    )

    headed = read(DUMP + dump.format("AAAA1", 1) + DUMP + dump.format("AAAA2", 2))
    bare = read(DUMP + dump.format("AAAA1", 1) + dump.format("AAAA2", 2))

    for pieces in (headed, bare):
        found = [(row["device_serial"], row["uptime_s"]) for row in rows(pieces, Kind.EXPERIENCE)]
        assert found == [("AAAA1", 1.0), ("AAAA2", 2.0)]
        assert total(pieces) == 4


def test_a_dump_is_as_old_as_its_latest_value() -> None:
    content = (
        "Parameter,Object,Object timestamp,Writable,Writable timestamp,Value,Value type"
        ",Value timestamp\n"
        "Device.A,false,,false,,1,xsd:int,2025-11-20T10:00:00.000Z\n"
        "Device.B,false,,false,,2,xsd:int,2025-11-20T09:00:00.000Z\n"
    )

    found = rows(read(content), Kind.MEASUREMENT)

    assert {row["ts"] for row in found} == {TEN_NS}


def test_a_column_each_may_have_short_names_and_device_columns(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/per_column.csv").read_bytes())

    found = [
        (row["device_serial"], row["indicator"], row["value"], row["unit"])
        for row in rows(pieces, Kind.MEASUREMENT)
    ]
    assert found == [
        ("00A1B2-CPE0004711", "Device.DeviceInfo.UpTime", 86_400.0, None),
        ("00A1B2-CPE0004711", "Device.WiFi.AccessPoint.1.Enable", 1.0, None),
        ("00A1B2-CPE0004711", "BroadPktSent", 25_248.0, None),
        ("00A1B2-CPE0004712", "Device.DeviceInfo.UpTime", 120.0, None),
        ("00A1B2-CPE0004712", "Device.WiFi.AccessPoint.1.Enable", 0.0, None),
        ("00A1B2-CPE0004712", "BroadPktSent", 31.0, "packet"),
    ]
    versions = [json.loads(row["attributes"])["parameters"] for row in rows(pieces, Kind.ELEMENT)]
    assert versions == [{"Device.DeviceInfo.SoftwareVersion": "4.0.1.2"}] * 2
    assert total(pieces) == 8


def test_nested_objects_and_full_names_are_the_same_report(samples: Path) -> None:
    nested = json.loads((samples / "usp_bulk/object_hierarchy.json").read_bytes())["Report"][1]
    flat = {"CollectionTime": nested["CollectionTime"]}
    flat |= {f"Device.DeviceInfo.{k}": v for k, v in nested["Device"]["DeviceInfo"].items()}

    one, other = (read(json.dumps({"Report": [report]})) for report in (nested, flat))

    for kind in (Kind.MEASUREMENT, Kind.ELEMENT, Kind.EXPERIENCE):
        assert rows(one, kind) == rows(other, kind) != []


def test_cellular_and_ping_of_a_report_are_used(samples: Path) -> None:
    content = (samples / "usp_bulk/object_hierarchy.json").read_bytes()

    first = rows(read(content), Kind.EXPERIENCE)[0]

    wanted = ("rsrp_dbm", "rsrq_db", "error_ratio", "rtt_ms", "packet_loss_ratio")
    assert [first[name] for name in wanted] == [-97.0, -11.0, 0.01, 23.0, 0.1]


def test_a_speed_test_gives_the_throughput() -> None:
    test = {
        "BOMTime": "2025-11-20T10:00:00.000000Z",
        "EOMTime": "2025-11-20T10:00:08.000000Z",
        "TestBytesReceived": 50_000_000,
    }
    device = {
        "IP": {"Diagnostics": {"DownloadDiagnostics": test}},
        "DeviceInfo": {"SerialNumber": "A1"},
    }

    (use,) = rows(read(json.dumps({"Report": [{"Device": device}]})), Kind.EXPERIENCE)

    assert use["throughput_dl_kbps"] == 50_000.0


@pytest.mark.parametrize("cpu_percent", [4200, -1, 1e308])
def test_what_cannot_be_true_is_left_out_and_flagged(cpu_percent: float) -> None:
    info = {"SerialNumber": "A1", "UpTime": 5, "ProcessStatus": {"CPUUsage": cpu_percent}}

    (use,) = rows(read(json.dumps({"Report": [{"Device": {"DeviceInfo": info}}]})), Kind.EXPERIENCE)

    assert (use["uptime_s"], use["cpu_ratio"], use["quality"]) == (5.0, None, Quality.SUSPECT)


def test_a_report_of_nobody_is_kept_under_its_file_without_experience(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/name_value_pair.json").read_bytes(), "in.zip!a/b.json")

    found = rows(pieces, Kind.MEASUREMENT)
    assert {(row["device_serial"], row["quality"]) for row in found} == {
        ("b.json", Quality.PARTIAL)
    }
    assert rows(pieces, Kind.EXPERIENCE) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("00A1B2-HomeBox-CPE0009.json", {}),
        ("x", {"oui": "00A1B2", "sn": "CPE0009", "pc": "HomeBox"}),
        (
            "x",
            {"device_oui": "00A1B2", "device_serial": "CPE0009", "device_model": "HomeBox"},
        ),
    ],
)
def test_the_device_may_be_named_from_outside(
    samples: Path, name: str, options: dict[str, str]
) -> None:
    content = (samples / "usp_bulk/name_value_pair.json").read_bytes()

    (use,) = rows(read(content, name, **options), Kind.EXPERIENCE)

    assert (use["device_serial"], use["device_model"]) == ("00A1B2-CPE0009", "HomeBox")


def test_a_segment_may_be_given_for_all_reports(samples: Path) -> None:
    content = (samples / "usp_bulk/dump.csv").read_bytes()

    (use,) = rows(read(content, segment="fwa", cell="west-4"), Kind.EXPERIENCE)

    assert (use["segment"], use["cell"]) == ("fwa", "west-4")


def test_dirt_in_a_csv_costs_one_row_each(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/dirty_per_row.csv").read_bytes())

    assert sorted((row["line"], row["reason"]) for row in rejected(pieces)) == [
        (3, "not_a_number"),
        (4, "bad_time"),
        (5, "wrong_columns"),
        (6, "not_a_number"),
        (7, "out_of_range"),
        (8, "missing"),
        (9, "wrong_columns"),
        (10, "encoding"),
        (12, "unreadable"),
    ]
    assert values(pieces) == {"Device.DeviceInfo.UpTime": (77.0, None)}
    assert total(pieces) == 11


def test_dirt_in_json_costs_one_row_each(samples: Path) -> None:
    pieces = read((samples / "usp_bulk/dirty_report.json").read_bytes())

    assert sorted((row["line"], row["field"], row["reason"]) for row in rejected(pieces)) == [
        (1, "", "unreadable"),
        (1, "CollectionTime", "bad_time"),
        (1, "Device.DeviceInfo.UpTime", "not_a_number"),
        (2, "", "unreadable"),
    ]
    assert values(pieces) == {"Device.DeviceInfo.Temperature": (21.5, None)}


def test_an_object_nested_without_reason_is_one_rejected_row() -> None:
    content = '{"Report":[{"Device":' + '{"A":' * 100 + "1" + "}" * 100 + ',"UpTime":3}]}'

    pieces = read(content)

    assert [row["reason"] for row in rejected(pieces)] == ["too_large"]
    assert values(pieces) == {"UpTime": (3.0, None)}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_field_separator_is_understood(samples: Path, delimiter: str) -> None:
    content = (samples / "usp_bulk/per_row.csv").read_text()

    other = content.replace(",", delimiter)

    assert FORMAT.sniff(other.encode(), "x") > 0.9
    assert values(read(other)) == values(read(content))


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "# Bulk data\n\n    ReportTimestamp,A\n"])
def test_another_csv_is_refused_by_name(content: str) -> None:
    with pytest.raises(FormatError, match=r"bulk: .*ParameterPerRow"):
        read(content)


def test_small_batches_give_the_same_records(samples: Path) -> None:
    content = (samples / "usp_bulk/per_column.csv").read_bytes()

    small = read(content, batch_rows=1)

    assert max(piece.batch.num_rows for piece in small) == 1
    for kind in (Kind.MEASUREMENT, Kind.ELEMENT, Kind.EXPERIENCE):
        assert rows(small, kind) == rows(read(content), kind)


def test_reading_resumes_where_it_stopped(samples: Path) -> None:
    content = (samples / "usp_bulk/per_column.csv").read_bytes()
    whole = read(content, batch_rows=1)

    rest = read(content, batch_rows=1, start=whole[3].position)

    assert [piece.position for piece in rest] == [piece.position for piece in whole[4:]]


def test_every_pattern_is_reached_by_its_last_step() -> None:
    examples = {
        "access_snr": "Device.Cellular.Interface.1.X_ACME_SINR",
        "radio_rssi": "Device.Cellular.Interface.1.RSSI",
        "wifi_rssi": "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.AssociatedDevice.2"
        ".X_HW_AssociatedDeviceRssi",
        "errors": "Device.PPP.Interface.1.Stats.ErrorsReceived",
        "cpu": "InternetGatewayDevice.DeviceInfo.X_HUAWEI_CpuUsed",
        "retrains": "InternetGatewayDevice.WANDevice.1.WANDSLInterfaceConfig.Stats.QuarterHour"
        ".LinkRetrain",
        "max_rate_ul": "Device.Cellular.Interface.1.UpstreamMaxBitRate",
        "upload_end": "InternetGatewayDevice.UploadDiagnostics.EOMTime",
    }

    found = {name: QUANTITIES[meaning(path).quantity].name for name, path in examples.items()}

    assert found == {name: name for name in examples}


@pytest.mark.parametrize(
    "head",
    [
        b"# Bulk Data Collection\n\n    ReportTimestamp,ParameterName,ParameterValue\n",
        b"Timestamp,Longitude,Latitude,Speed\n",
        b"Parameter,Value\na,1\n",
        b'{"Reports":[{"Device":{}}]}',
        b'{"Report":"text"}',
        b'{"Report":[{"x":1}],"other":2}',
        b"Device.DeviceInfo.UpTime\n",
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_other_files_are_not_taken_for_it(head: bytes) -> None:
    assert FORMAT.sniff(head, "bulk.csv") == 0.0


@pytest.mark.shared
def test_the_public_dump_of_a_real_cpe_is_read_whole(shared: Path) -> None:
    content = (shared / "data/inputs/tr069_usp/genieacs-sim_data_model_BM632w.csv").read_bytes()

    pieces = read(content)

    assert total(pieces) == content.count(b"\n") - 1 == 1006
    assert rejected(pieces) == []
    (use,) = rows(pieces, Kind.EXPERIENCE)
    assert known(use) == {
        "ts": RECEIVED_NS,
        "subject_kind": "thing",
        "device_serial": "202BC1-8KA8WA1151100043",
        "device_model": "BM632w",
        "firmware": "V100R001IRQC56B017",
        "quality": 0,
        "access_snr_db": 30.53,
        "access_rate_dl_kbps": 100_000.0,
        "access_rate_ul_kbps": 100_000.0,
        "error_ratio": 0.0,
        "rssi_dbm": -43.7,
        "uptime_s": 213_138.0,
    }
    public = repr(rows(pieces, Kind.ELEMENT)).replace(use["device_serial"], "")
    for personal in ("40:B0:FA", "192.168.", "Munas", "5.42.195.218", "FANOOSADMIN", "8KA8WA"):
        assert personal in content.decode()
        assert personal not in public


@pytest.mark.shared
def test_what_lies_beside_the_public_dump_is_left_alone(shared: Path) -> None:
    for folder in (shared / "data/inputs").iterdir():
        for file in folder.glob("*") if folder.is_dir() else ():
            if file.is_file() and not file.name.endswith("BM632w.csv"):
                with file.open("rb") as stream:
                    assert FORMAT.sniff(stream.read(65_536), file.name) == 0.0, file


@pytest.mark.shared
def test_the_chapter_on_bulk_data_is_no_bulk_data(shared: Path) -> None:
    content = (shared / "data/inputs/tr069_usp/usp_http-bulk-data-collection.md").read_bytes()

    with pytest.raises(FormatError):
        read(content)


def test_a_controller_may_add_the_way_and_the_box_tells_its_firmware() -> None:
    report = {
        "CollectionTime": 1_790_000_000,
        "Device.DeviceInfo.SerialNumber": "S1",
        "Device.DeviceInfo.SoftwareVersion": "7.2.1",
        "Device.DeviceInfo.UpTime": 9,
        "Device.X_02C0DE_Path.Cell": "cell-1",
        "Device.X_02C0DE_Path.UPF": "upf-2",
        "Device.X_02C0DE_Path.Colour": "red",
    }

    (use,) = rows(read(json.dumps({"Report": [report]}).encode()), Kind.EXPERIENCE)

    assert (use["cell"], use["upf"], use["firmware"]) == ("cell-1", "upf-2", "7.2.1")
    assert "colour" not in use
