"""The report: from the store to one self-contained HTML page that a manager can read."""

from sentio.report.build import build_page
from sentio.report.page import ReportPage
from sentio.report.render import render

__all__ = ["ReportPage", "build_page", "render"]
