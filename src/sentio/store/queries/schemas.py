"""The columns that questions may rely on in the families of facts."""

from __future__ import annotations

import pyarrow as pa

from sentio.model.indicator import indicators
from sentio.model.record import ELEMENT, LINK, PATH

USES = pa.schema(
    {
        "ts": pa.int64(),
        "subject": pa.int64(),
        "duration_ms": pa.float64(),
        "is_success": pa.float64(),
        "is_retained": pa.float64(),
        **dict.fromkeys(PATH, pa.string()),
        "longitude_deg": pa.float64(),
        "latitude_deg": pa.float64(),
        "quality": pa.int16(),
        "mos": pa.float32(),
        "confidence": pa.float32(),
        "grounded": pa.bool_(),
        "missing": pa.int64(),
        "origin": pa.int32(),
    }
)
"""What every ``experience_<service>`` can tell; the service's own inputs stand beside it. Columns
that a service or a day never filled are absent there and read as null."""

ELEMENTS = pa.schema({**ELEMENT, "origin": pa.int32()})
"""What ``element`` has; the family is absent until a topology has been read."""

LINKS = pa.schema({**LINK, "origin": pa.int32()})
"""What ``link`` has; the family is absent until links have been read."""

EXPERIENCE = pa.schema([("service", pa.string()), *USES])
"""What ``experience`` has: the uses of all services under each other."""

MEASURED = pa.schema(
    [
        ("service", pa.string()),
        ("ts", pa.int64()),
        *((name, pa.string()) for name in PATH),
        *((each.name, pa.float64()) for each in indicators().values() if each.shape == "number"),
    ]
)
"""What ``measured`` has: the uses of all services with every indicator that is one number."""
