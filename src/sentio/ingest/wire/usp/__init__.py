"""Bulk data of home routers and other CPEs (TR-069, TR-369): names, units, reports."""
