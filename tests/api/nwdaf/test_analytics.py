"""Analytics are what the uses of the store say, computed here from the uses themselves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sentio.store.cube import DAY_NS, HOUR_NS
from small_store import CELLS, SERVICES_HERE, START

ANALYTICS = "/nnwdaf-analyticsinfo/v1/analytics"
SPAN = {"startTs": "2026-11-21T06:00:00Z", "endTs": "2026-11-22T12:00:00Z"}  # all of it


def ask(client, event: str = "SERVICE_EXPERIENCE", **given):
    texts = {name.replace("_", "-"): json.dumps(value) for name, value in given.items()}
    return client.get(ANALYTICS, params={"event-id": event, **texts})


def experiences(client, span=SPAN, **given):
    return ask(client, ana_req=span, **given).json()["svcExps"]


def scored(store, service: str, **members: str) -> np.ndarray:
    mos = store.mos(service)
    wanted = ~np.isnan(mos)
    for column, member in members.items():
        wanted &= store.of(service, column) == member
    return mos[wanted]


def test_each_service_has_its_mean_variance_confidence_and_share_of_subjects(client, store):
    found = {each["appId"]: each for each in experiences(client)}

    assert set(found) == set(SERVICES_HERE)
    mos = scored(store, "web")
    assert found["web"]["svcExprc"]["mos"] == pytest.approx(mos.mean(), abs=1e-3)
    assert found["web"]["svcExprcVariance"] == pytest.approx(mos.var(), abs=1e-3)
    sure = store.of("web", "confidence")[~np.isnan(store.mos("web"))]
    assert found["web"]["confidence"] == round(100 * sure.mean())
    people = {name: set(store.of(name, "subject")) for name in SERVICES_HERE}
    everyone = len(set.union(*people.values()))
    assert found["web"]["ratio"] == pytest.approx(100 * len(people["web"]) / everyone, abs=10)


@pytest.mark.parametrize("cell", CELLS[:2])
def test_an_area_is_answered_by_its_cells(client, store, cell):
    found = experiences(client, event_filter={"networkArea": {"cells": [cell]}, "appIds": ["web"]})

    (entry,) = found
    assert entry["networkArea"] == {"cells": [cell]}
    mos = scored(store, "web", cell=cell)
    assert entry["svcExprc"]["mos"] == pytest.approx(mos.mean(), abs=1e-3)


def test_an_application_is_answered_for_each_service_that_it_uses(client, store):
    found = experiences(client, event_filter={"appIds": ["chess"]})

    assert {each["appId"] for each in found} == {"chess"}
    means = sorted(scored(store, name, app="chess").mean() for name in SERVICES_HERE)
    assert sorted(each["svcExprc"]["mos"] for each in found) == pytest.approx(means, abs=1e-3)


def test_an_application_in_an_area_is_read_from_the_uses(client, store):
    area = {"cells": ["cell-1", "cell-3"]}

    found = experiences(client, event_filter={"appIds": ["chess"], "networkArea": area})

    values = {}
    for name in SERVICES_HERE:
        cells, apps = store.of(name, "cell"), store.of(name, "app")
        wanted = ~np.isnan(store.mos(name)) & np.isin(cells, area["cells"]) & (apps == "chess")
        lasts = store.of(name, "duration_ms")[wanted]
        values[name] = np.average(store.mos(name)[wanted], weights=lasts)
    assert sorted(each["svcExprc"]["mos"] for each in found) == pytest.approx(
        sorted(values.values()), abs=1e-3
    )
    assert all(each["networkArea"] == area for each in found)


def test_single_subjects_are_answered_by_their_pseudonym(client, store):
    subject = int(store.of("web", "subject")[0])
    supi = f"nai-{subject & (2**64 - 1):016x}@pseudonym.invalid"

    found = experiences(client, tgt_ue={"supis": [supi]}, event_filter={"appIds": ["web"]})

    wanted = (store.of("web", "subject") == subject) & ~np.isnan(store.mos("web"))
    mean = np.average(store.mos("web")[wanted], weights=store.of("web", "duration_ms")[wanted])
    assert found[0]["svcExprc"]["mos"] == pytest.approx(mean, abs=1e-3)
    assert found[0]["supis"] == [supi]


def test_an_hour_without_uses_has_nothing_to_tell(client):
    span = {"startTs": "2026-11-01T00:00:00Z", "endTs": "2026-11-01T01:00:00Z"}

    assert ask(client, ana_req=span).status_code == 204


@pytest.mark.parametrize(
    ("params", "status", "cause"),
    [
        ({}, 400, "MANDATORY_QUERY_PARAM_MISSING"),
        ({"event-id": "ABNORMAL_BEHAVIOUR"}, 500, "UNAVAILABLE_DATA"),
        (
            {"event-id": "SERVICE_EXPERIENCE", "event-filter": "{"},
            400,
            "OPTIONAL_QUERY_PARAM_INCORRECT",
        ),
        (
            {
                "event-id": "SERVICE_EXPERIENCE",
                "ana-req": '{"startTs":"2026-11-22T11:00:00Z","endTs":"2026-11-22T13:00:00Z"}',
            },
            400,
            "BOTH_STAT_PRED_NOT_ALLOWED",
        ),
        (
            {"event-id": "SERVICE_EXPERIENCE", "tgt-ue": '{"supis":["imsi-262010000000001"]}'},
            400,
            "OPTIONAL_QUERY_PARAM_INCORRECT",
        ),
        (
            {"event-id": "QOS_SUSTAINABILITY", "event-filter": '{"ranUeThrouThds":["1 Mbps"]}'},
            500,
            "UNAVAILABLE_DATA",
        ),
    ],
)
def test_what_cannot_be_answered_says_why_by_a_cause(client, params, status, cause):
    answer = client.get(ANALYTICS, params=params)

    assert (answer.status_code, answer.json()["cause"]) == (status, cause)
    assert answer.headers["content-type"] == "application/problem+json"


def test_hours_that_are_over_are_counted(client, store):
    given = {"event_filter": {"appIds": ["web"], "mosThd": 4.0}, "ana_req": SPAN}

    (info,) = ask(client, "QOS_SUSTAINABILITY", **given).json()["qosSustainInfos"]

    mos, ts = store.mos("web"), store.of("web", "ts").astype(np.int64)
    hours = {int(h): mos[(ts // HOUR_NS == h) & ~np.isnan(mos)] for h in set(ts // HOUR_NS)}
    means = [each.mean() for each in hours.values() if len(each)]
    assert len(means) == 30
    assert info["keepRatio"] == round(100 * np.mean([mean >= 4.0 for mean in means]))
    assert info["expMos"] == pytest.approx(np.mean(means), abs=2e-3)
    assert info["confidence"] == 100


def test_hours_ahead_are_foretold_from_the_same_hour_of_the_day_before(client, store):
    ahead = {"startTs": "2026-11-22T12:00:00Z", "endTs": "2026-11-22T13:00:00Z"}
    mos, ts = store.mos("web"), store.of("web", "ts").astype(np.int64)
    hour = START + 6 * HOUR_NS  # 12:00 of the first day
    mean = np.nanmean(mos[(ts >= hour) & (ts < hour + HOUR_NS)])

    given = {"event_filter": {"appIds": ["web"], "mosThd": 3.0}, "ana_req": ahead}
    (info,) = ask(client, "QOS_SUSTAINABILITY", **given).json()["qosSustainInfos"]

    assert hour + DAY_NS == START + 30 * HOUR_NS
    assert info["expMos"] == pytest.approx(mean, abs=2e-3)
    assert (info["startTs"], info["endTs"]) == (ahead["startTs"], ahead["endTs"])
    assert info["confidence"] == 25  # one day of one, and another day of the week
