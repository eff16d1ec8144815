"""The dashboards: how services fare, where it is worst, and every indicator by its domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sentio.api.grafana.panels import SOURCE, Json, Panel, laid_out
from sentio.api.prom.metrics import METRICS
from sentio.model.domain import DIMENSIONS, DOMAINS
from sentio.model.indicator import indicators

RELEASE = 39  # of Grafana's layout of dashboards, which Grafana 11 writes and newer ones read
TAG = "sentio"
ALL = 'dimension="all",service=~"$service"'
PLACES = 'dimension="$dimension",service=~"$service"'
WORST = 10
LEAST_RATE = 0.0001  # uses a second, about two in six hours: fewer cannot shout


def dashboards() -> dict[str, Json]:
    """Make all dashboards, by the name of their file."""
    return {
        "sentio-experience.json": _experience(),
        "sentio-places.json": _places(),
        **{f"sentio-indicators-{domain}.json": _indicators(domain) for domain in DOMAINS},
    }


def _rate(metric: str, labels: str, by: str = "", window: str = "$__rate_interval") -> str:
    return f"sum{by} (rate({metric}{{{labels}}}[{window}]))"


def _share(part: str, labels: str, by: str = "", window: str = "$__rate_interval") -> str:
    return f"{_rate(part, labels, by, window)} / {_rate('sentio_uses_total', labels, by, window)}"


def _experience() -> Json:
    return _dashboard(
        "sentio-experience",
        "Sentio: experience of services",
        [*_now(), *_courses()],
        [_service()],
    )


def _now() -> list[Panel]:
    """Give what is so now, in one row."""

    def now(title: str, query: str, unit: str = "", high: float | None = None) -> Panel:
        return Panel(
            title=title,
            queries=[(query, title)],
            unit=unit,
            look="stat",
            size=(6, 4),
            high=high,
            is_instant=True,
        )

    return [
        now("Mean MOS", _share("sentio_mos_sum", ALL), high=5.0),
        now("Poor uses", _share("sentio_poor_uses_total", ALL), "ratio"),
        now("Uses a second", _rate("sentio_uses_total", ALL)),
        now("Scored with all inputs", _share("sentio_grounded_uses_total", ALL), "ratio"),
    ]


def _courses() -> list[Panel]:
    by = " by (service)"
    lost = _rate("sentio_mos_loss_sum", ALL, " by (domain)")
    return [
        Panel(
            title="Mean MOS by service",
            meaning="Weighted by uses.",
            queries=[(_share("sentio_mos_sum", ALL, by), "{{service}}")],
            low=1.0,
            high=5.0,
        ),
        Panel(
            title="Share of poor uses by service",
            queries=[(_share("sentio_poor_uses_total", ALL, by), "{{service}}")],
            unit="ratio",
            low=0.0,
        ),
        Panel(
            title="Uses a second by service",
            queries=[(_rate("sentio_uses_total", ALL, by), "{{service}}")],
            low=0.0,
            is_stacked=True,
        ),
        Panel(
            title="MOS lost by domain",
            meaning="What each part of the path cost a use, on average.",
            queries=[(f"{lost} / scalar({_rate('sentio_uses_total', ALL)})", "{{domain}}")],
            low=0.0,
            is_stacked=True,
        ),
    ]


def _places() -> Json:
    by, over = " by (service, member)", "$__range"
    enough = f"({_rate('sentio_uses_total', PLACES, by, over)} > {LEAST_RATE})"
    poor = f"{_rate('sentio_poor_uses_total', PLACES, by, over)} / {enough}"
    mos = f"{_rate('sentio_mos_sum', PLACES, by, over)} / {enough}"
    panels = [
        Panel(
            title="Highest share of poor uses",
            meaning="Over the range shown; members with hardly any use are left out.",
            queries=[(f"sort_desc(topk({WORST}, {poor}))", "")],
            unit="ratio",
            look="table",
            is_instant=True,
        ),
        Panel(
            title="Lowest mean MOS",
            meaning="Over the range shown; members with hardly any use are left out.",
            queries=[(f"sort(bottomk({WORST}, {mos}))", "")],
            look="table",
            is_instant=True,
        ),
        Panel(
            title="Share of poor uses, the worst at each moment",
            queries=[
                (
                    f"topk(5, {_share('sentio_poor_uses_total', PLACES, by)})",
                    "{{service}} {{member}}",
                )
            ],
            unit="ratio",
            low=0.0,
        ),
        Panel(
            title="Poor uses a second, the most at each moment",
            queries=[
                (
                    f"topk(5, {_rate('sentio_poor_uses_total', PLACES, by)})",
                    "{{service}} {{member}}",
                )
            ],
            low=0.0,
        ),
    ]
    variables = [_dimension(), _service()]
    return _dashboard("sentio-places", "Sentio: where experience is worst", panels, variables)


def _indicators(domain: str) -> Json:
    known = indicators()
    panels = [
        Panel(
            title=metric.indicator,
            meaning=metric.meaning,
            queries=[(f"{metric.name}{{{ALL}}}", "{{service}}")],
            unit=metric.unit,
            size=(8, 7),
        )
        for metric in METRICS
        if metric.indicator and known[metric.indicator].domain == domain
    ]
    name = f"sentio-indicators-{domain}"
    return _dashboard(name, f"Sentio: indicators of the domain {domain}", panels, [_service()])


def _dashboard(name: str, title: str, panels: Sequence[Panel], variables: list[Json]) -> Json:
    drawn, _ = laid_out(panels)
    return {
        "uid": name,
        "title": title,
        "tags": [TAG],
        "schemaVersion": RELEASE,
        "version": 1,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "links": [_link()],
        "templating": {"list": [_source(), *variables]},
        "annotations": {"list": []},
        "panels": drawn,
    }


def _link() -> Json:
    return {
        "title": "Sentio",
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": True,
        "keepTime": True,
        "includeVars": True,
    }


def _source() -> Json:
    return {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}


def _service() -> Json:
    query = 'label_values(sentio_uses_total{dimension="all"}, service)'
    return {
        "name": "service",
        "label": "Service",
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": "services"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _dimension() -> Json:
    names = [name for name in DIMENSIONS if name != "all"]
    options: list[dict[str, Any]] = [  # Any: JSON
        {"text": name, "value": name, "selected": name == names[0]} for name in names
    ]
    return {
        "name": "dimension",
        "label": "Dimension",
        "type": "custom",
        "query": ",".join(names),
        "options": options,
        "current": {"text": names[0], "value": names[0]},
    }
