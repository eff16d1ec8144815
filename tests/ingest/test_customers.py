"""Customer lists out of CRM and billing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from tests.ingest.one_input import RECEIVED_NS, read

from sentio.ingest.formats.customers import FORMAT


def test_contract_value_tenure_and_churn_are_read(samples: Path) -> None:
    content = (samples / "customers" / "crm.csv").read_bytes()

    found = read(FORMAT, content)

    stayed, left = found.records()
    assert FORMAT.sniff(content, "crm.csv") > 0.8
    assert (stayed["account"], stayed["contract"], stayed["segment"]) == (
        *("A-001", "Two year", "Two year"),
    )
    assert (stayed["value_per_month"], stayed["tenure_months"]) == (49.9, 12)
    assert (stayed["has_churned"], left["has_churned"]) == (False, True)
    assert stayed["ts"] == RECEIVED_NS
    assert json.loads(stayed["attributes"]) == {"gender": "Female", "TotalCharges": 598.8}
    assert "TotalCharges" not in json.loads(left["attributes"])  # blank: not yet billed
    assert found.reasons == {"missing": 1, "not_a_number": 1, "out_of_range": 1}
    assert [row["line"] for row in found.rejected] == [4, 5, 6]
    assert [row["field"] for row in found.rejected] == ["customerID", "tenure", "Churn"]
    assert found.rejected[1]["raw"].startswith(b"A-004,Male,")


def test_other_operators_words_for_the_same_are_known() -> None:
    text = (
        "MSISDN;Account_No;Tariff Plan;Customer Segment;ARPU;Churn Flag;Snapshot Date\n"
        "353871234567;900;Unlimited 5G;gold;32,50;0;31/01/2026\n"
    )

    (customer,) = read(FORMAT, text).records()

    assert (customer["msisdn"], customer["account"]) == ("353871234567", "900")
    assert (customer["segment"], customer["contract"]) == ("gold", "Unlimited 5G")
    assert customer["value_per_month"] == 32.5
    assert customer["has_churned"] is False
    assert customer["ts"] == 1_769_817_600 * 10**9


def test_what_is_personal_stands_in_identifier_columns_alone() -> None:
    text = (
        "customer_id,name,email,phone,home_address,notes,churn,tenure,device type,plan\n"
        "1,Eve Example,eve@example.org,+353871234567,1 Main St,call Eve,no,3,call 0871234567,P\n"
    )

    (customer,) = read(FORMAT, text).records()

    assert customer["person_name"] == "Eve Example"
    assert customer["msisdn"] == "+353871234567"
    assert json.loads(customer["attributes"]) == {"device type": "call <number>", "plan": "P"}


def test_further_columns_can_be_asked_for() -> None:
    text = "customer_id,churn,tenure,shoe\n1,no,3,44\n"

    assert read(FORMAT, text).records()[0]["attributes"] == "{}"
    assert json.loads(read(FORMAT, text, attributes="shoe").records()[0]["attributes"]) == {
        "shoe": 44
    }


def test_a_segment_that_the_list_lacks_can_be_given() -> None:
    text = "customer_id,churn,tenure\n1,no,3\n"

    assert read(FORMAT, text, segment="prepaid").records()[0]["segment"] == "prepaid"


def test_what_the_gate_refuses_later_can_still_be_shown_as_it_stood() -> None:
    (piece,) = read(FORMAT, "customer_id,churn,tenure\n,no,3\n7,no,4\n8,no,5\n").pieces

    lines, raws = piece.row_bytes(np.array([1]))

    assert (lines, raws) == ([4], [b"8,no,5"])


def test_pieces_add_up_and_can_be_read_from_any_of_them() -> None:
    text = "customer_id,churn,tenure\n" + "".join(f"{i},no,{i}\n" for i in range(10))
    whole = read(FORMAT, text, batch_rows=4)

    rest = read(FORMAT, text, batch_rows=4, start=1)

    assert [piece.rows_read for piece in whole.pieces] == [4, 4, 2]
    assert [piece.position for piece in rest.pieces] == [2, 3]
    assert [record["account"] for record in rest.records()] == [str(i) for i in range(4, 10)]


@pytest.mark.parametrize(
    "text",
    [
        "imsi,imei,cell,app_type,dl_data\n1,2,3,4,5\n",
        "customer_id,date,nps,comment\n1,2026-01-01,9,x\n",
        "a|b|c\n1|2|3\n",
        "customer_id,segment\n1,2\n",
        "",
        "\0\xff",
        '"' * 500,
    ],
)
def test_other_tables_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode("latin-1"), "x.csv") == 0


@pytest.mark.shared
def test_the_public_list_has_its_7043_customers(shared: Path) -> None:
    packed = shared / "data/inputs/crm_tickets_nps/IBM_Telco-Customer-Churn.csv.gz"
    content = gzip.decompress(packed.read_bytes())

    found = read(FORMAT, content)

    customers = found.records()
    assert len(content.split(b"\n", 1)[0].split(b",")) == 21
    assert FORMAT.sniff(content[:65_536], "churn.csv") > 0.8
    assert (found.rows, found.kept) == (7043, 7043)
    assert sum(customer["has_churned"] for customer in customers) == content.count(
        b",Yes\r\n"
    ) + content.count(b",Yes\n")
    assert customers[0]["account"] == "7590-VHVEG"
    unbilled = [c for c in customers if "TotalCharges" not in json.loads(c["attributes"])]
    assert len(unbilled) == 11
    assert {c["tenure_months"] for c in unbilled} == {0}


def test_a_box_may_stand_for_its_customer() -> None:
    text = (
        "serial_number,segment,monthly_charges,important\n"
        "02C0DE-LB1,household,30,yes\n"
        ",consumer,9,no\n"
    )

    found = read(FORMAT, text)

    (box,) = found.records()
    assert (box["device_serial"], json.loads(box["attributes"])) == (
        *("02C0DE-LB1", {"important": "yes"}),
    )
    assert found.reasons == {"missing": 1}
