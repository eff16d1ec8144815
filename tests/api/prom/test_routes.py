"""The read API over a real store: every number is that of the uses themselves."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.small_store import BAD_CELL, HOURS, START, Small, build

from sentio.api.prom.metrics import METRICS
from sentio.api.prom.reading import Reading
from sentio.api.prom.values import Limits
from sentio.store.cube import HOUR_NS, MINUTE_NS

API = "/prom/api/v1"
START_S = START // 10**9
END_S = START_S + HOURS * 3600


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture
def api(small: Small, serving, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sentio.duckdb").write_bytes(small.path.read_bytes())
    client = serving(awareness_enabled=False)

    def ask(route: str, *, status: int = 200, **given: object):
        answer = client.get(f"{API}/{route}", params={n.rstrip("_"): v for n, v in given.items()})
        assert answer.status_code == status, answer.text
        return answer.json()["data"] if status == 200 else answer.json()

    ask.client = client
    return ask


def value(found: dict) -> float:
    (only,) = found["result"]
    return float(only["value"][1])


def uses(small: Small, service: str, since_ns: int, until_ns: int) -> np.ndarray:
    ts = small.of(service, "ts")
    return (ts >= since_ns) & (ts < until_ns)


def test_a_counter_counts_the_uses_since_the_first(api, small: Small):
    until_ns = START + 5 * HOUR_NS + 17 * MINUTE_NS
    query = 'sentio_uses_total{service="web",dimension="all"}'

    found = api("query", query=query, time=until_ns / 1e9)

    inside = uses(small, "web", 0, until_ns) & ~np.isnan(small.mos("web"))
    assert found["resultType"] == "vector"
    assert found["result"][0]["metric"] == {
        "__name__": "sentio_uses_total", "service": "web", "dimension": "all", "member": "all",
    }  # fmt: skip
    assert value(found) == inside.sum()


def test_a_gauge_is_the_mean_of_its_minute(api, small: Small):
    mos, ts = small.mos("web"), small.of("web", "ts")
    minute_ns = int(ts[~np.isnan(mos)][0]) // MINUTE_NS * MINUTE_NS
    inside = uses(small, "web", minute_ns, minute_ns + MINUTE_NS) & ~np.isnan(mos)
    query = 'sentio_mos{service="web",dimension="all"}'

    found = api("query", query=query, time=(minute_ns + MINUTE_NS) / 1e9)

    assert value(found) == pytest.approx(mos[inside].mean(), abs=1e-4)


def test_the_mean_of_a_span_is_a_quotient_of_growths(api, small: Small):
    until_ns = START + 9 * HOUR_NS
    mos = small.mos("web")
    query = (
        'increase(sentio_mos_sum{service="web",dimension="all"}[3h])'
        ' / increase(sentio_uses_total{service="web",dimension="all"}[3h])'
    )

    found = api("query", query=query, time=until_ns / 1e9)

    # samples at the ends of minutes: the first one within the window is a minute behind its edge
    inside = uses(small, "web", until_ns - 3 * HOUR_NS + MINUTE_NS, until_ns) & ~np.isnan(mos)
    assert value(found) == pytest.approx(mos[inside].mean(), abs=1e-3)


def test_what_each_domain_cost_bears_its_name(api):
    found = api("query", query='sentio_mos_loss_sum{service="web",dimension="all"}', time=END_S)

    lost = {each["metric"]["domain"]: float(each["value"][1]) for each in found["result"]}
    assert set(lost) == {"device", "ran", "transport", "core", "edge", "application"}
    assert lost["ran"] > lost["core"] > lost["edge"] == 0.0


def test_regular_expressions_pick_whole_names(api):
    query = 'count by (member) (sentio_uses_total{dimension="cell",member=~"cell-[13]"})'

    found = api("query", query=query, time=END_S)
    none = api("query", query='sentio_uses_total{dimension="cell",member=~"cell"}', time=END_S)
    others = api("query", query='sum(sentio_uses_total{dimension="cell",service!~"w.*|m.*"})',
                 time=END_S)  # fmt: skip

    assert [each["metric"]["member"] for each in found["result"]] == ["cell-1", "cell-3"]
    assert none["result"] == []
    assert value(others) > 400


def test_steps_begin_at_the_start_and_none_is_behind_the_end(api):
    query = 'sentio_uses_total{service="web",dimension="all"}'

    found = api("query_range", query=query, start=START_S + 7207, end=START_S + 7500, step="60")

    assert found["resultType"] == "matrix"
    moments = [moment for moment, _ in found["result"][0]["values"]]
    assert moments == [START_S + 7207 + 60 * i for i in range(5)]


def test_the_worst_cell_has_the_highest_share_of_poor_uses(api):
    query = (
        'topk(1, sum by (member) (increase(sentio_poor_uses_total{dimension="cell"}[30h]))'
        ' / sum by (member) (increase(sentio_uses_total{dimension="cell"}[30h])))'
    )

    found = api("query", query=query, time=END_S)

    assert [each["metric"]["member"] for each in found["result"]] == [BAD_CELL]


def test_long_steps_read_hours_and_count_the_same(api):
    query = 'sentio_uses_total{service="web",dimension="all"}'
    start = START_S + 3 * 3600

    hours = api("query_range", query=query, start=start, end=END_S, step="1h")
    minutes = api("query_range", query=query, start=start, end=END_S, step="30m")

    assert hours["result"][0]["values"] == minutes["result"][0]["values"][::2]


def test_a_range_selector_gives_the_samples_themselves(api):
    query = 'sentio_uses_total{service="web",dimension="all"}[3m]'

    found = api("query", query=query, time=START_S + 3600)

    moments = [moment for moment, _ in found["result"][0]["values"]]
    assert moments == [START_S + 3600 - 120, START_S + 3600 - 60, START_S + 3600]


def test_behind_the_newest_use_there_is_nothing(api):
    query = 'sentio_uses_total{service="web",dimension="all"}'

    assert len(api("query", query=query, time=END_S)["result"]) == 1
    assert api("query", query=query, time=END_S + 3600)["result"] == []
    assert api("query", query=query, time=START_S - 60)["result"] == []


def test_series_labels_and_values_are_listed(api):
    match = 'sentio_mos{dimension="cell"}'

    assert api("labels") == ["__name__", "dimension", "domain", "member", "service"]
    assert "domain" not in api("labels", **{"match[]": match})
    assert api("label/service/values") == ["gaming", "meter", "web"]
    assert len(api("label/member/values", **{"match[]": match})) == 6
    assert api("label/__name__/values") == sorted({each.name for each in METRICS})
    listed = api("series", **{"match[]": match, "start": START_S, "end": END_S})
    assert {each["service"] for each in listed} == {"gaming", "meter", "web"}
    assert len(listed) == 18


def test_what_metrics_mean_is_told(api):
    about = api("metadata", metric="sentio_rtt_ms")["sentio_rtt_ms"][0]

    assert (about["type"], about["unit"]) == ("gauge", "ms")
    assert len(api("metadata", limit=3)) == 3
    assert api("status/buildinfo")["application"] == "Sentio"


def test_a_form_is_as_good_as_an_address(api):
    given = {"query": "sum(sentio_uses_total{dimension='all'})", "time": str(END_S)}

    posted = api.client.post(f"{API}/query", data=given).json()

    assert posted["data"] == api("query", **given)
    assert value(posted["data"]) > 1500


@pytest.mark.parametrize(
    ("route", "given", "status", "kind"),
    [
        ("query", {}, 400, "bad_data"),
        ("query", {"query": "sum("}, 400, "bad_data"),
        ("query", {"query": "x", "time": "noon"}, 400, "bad_data"),
        ("query", {"query": "x{a=~'('}"}, 400, "bad_data"),
        ("query", {"query": "a and b"}, 422, "execution"),
        ("query_range", {"query": "1", "start": 0, "end": 11_000, "step": 1}, 400, "bad_data"),
        ("query_range", {"query": "1", "start": 5, "end": 4, "step": 1}, 400, "bad_data"),
        ("query_range", {"query": "1", "start": 0, "end": 4, "step": 0}, 400, "bad_data"),
        ("query", {"query": "sum(sentio_mos)", "timeout": "0s"}, 503, "timeout"),
        ("series", {}, 400, "bad_data"),
    ],
)  # fmt: skip
def test_errors_are_told_as_prometheus_tells_them(api, route, given, status, kind):
    told = api(route, status=status, **given)

    assert (told["status"], told["errorType"]) == ("error", kind)
    assert told["error"]


def test_too_many_series_are_refused_with_advice(api):
    from sentio.api.prom.errors import UnsupportedQuery
    from sentio.api.prom.parameters import Parameters

    reading = Reading(
        api.client.platform.warehouse, now_ms=lambda: END_S * 1000, limits=Limits(series=20)
    )

    with pytest.raises(UnsupportedQuery, match=re.escape('dimension="all"')):
        reading.query(Parameters({"query": ["sentio_uses_total"]}))


def test_reading_needs_a_key_where_there_are_keys(api):
    api.client.platform.state.create_key("pusher", roles=("ingest",), at_ns=1)
    key = api.client.platform.state.create_key("grafana", roles=("read",), at_ns=1)

    refused = api.client.get(f"{API}/query?query=1")
    let_in = api.client.get(f"{API}/query?query=1", headers={"authorization": f"Bearer {key}"})

    assert refused.status_code == 401
    assert let_in.json()["data"]["resultType"] == "scalar"


def test_indicators_of_uses_are_means_of_their_minute(client):
    body = "ts,imsi,cell,page_load_ms\n" + "".join(
        f"{START + i * 10**9},26201{i:010},cell-{i % 2},{1000 * (i + 1)}\n" for i in range(4)
    )
    client.post("/ingest/probe?service=web", content=body, headers={"content-type": "text/csv"})

    def ask(labels: str) -> dict[str, str]:
        query = f"sentio_page_load_ms{{{labels}}}"
        found = client.get(f"{API}/query", params={"query": query, "time": START_S + 60}).json()
        return {each["metric"]["member"]: each["value"][1] for each in found["data"]["result"]}

    assert ask('dimension="all"') == {"all": "2500"}
    assert ask('dimension="cell"') == {"cell-0": "2000", "cell-1": "3000"}
    assert ask('dimension="cell",member="cell-1"') == {"cell-1": "3000"}
