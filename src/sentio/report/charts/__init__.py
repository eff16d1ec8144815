"""Small charts as SVG text: themeable by CSS classes, readable by machines and without a mouse."""

from sentio.report.charts.bars import driver_bars
from sentio.report.charts.course import course_chart
from sentio.report.charts.heatmap import heat_map
from sentio.report.charts.histogram import index_histogram, mos_histogram
from sentio.report.charts.place_map import place_map, worst_places
from sentio.report.charts.sparkline import sparkline

__all__ = [
    "course_chart",
    "driver_bars",
    "heat_map",
    "index_histogram",
    "mos_histogram",
    "place_map",
    "sparkline",
    "worst_places",
]
