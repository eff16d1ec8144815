"""What a CPE parameter's name says: quantity, identity, something to withhold (TR-181, TR-098)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentio.model.record import PATH

Withheld = Literal["", "secret", "personal", "address"]

_ROOT = r"(?:Device|InternetGatewayDevice)\."
_AP = r"Device\.WiFi\.(?:AccessPoint|MultiAP\.APDevice\.[^.]+\.Radio\.[^.]+\.AP)\.[^.]+\."
_CLIENT = rf"{_AP}AssociatedDevice\.[^.]+\."
_TR098_CLIENT = (
    r"InternetGatewayDevice\.LANDevice\.[^.]+\.WLANConfiguration\.[^.]+\.AssociatedDevice\.[^.]+\."
)
_WAN = r"InternetGatewayDevice\.WANDevice\.[^.]+\."
_WAN_STATS = rf"{_WAN}WANConnectionDevice\.[^.]+\.WAN(?:IP|PPP)Connection\.[^.]+\.Stats\."
_ACCESS_STATS = r"Device\.(?:PPP|Cellular|Optical)\.Interface\.[^.]+\.Stats\."
_DSL = rf"(?:Device\.DSL\.(?:Line|Channel)\.[^.]+|{_WAN}WANDSLInterfaceConfig)\."
_PING = r"(?:Device\.IP\.Diagnostics\.IPPing|InternetGatewayDevice\.IPPingDiagnostics)\."
_DOWNLOAD = rf"{_ROOT}(?:IP\.Diagnostics\.)?DownloadDiagnostics\."
_UPLOAD = rf"{_ROOT}(?:IP\.Diagnostics\.)?UploadDiagnostics\."
_VENDOR = r"(?:X_[A-Za-z0-9-]+_)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Something that a device measures, under whatever name.

    A bare number becomes ``scale * number + offset`` in ``unit``; a number with its unit glued on
    is converted. Several instances are reduced to one value.
    """

    name: str
    pattern: str
    unit: str
    reduce: Literal["min", "max", "sum"]
    scale: float = 1.0
    offset: float = 0.0
    is_time: bool = False


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(name="wifi_rssi", pattern=rf"{_CLIENT}SignalStrength", unit="dBm", reduce="min"),
    Quantity(
        name="wifi_rssi",
        pattern=rf"{_TR098_CLIENT}{_VENDOR}(?:AssociatedDevice)?(?:RSSI|Rssi|SignalStrength)",
        unit="dBm",
        reduce="min",
    ),
    Quantity(  # RCPI, IEEE 802.11: 0..220 in steps of half a dB from -110 dBm
        name="wifi_rssi",
        pattern=r"Device\.WiFi\.DataElements\.Network\.Device\..+\.STA\.[^.]+\.SignalStrength",
        unit="dBm",
        reduce="min",
        scale=0.5,
        offset=-110.0,
    ),
    Quantity(  # TR-181: frames sent again among the last 100
        name="wifi_retry_share",
        pattern=rf"{_CLIENT}Retransmissions",
        unit="ratio",
        reduce="max",
        scale=0.01,
    ),
    Quantity(name="wifi_resent", pattern=rf"{_CLIENT}Stats\.RetransCount", unit="", reduce="sum"),
    Quantity(name="wifi_sent", pattern=rf"{_CLIENT}Stats\.PacketsSent", unit="", reduce="sum"),
    Quantity(
        name="ssid_resent",
        pattern=r"Device\.WiFi\.SSID\.[^.]+\.Stats\.RetransCount",
        unit="",
        reduce="sum",
    ),
    Quantity(
        name="ssid_sent",
        pattern=r"Device\.WiFi\.SSID\.[^.]+\.Stats\.PacketsSent",
        unit="",
        reduce="sum",
    ),
    Quantity(  # TR-098 and TR-181 give the margin in tenths of a dB
        name="access_snr",
        pattern=rf"{_DSL}DownstreamNoiseMargin",
        unit="dB",
        reduce="min",
        scale=0.1,
    ),
    Quantity(
        name="access_snr",
        pattern=rf"{_ROOT}.*?{_VENDOR}(?:CINR|SINR|RSSINR)\d*",
        unit="dB",
        reduce="min",
    ),
    Quantity(
        name="radio_rssi",
        pattern=rf"(?:Device\.Cellular\.Interface\.[^.]+\.|{_ROOT}.*?WiMAX.*?\.){_VENDOR}RSSI\d*",
        unit="dBm",
        reduce="max",
    ),
    Quantity(name="rsrp", pattern=rf"{_ROOT}.*?\.{_VENDOR}RSRP\d*", unit="dBm", reduce="max"),
    Quantity(name="rsrq", pattern=rf"{_ROOT}.*?\.{_VENDOR}RSRQ\d*", unit="dB", reduce="max"),
    Quantity(name="rate_dl", pattern=rf"{_DSL}DownstreamCurrRate", unit="kbit/s", reduce="max"),
    Quantity(name="rate_ul", pattern=rf"{_DSL}UpstreamCurrRate", unit="kbit/s", reduce="max"),
    Quantity(
        name="max_rate_dl",
        pattern=r"Device\.Cellular\.Interface\.[^.]+\.DownstreamMaxBitRate",
        unit="kbit/s",
        reduce="max",
    ),
    Quantity(
        name="max_rate_ul",
        pattern=r"Device\.Cellular\.Interface\.[^.]+\.UpstreamMaxBitRate",
        unit="kbit/s",
        reduce="max",
    ),
    Quantity(  # TR-098 gives these in bit/s
        name="max_rate_dl",
        pattern=rf"{_WAN}WANCommonInterfaceConfig\.Layer1DownstreamMaxBitRate",
        unit="kbit/s",
        reduce="max",
        scale=1e-3,
    ),
    Quantity(
        name="max_rate_ul",
        pattern=rf"{_WAN}WANCommonInterfaceConfig\.Layer1UpstreamMaxBitRate",
        unit="kbit/s",
        reduce="max",
        scale=1e-3,
    ),
    Quantity(
        name="retrains", pattern=rf"{_DSL}Stats\.QuarterHour\.LinkRetrain", unit="", reduce="sum"
    ),
    Quantity(name="uptime", pattern=rf"{_ROOT}DeviceInfo\.UpTime", unit="s", reduce="max"),
    Quantity(
        name="cpu",
        pattern=rf"{_ROOT}.*?\.{_VENDOR}(?:CPUUsage|CpuUsage|CPUUsed|CpuUsed|CPULoad|CpuLoad)",
        unit="ratio",
        reduce="max",
        scale=0.01,
    ),
    Quantity(name="errors", pattern=rf"{_WAN_STATS}EthernetErrorsReceived", unit="", reduce="sum"),
    Quantity(
        name="received", pattern=rf"{_WAN_STATS}EthernetPacketsReceived", unit="", reduce="sum"
    ),
    Quantity(name="errors", pattern=rf"{_ACCESS_STATS}ErrorsReceived", unit="", reduce="sum"),
    Quantity(name="received", pattern=rf"{_ACCESS_STATS}PacketsReceived", unit="", reduce="sum"),
    Quantity(name="ping_rtt", pattern=rf"{_PING}AverageResponseTime", unit="ms", reduce="max"),
    Quantity(name="ping_good", pattern=rf"{_PING}SuccessCount", unit="", reduce="sum"),
    Quantity(name="ping_lost", pattern=rf"{_PING}FailureCount", unit="", reduce="sum"),
    Quantity(  # TR-143: what came between the begin and the end of the transmission
        name="download_bytes", pattern=rf"{_DOWNLOAD}TestBytesReceived", unit="byte", reduce="max"
    ),
    Quantity(
        name="download_begin", pattern=rf"{_DOWNLOAD}BOMTime", unit="s", reduce="max", is_time=True
    ),
    Quantity(
        name="download_end", pattern=rf"{_DOWNLOAD}EOMTime", unit="s", reduce="max", is_time=True
    ),
    Quantity(name="upload_bytes", pattern=rf"{_UPLOAD}TestFileLength", unit="byte", reduce="max"),
    Quantity(
        name="upload_begin", pattern=rf"{_UPLOAD}BOMTime", unit="s", reduce="max", is_time=True
    ),
    Quantity(name="upload_end", pattern=rf"{_UPLOAD}EOMTime", unit="s", reduce="max", is_time=True),
)
"""Names of TR-181 (Device.), TR-098 (InternetGatewayDevice.), TR-143 and of vendors."""

IDENTITY: dict[str, tuple[str, int]] = {
    "DeviceID.SerialNumber": ("serial", 2),
    "DeviceID.OUI": ("oui", 2),
    "DeviceID.ProductClass": ("model", 2),
    "Device.DeviceInfo.SerialNumber": ("serial", 1),
    "Device.DeviceInfo.ManufacturerOUI": ("oui", 1),
    "Device.DeviceInfo.ProductClass": ("model", 1),
    "Device.DeviceInfo.ModelName": ("model", 3),
    "InternetGatewayDevice.DeviceInfo.SerialNumber": ("serial", 1),
    "InternetGatewayDevice.DeviceInfo.ManufacturerOUI": ("oui", 1),
    "InternetGatewayDevice.DeviceInfo.ProductClass": ("model", 1),
    "InternetGatewayDevice.DeviceInfo.ModelName": ("model", 3),
    "Device.DeviceInfo.SoftwareVersion": ("firmware", 1),
    "InternetGatewayDevice.DeviceInfo.SoftwareVersion": ("firmware", 1),
    "SerialNumber": ("serial", 3),
    "ManufacturerOUI": ("oui", 3),
    "OUI": ("oui", 3),
    "ProductClass": ("model", 2),
    "ModelName": ("model", 3),
}
"""Parameters that say which device reports, and how far to trust each (the highest wins)."""

PLACES = {name.replace("_", ""): name for name in (*PATH, "firmware") if name != "device_model"}
"""What a controller adds of the way that a device's traffic takes, ``Device.X_<OUI>_Path.Cell``."""

_PLACE = re.compile(rf"{_ROOT}X_[A-Za-z0-9-]{{1,32}}_Path\.([A-Za-z]{{1,16}})")
_SECRET = re.compile(
    r"pass(?:word|phrase|wd|code)|pwd|secret|credential|token|psk|key|(?-i:PIN(?![A-Za-z]))",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"(?:Serial(?:Number)?|HostName|User(?:Name|ID)?|[uU]sername|Login|SSID|IMEI|IMEISV|IMSI|ICCID"
    r"|MSISDN|PhoneNumber|DirectoryNumber|HotLineNumber|CallerID\w*|URI|E?[mM]ail\w*|Latitude"
    r"|Longitude|Location|DeviceLog|Log|Contact\w*|FriendlyName|DeviceName)\d*$"
)
_ADDRESS_NAME = re.compile(
    r"(?:MACAddress|PhysAddress|BSSID|BSID|IP(?:v[46])?Addr(?:ess)?(?:es)?)\w*$"
)
_TEXT = re.compile(r"(?:Serial(?:Number)?|Version|OUI|SSID|Name|Alias|Id|ID|Identifier|Code)\d*$")
_ADDRESS_WITHIN = re.compile(
    r"(?i)(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f])"  # MAC
    r"|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"  # IPv4
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|[0-9a-f]{1,4}::|::[0-9a-f]{1,4}"  # IPv6
    r"|(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])"  # MAC without colons
)
_QUANTITIES = tuple(re.compile(each.pattern) for each in QUANTITIES)

# A look at the last step of the path decides for nearly all of them.
_LEAF = re.compile(
    rf"{_VENDOR}(?:(?:AssociatedDevice)?(?:RSSI|Rssi|SignalStrength)|Retransmissions|RetransCount"
    r"|(?:Ethernet)?(?:PacketsSent|PacketsReceived|ErrorsReceived)|DownstreamNoiseMargin|RSRP|RSRQ"
    r"|CINR|SINR|RSSINR|(?:Down|Up)streamCurrRate|(?:Layer1)?(?:Down|Up)streamMaxBitRate"
    r"|LinkRetrain|UpTime|(?:CPU|Cpu)(?:Usage|Used|Load)|AverageResponseTime|SuccessCount"
    r"|FailureCount|TestBytesReceived|TestFileLength|[BE]OMTime)\d*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is known from a name alone; ``quantity`` is an index into `QUANTITIES` or -1."""

    withheld: Withheld
    is_text: bool
    quantity: int


@lru_cache(maxsize=65_536)
def meaning(path: str) -> Meaning:
    """Look at a parameter's full path."""
    quantity = -1
    if _LEAF.fullmatch(path.rpartition(".")[2]):
        quantity = next((i for i, each in enumerate(_QUANTITIES) if each.fullmatch(path)), -1)
    return Meaning(
        withheld="" if quantity >= 0 else _withheld(path),
        is_text=bool(_TEXT.search(path)),
        quantity=quantity,
    )


@lru_cache(maxsize=65_536)
def identity(path: str) -> tuple[str, int] | None:
    """Say what a parameter tells of its device or its place, and how far to trust it."""
    if path in IDENTITY:
        return IDENTITY[path]
    found = _PLACE.fullmatch(path)
    place = PLACES.get(found[1].lower()) if found else None
    return (place, 1) if place else None


def holds_address(text: str) -> bool:
    """Tell whether a text holds a MAC or IP address, alone or within."""
    return bool(_ADDRESS_WITHIN.search(text))


def hides_secret(text: str) -> bool:
    """Tell whether a text may hold a password: some name in it sounds like one."""
    return bool(_SECRET.search(text))


def _withheld(path: str) -> Withheld:
    if _SECRET.search(path):
        return "secret"
    if _PERSONAL.search(path):
        return "personal"
    return "address" if _ADDRESS_NAME.search(path) or holds_address(path) else ""
