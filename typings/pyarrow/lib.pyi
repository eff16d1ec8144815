"""pyarrow publishes no types: what comes out of it is unknown, what we make of it is not."""

from typing import Any

def __getattr__(name: str) -> Any: ...
