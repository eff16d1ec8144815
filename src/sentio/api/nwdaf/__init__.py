"""Experience in the shape of an NWDAF: analytics and subscriptions (3GPP TS 29.520)."""

from sentio.api.nwdaf.analytics import Analytics
from sentio.api.nwdaf.reports import Reports
from sentio.api.nwdaf.routes import analytics_router
from sentio.api.nwdaf.subscriptions import subscriptions_router

__all__ = ["Analytics", "Reports", "analytics_router", "subscriptions_router"]
