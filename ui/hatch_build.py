"""Lets a wheel hold the built user interface: builds it first, but not where it is only linked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Built(BuildHookInterface):
    """Builds the pages before they are packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build them, where a wheel is made."""
        del build_data
        if version != "editable":
            script = Path(self.root) / "ui" / "build.py"
            subprocess.run([sys.executable, str(script)], check=True)
