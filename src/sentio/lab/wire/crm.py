"""What the business knows: customers, trouble tickets and survey answers, CSV exports of a CRM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.city import CONGESTED_CELL, LOSSY_SITE
from sentio.lab.day import DAY_NS, HOUR_NS, MINUTE_NS, moments
from sentio.lab.draw import happens
from sentio.lab.people import TARIFF_PRICES, TARIFFS
from sentio.lab.stories import Story
from sentio.lab.wire.text import Written, clock, fixed, glue, pick, save, whole
from sentio.lab.world import World

CUSTOMERS, TICKETS, SURVEYS = "crm/customers.csv", "crm/tickets.csv", "crm/surveys.csv"
OPTION_SHARE, NEW_MONTHS = 0.2, 8
CONTENT = 7  # passives and promoters of the NPS
FEWEST_FOR_DIRT = 5
TICKETS_PER_USER, ANSWERS_PER_USER = 0.02, 0.15
ISO, GERMAN = "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"
COMPLAINTS = (
    ("Mobile data", "Internet is very slow in the evening, videos keep stopping", "high"),
    ("Voice", "Callers cannot understand me, words are missing", "high"),
    ("Wi-Fi", "Wi-Fi at home drops since the update of the box", "medium"),
    ("Billing", "Question about the last invoice", "low"),
    ("Order", "Wants to change the tariff", "low"),
)
PRAISE = ("All good", "Fast and reliable", "Never had a problem", "")
BLAME = ("Too slow in the evening", "Video always stops", "Bad service, I pay for more", "")


def write_customers(folder: Path, world: World) -> list[Written]:
    """Write every subscriber once, as of the day before the span."""
    rng = world.rng(CUSTOMERS)
    people, count = world.people, len(world.people)
    price: FloatArray = np.array(TARIFF_PRICES, dtype=np.float64)[people.tariff]
    price = price + 5.0 * happens(rng, count, OPTION_SHARE)
    is_business = people.tariff == TARIFFS.index("business")
    tenure = rng.gamma(1.6, 22.0, count).astype(np.int64) + 1
    leaves = happens(rng, count, np.where(tenure < NEW_MONTHS, 0.06, 0.02))
    date = clock(np.array([world.span.start_ns - DAY_NS]), "%Y-%m-%d")[0].as_py()
    contract = pick(("24 months", "monthly"), (people.tariff == 0).astype(np.int64))
    header = (
        "customer_id,msisdn,imsi,segment,tariff,contract,monthly_charges,tenure_months,churn,"
        "snapshot_date\n"
    )
    rows = glue(
        people.account, ",", people.msisdn, ",", people.imsi, ",",
        pick(("consumer", "business"), is_business.astype(np.int64)), ",",
        pick(TARIFFS, people.tariff), ",", contract, ",", fixed(price, 2), ",",
        whole(tenure), ",", pick(("no", "yes"), leaves.astype(np.int64)), f",{date}\n",
    )  # fmt: skip
    return [_written(folder, CUSTOMERS, "customers", header, rows, {})]


def write_tickets(folder: Path, world: World) -> list[Written]:
    """Write the day's tickets: those of the stories' victims, and the usual ones."""
    rng = world.rng(TICKETS)
    people = world.people
    usual = moments(rng, world.span, per_day=TICKETS_PER_USER * len(people))
    user = [rng.integers(0, len(people), len(usual))]
    kind = [rng.integers(3, len(COMPLAINTS), len(usual))]
    at_ns = [usual]
    for story in world.stories:
        victims, complaint = _victims(rng, world, story)
        when = story.start_ns + rng.integers(20 * MINUTE_NS, 4 * HOUR_NS, len(victims))
        user.append(victims)
        kind.append(np.full(len(victims), complaint))
        at_ns.append(when)
    users, kinds, times = (np.concatenate(each) for each in (user, kind, at_ns))
    within = (times >= world.span.start_ns) & (times < world.span.end_ns)
    order = np.flatnonzero(within)[np.argsort(times[within], kind="stable")]
    header = (
        "ticket_id,created_at,closed_at,category,description,priority,status,channel,cell_id,imsi,"
        "msisdn,customer_id\n"
    )
    rows, dirt = _ticket_rows(rng, world, users[order], kinds[order], times[order])
    return [_written(folder, TICKETS, "tickets", header, rows, dirt)]


def write_surveys(folder: Path, world: World) -> list[Written]:
    """Write NPS answers; who was hurt by a story answers lower."""
    rng = world.rng(SURVEYS)
    people = world.people
    at_ns = moments(rng, world.span, per_day=ANSWERS_PER_USER * len(people))
    user = rng.integers(0, len(people), len(at_ns))
    is_hurt = _lives_badly(world)[user]
    score = np.rint(rng.normal(8.1, 1.7, len(user)) - 3.2 * is_hurt).clip(0, 10).astype(np.int64)
    comment = rng.integers(0, len(PRAISE), len(user))
    texts = np.where(score >= CONTENT, np.array(PRAISE)[comment], np.array(BLAME)[comment])
    header = "survey_id,survey_date,imsi,msisdn,customer_id,nps_score,touchpoint,comment\n"
    who = pa.array(user)
    rows = glue(
        "S", whole(90_000 + np.arange(len(user))), ",", clock(at_ns, ISO), ",",
        people.imsi.take(who), ",", people.msisdn.take(who), ",", people.account.take(who), ",",
        whole(score), ',relationship,"', pa.array(texts.tolist(), pa.string()), '"\n',
    )  # fmt: skip
    return [_written(folder, SURVEYS, "surveys", header, rows, {})]


def _lives_badly(world: World) -> BoolArray:
    return world.people.home == CONGESTED_CELL


def _victims(rng: np.random.Generator, world: World, story: Story) -> tuple[IntArray, int]:
    """Choose who complains of a story, and of what."""
    home, site = world.people.home, world.city.site[world.people.home]
    hurt = {
        "congestion": (np.flatnonzero(home == CONGESTED_CELL), 0, 0.08),
        "loss": (np.flatnonzero(site == LOSSY_SITE), 1, 0.05),
        "firmware": (np.arange(len(home)), 2, 0.006),
    }
    users, complaint, share = hurt.get(story.kind, (np.empty(0, dtype=np.int64), 0, 0.0))
    return users[happens(rng, len(users), share)], complaint


def _ticket_rows(
    rng: np.random.Generator, world: World, user: IntArray, kind: IntArray, at_ns: IntArray
) -> tuple[pa.StringArray, dict[str, int]]:
    count = len(user)
    number = np.arange(count)
    took = rng.integers(30, 2000, count) * MINUTE_NS
    is_closed = at_ns + took < world.span.end_ns
    has_dirt = count >= FEWEST_FOR_DIRT
    # two desks, two habits of writing dates
    form = number % 4 == 1
    created = np.where(form, clock(at_ns, GERMAN), clock(at_ns, ISO))
    closed = np.where(form, clock(at_ns + took, GERMAN), clock(at_ns + took, ISO))
    broken = number == (count // 2 if has_dirt else -1)
    created = np.where(broken, "yesterday", created)
    who = pa.array(user)
    people, names = world.people, [tuple(each) for each in zip(*COMPLAINTS, strict=True)]
    rows = glue(
        "T", whole(50_000 + number), ",", pa.array(created.tolist()), ",",
        pa.array(np.where(is_closed, closed, "").tolist()), ",", pick(names[0], kind), ',"',
        pick(names[1], kind), '",', pick(names[2], kind), ",",
        pick(("open", "closed"), is_closed.astype(np.int64)), ",",
        pick(("phone", "app", "shop"), rng.integers(0, 3, count)), ",",
        pick(world.city.cells, people.home[user]), ",", people.imsi.take(who), ",",
        people.msisdn.take(who), ",", people.account.take(who), "\n",
    )  # fmt: skip
    return rows, {"malformed": 1} if has_dirt else {}


def _written(
    folder: Path, path: str, form: str, header: str, rows: pa.StringArray, dirt: dict[str, int]
) -> Written:
    size = save(folder, path, pa.concat_arrays([pa.array([header]), rows]))
    return Written(path=path, format=form, rows=len(rows), size_bytes=size, dirt=dirt)
