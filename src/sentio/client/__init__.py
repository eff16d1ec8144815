"""A client for notebooks and scripts: asks a running Sentio and gives Arrow tables."""

from sentio.client.client import Client, connect
from sentio.client.transport import ApiError

__all__ = ["ApiError", "Client", "connect"]
