"""Explore experience by place and time: where it is worst, since when, for which services."""

# %% [markdown]
# # Experience by place and time
#
# Needs a running server (`sentio serve`, or `sentio demo` for a small city) and nothing but
# `pip install sentio`; with pandas installed, every table has `.to_pandas()`.

# %%
import os
from datetime import timedelta

import numpy as np

import sentio

client = sentio.connect(
    os.environ.get("SENTIO_URL", "http://127.0.0.1:8080"), os.environ.get("SENTIO_API_KEY")
)

# %% [markdown]
# ## What there is
#
# The newest use tells what "now" is: a server may well be fed with the past.

# %%
spans = client.ask("contents").to_pylist()
newest = max(row["last_ts"] for row in spans if row["family"].startswith("experience_"))
since, until = newest - timedelta(days=1), newest + timedelta(minutes=1)

services = client.services(since=since, until=until)
for row in services.to_pylist():
    print(f"{row['service']:>12}: {row['n']:6,} uses, MOS {row['mos_mean']:.2f}, ", end="")
    print(f"{row['poor_share']:.1%} poor, confidence {row['confidence_mean']:.2f}")

# %% [markdown]
# ## Where it is worst
#
# Members are ranked by *surely too many poor uses*: a few bad uses cannot shout, and a bad day of
# the whole service blames nobody.

# %%
worst = client.ask(
    "worst_members", dimension="cell", least_n=10, limit=3, since=since, until=until
).to_pylist()
for row in worst:
    print(f"{row['service']:>12} at {row['member']}: {row['excess_poor']:.1f} poor uses too many")

# %% [markdown]
# ## Since when
#
# A heat map in text: one line a cell, one sign an hour, the worse the darker.

# %%
SHADES = " .:-=+*#%@"
members = sorted({row["member"] for row in worst})
hours = client.ask("member_hours", dimension="cell", members=members, since=since, until=until)
moments = sorted(set(hours.column("hour").to_pylist()))
share = np.full((len(members), len(moments)), np.nan)
uses = np.zeros_like(share)
poor = np.zeros_like(share)
for row in hours.to_pylist():
    place = members.index(row["member"]), moments.index(row["hour"])
    uses[place] += row["n"]
    poor[place] += row["poor"]
share = np.divide(poor, uses, out=share, where=uses > 0)
for member, line in zip(members, share, strict=True):
    signs = "".join("·" if np.isnan(x) else SHADES[min(9, int(10 * x))] for x in line)
    print(f"{member:>16} |{signs}|")

# %% [markdown]
# ## The same from the Prometheus API
#
# What Grafana draws can be had as a table as well.

# %%
course = client.series(
    'sum by (service) (increase(sentio_poor_uses_total{dimension="all"}[1h]))',
    since=since,
    until=until,
    step="1h",
)
print(course.slice(0, 5).to_pylist())

# %%
found = {"services": services, "worst": worst, "share": share, "course": course}
client.close()
