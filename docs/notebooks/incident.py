"""Follow an incident down to the rows that made it, and count them again."""

# %% [markdown]
# # From an incident to its rows
#
# An incident names its degradations; a degradation names its scope and time; the uses in that
# scope and time are rows of the store. What is claimed above must be true of the rows below.

# %%
import os
from datetime import datetime

import pyarrow.compute as pc

import sentio

client = sentio.connect(
    os.environ.get("SENTIO_URL", "http://127.0.0.1:8080"), os.environ.get("SENTIO_API_KEY")
)

# %%
incident = client.incidents(limit=1)[0]
cause = incident["root_cause"] or {"element": "unknown", "kind": "unknown", "probability": 0.0}
print(
    f"{incident['id']}: {incident['name']}, {incident['status']}, priority {incident['priority']}"
)
print(f"cause: {cause['kind']} of {cause['element']} ({cause['probability']:.0%})")

# %% [markdown]
# ## What was seen, and why that cause

# %%
name = incident["degradations"][0]
degradation = client.get(f"degradations/{name}")
print(f"{name}: {degradation['scope']} {degradation['services']} since {degradation['began']}")
print(f"MOS {degradation['mos_seen']:.2f} instead of {degradation['mos_usual']:.2f}")
for diagnosis in client.diagnoses(name):
    print(diagnosis["sentence"])
    for hypothesis in diagnosis["hypotheses"]:
        for evidence in hypothesis["evidence"]:
            sign = "for" if evidence["weight"] > 0 else "against"
            print(f"  {hypothesis['element']}, {sign}: {evidence['what']}")

# %% [markdown]
# ## The rows
#
# The latest uses in the scope, subjects masked. `reveal="why"` gives whole pseudonyms to who may
# see them, and is audited.

# %%
dimension, member = next(iter(degradation["scope"].items()), ("all", "all"))
began = datetime.fromisoformat(degradation["began"])
ended = degradation.get("ended") or degradation["seen"]
rows = client.ask(
    "latest_uses",
    dimension=dimension,
    member=member,
    services=degradation["services"],
    since=began,
    until=ended,
    limit=100_000,
)
print(rows.select(["ts", "service", "subject", "mos", "confidence"]).slice(0, 5).to_pylist())

# %% [markdown]
# ## Counted again
#
# The cube holds whole-number totals of the same uses, and must agree with the rows.

# %%
totals = client.ask(
    "member_details", dimension=dimension, members=[member], since=began, until=ended
).to_pylist()
for row in totals:
    mine = rows.filter(pc.equal(rows.column("service"), row["service"]))
    scored = mine.filter(pc.is_valid(mine.column("mos")))
    mean = pc.mean(scored.column("mos")).as_py()
    print(f"{row['service']}: {scored.num_rows} rows, cube {row['n']}; ", end="")
    print(f"MOS {mean or 0.0:.3f} of the rows, {row['mos_mean'] or 0.0:.3f} of the cube")

# %%
found = {"incident": incident, "rows": rows, "totals": totals}
client.close()
