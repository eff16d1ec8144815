"""The contracts that every plug-in keeps, ours and strangers': one ``check_<kind>`` a kind."""

from sentio.testing.action import check_action
from sentio.testing.breach import BrokenContract
from sentio.testing.controller import check_controller
from sentio.testing.detector import check_detector
from sentio.testing.format import check_format
from sentio.testing.localiser import check_localiser
from sentio.testing.service import check_service

__all__ = [
    "BrokenContract",
    "check_action",
    "check_controller",
    "check_detector",
    "check_format",
    "check_localiser",
    "check_service",
]
