"""Sentio: how every user and every thing really experiences every service."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "connect"]


def connect(url: str, key: str | None = None, **more: Any) -> Any:  # noqa: ANN401  (see below)
    """Connect to a running server: `sentio.client.connect`, loaded only now.

    `from sentio.client import connect` is the same, with types.
    """
    # by name: whatever imports `sentio` would lean on the client otherwise
    return import_module("sentio.client").connect(url, key, **more)
