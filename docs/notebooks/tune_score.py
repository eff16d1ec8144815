"""Tune a score: where to call a use poor, and how to weigh the mean against the bad uses."""

# %% [markdown]
# # Which score ranks places as people would?
#
# A mean hides a few terrible uses; a share of poor uses hides how poor they were. This compares
# weights between both, and shows how much the order of cells depends on them.

# %%
import os

import numpy as np

import sentio

client = sentio.connect(
    os.environ.get("SENTIO_URL", "http://127.0.0.1:8080"), os.environ.get("SENTIO_API_KEY")
)
SERVICE = os.environ.get("SENTIO_SERVICE", "web")

# %% [markdown]
# ## Where the threshold stands
#
# The distribution has forty bins of 0.1 MOS: the share of uses below any threshold is read off it.

# %%
(bins,) = client.ask("mos_distribution", service=SERVICE).to_pylist()
counts = np.array([bins[f"mos_bin_{i:02d}"] for i in range(40)])
below = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
for threshold in (2.0, 2.5, 3.0, 3.5):
    print(f"below {threshold:.1f}: {below[round((threshold - 1.0) * 10)]:.1%} of the uses")

# %% [markdown]
# ## Two views of each cell
#
# Both on [0, 1], 1 the best.

# %%
cells = client.ask("member_totals", dimension="cell", service=SERVICE).to_pylist()
cells = [row for row in cells if row["n"] >= 10]
names = [row["member"] for row in cells]
mean_view = (np.array([row["mos_mean"] for row in cells]) - 1.0) / 4.0
poor_view = 1.0 - np.array([row["poor_share"] for row in cells])

# %% [markdown]
# ## How the order depends on the weight
#
# Spearman's rank correlation with the order at equal weights: 1 means the same order.


# %%
def ranks(score: np.ndarray) -> np.ndarray:
    """Give the place of each cell, the worst first."""
    return np.argsort(np.argsort(score))


def score_of(weight: float) -> np.ndarray:
    """Weigh the mean against the share of uses that are not poor."""
    return weight * mean_view + (1.0 - weight) * poor_view


weights = np.linspace(0.0, 1.0, 11)
middle = ranks(score_of(0.5))
agreement = [float(np.corrcoef(ranks(score_of(each)), middle)[0, 1]) for each in weights]
for weight, each in zip(weights, agreement, strict=True):
    worst = names[int(np.argmin(score_of(weight)))]
    print(f"weight of the mean {weight:.1f}: agreement {each:+.2f}, worst {worst}")

# %% [markdown]
# ## Uses and people
#
# A share of uses is not a share of people: whoever has many uses counts once here. Counts of
# subjects are estimates within a tenth.

# %%
people = {row["service"]: row for row in client.ask("subjects_by_service").to_pylist()}[SERVICE]
poor_people = people["poor_subjects"] / people["subjects"]
poor_uses = sum(row["poor"] for row in cells) / sum(row["n"] for row in cells)
print(f"{poor_uses:.1%} of the uses are poor, {poor_people:.1%} of the people had one")

# %%
found = {"agreement": agreement, "worst": worst, "people": people, "below": below}
client.close()
