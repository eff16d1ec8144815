"""All controllers: ours, one file each, and those of other distributions."""

from __future__ import annotations

from sentio.execution.controller import Controller
from sentio.kernel.register import Register

CONTROLLERS: Register[Controller] = Register(
    "controller", constant="CONTROLLER", package="sentio.execution.controllers"
)
