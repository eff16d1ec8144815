"""Which addresses stay within this machine, and what must be true before any other is used."""

from __future__ import annotations

import ipaddress
import socket

from sentio.kernel.errors import ConfigError, RefusedError

BACKLOG = 512


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(host: str, *, has_keys: bool) -> None:
    """Raise `RefusedError` for an address that others can reach while no API key is in force."""
    if not is_loopback(host) and not has_keys:
        raise RefusedError(
            f"{host} can be reached by others, and no API key is in force",
            where="api_host",
            expected="a loopback address such as 127.0.0.1, or an API key",
            next_step="Make a key with `sentio key create NAME --role ingest`, then start again.",
        )


def listening_socket(host: str, port: int) -> socket.socket:
    """Open the socket to listen on; raises `ConfigError` where it is taken or not ours."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        opened = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host} port {port} ({error.strerror or error})",
            where="api_host, api_port",
            next_step="Take another port with --port, or stop what uses this one.",
        ) from error
    # those accepted inherit it: an answer in two parts would wait 40 ms for an acknowledgement
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.set_inheritable(True)
    return opened
