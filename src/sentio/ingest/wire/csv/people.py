"""Columns of business CSV that name a customer: what they are called, and how they go out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.csv.tables import Table
from sentio.ingest.wire.csv.values import there
from sentio.kernel.arrays import BoolArray

PEOPLE: dict[str, tuple[str, ...]] = {
    "imsi": ("imsi", "subscriberimsi"),
    "msisdn": (
        *("msisdn", "phonenumber", "phone", "phoneno", "mobilenumber", "mobileno", "mobile"),
        *("telephone", "telephonenumber", "subscribernumber", "ctn", "callernumber"),
    ),
    "account": (
        *("customerid", "custid", "customerno", "customernumber", "customer", "accountid"),
        *("account", "accountnumber", "accountno", "subscriberid", "subscriber", "clientid"),
        *("userid", "partyid", "respondentid", "kundennummer", "idcliente"),
    ),
    "device_serial": ("deviceserial", "serialnumber", "serialno", "serial", "boxserial"),
    "person_name": ("customername", "fullname", "personname", "name", "subscribername"),
}
"""Identifier columns of a record, each with the usual names (letters and digits of lower case)."""

NAMING = ("imsi", "msisdn", "account", "device_serial")
"""Identifiers that single one customer, or a box of one, out; a name does not."""


def people(table: Table, roles: Mapping[str, str]) -> dict[str, pa.StringArray]:
    """Give the identifier columns that the file has, in the clear, nothing as null.

    They leave in their own columns only, which the gate replaces by pseudonyms.
    """
    return {role: there(table.column(roles[role])) for role in PEOPLE if role in roles}


def nobody(columns: Mapping[str, pa.Array], rows: int) -> BoolArray:
    """Tell which rows name no customer at all, shape (rows,)."""
    empty = np.ones(rows, dtype=np.bool_)
    for role in NAMING:
        if role in columns:
            empty &= pc.is_null(columns[role]).to_numpy(zero_copy_only=False)
    return empty
