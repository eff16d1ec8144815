"""The page itself: one file, whole, escaped, and with the numbers of the report in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.small_store import START, build

from sentio.report import build_page, numbers, render
from sentio.report.page import ReportPage
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS
from sentio.store.warehouse import Warehouse

NOW = START + 3 * 24 * HOUR_NS
VOID = {"meta", "link", "br", "hr", "img", "input"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> ReportPage:
    small = build(tmp_path_factory.mktemp("small") / "sentio.duckdb")
    with Answers(small.path) as answers:
        return build_page(answers, now_ns=NOW)


@pytest.fixture(scope="module")
def html(page: ReportPage) -> str:
    return render(page)


class Tags(HTMLParser):
    """Checks that every tag is closed where it should be, and notes ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        given = dict(attrs)
        assert len(given) == len(attrs), f"<{tag}> has an attribute twice"
        if "id" in given:
            self.ids.append(given["id"])
        if "href" in given:
            self.links.append(given["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


def test_every_tag_is_closed(html: str):
    assert read(html).open == []


def test_every_link_leads_to_a_place_on_the_page(html: str):
    tags = read(html)

    assert len(tags.ids) == len(set(tags.ids))
    assert tags.links
    assert all(link[1:] in tags.ids for link in tags.links if link.startswith("#"))
    assert all(link.startswith("#") for link in tags.links)


def test_the_page_asks_for_nothing_from_anywhere(html: str):
    assert not re.search(r"https?://", html)
    assert not re.search(r"""(src|href|action|poster)\s*=\s*["']?\s*//""", html)
    assert not re.search(r"url\s*\(|@import|<link|<iframe|<img|fetch\(|XMLHttpRequest", html)
    assert "default-src 'none'" in html


def test_every_chart_is_a_drawing_with_a_label(html: str):
    drawings = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)

    assert len(drawings) >= 3 * 5 + 2
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]
        assert len(list(root.iter())) > 2


def test_no_drawing_has_a_place_that_is_no_number(html: str):
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL))

    assert not re.search(r'="[^"]*(nan|inf|None)[^"]*"', drawings)


def test_names_from_telemetry_are_escaped(html: str):
    assert "cell-&lt;b&gt;2&lt;/b&gt;" in html
    assert "<b>" not in html


def test_a_name_cannot_bring_a_script(page: ReportPage):
    evil = "</script><script>alert(1)</script>"
    worst = page.services[0].worst[0]
    rows = (replace(worst.rows[0], name=evil), *worst.rows[1:])
    part = replace(page.services[0], worst=(replace(worst, rows=rows), *page.services[0].worst[1:]))

    html = render(replace(page, services=(part, *page.services[1:])))

    assert "alert(1)</script>" not in html
    assert html.count("<script>") == 1


def test_the_numbers_of_every_service_stand_on_the_page(html: str, page: ReportPage):
    for part in page.services:
        assert numbers.mos(part.mos_mean, part.n) in html
        assert numbers.share(part.poor, part.n) in html
        assert f"{part.poor} / {part.n}" in html
        assert f">{part.title}</h2>" in html


def test_every_section_is_there(html: str):
    ids = read(html).ids

    assert {"overview", "service-1", "service-3", "map", "index", "sources", "reading"} <= set(ids)
    for said in ("bad_time", "north", "How to read this page", "Wilson", "Customer experience"):
        assert said in html


def test_tables_can_be_sorted_by_what_they_mean(html: str, page: ReportPage):
    worst = page.services[0].worst[0].rows[0]

    assert f'data-by="{worst.excess_poor}"' in html
    assert html.count("<table") == html.count("</table>") > 10


def test_times_are_written_in_the_zone(page: ReportPage):
    winter = render(replace(page, zone="Asia/Kolkata"))

    assert "Times are Asia/Kolkata." in winter
    assert re.search(r"\d\d:30", winter)


def test_an_empty_store_says_what_to_do(tmp_path: Path):
    Warehouse(tmp_path / "empty.duckdb").close()
    with Answers(tmp_path / "empty.duckdb") as answers:
        html = render(build_page(answers, now_ns=NOW))

    assert "No scored experience yet" in html
    assert "sentio ingest DIR" in html
    assert read(html).open == []
    assert "<svg" not in html


def test_both_themes_and_paper_have_their_colours(html: str):
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert html.count("--bad:") == 3


def test_the_steps_of_the_scale_differ_in_brightness():
    style = (Path(numbers.__file__).parent / "templates" / "style.css").read_text("utf-8")
    names = ("very-good", "good", "fair", "poor", "bad")

    for block in re.split(r"prefers-color-scheme: dark", style, maxsplit=1):
        colours = [re.search(rf"--{name}: #([0-9a-f]{{6}})", block)[1] for name in names]
        bright = [brightness(colour) for colour in colours]
        assert bright in (sorted(bright), sorted(bright, reverse=True))
        assert min(abs(a - b) for a, b in pairwise(bright)) > 0.03


def brightness(colour: str) -> float:
    """Give the relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
