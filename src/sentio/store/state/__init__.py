"""Small state that is not columns: sources, API keys, audit, settings of subjects (SQL)."""

from sentio.store.state.annotations import Annotation, Annotations
from sentio.store.state.engine import open_engine
from sentio.store.state.keys import ROLES, ApiKey
from sentio.store.state.migrate import HEAD, current, downgrade, upgrade
from sentio.store.state.store import AuditEntry, Source, StateStore

__all__ = [
    "HEAD",
    "ROLES",
    "Annotation",
    "Annotations",
    "ApiKey",
    "AuditEntry",
    "Source",
    "StateStore",
    "current",
    "downgrade",
    "open_engine",
    "upgrade",
]
