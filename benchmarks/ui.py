"""Claim: every page is there within two seconds and answers at once, on two cores without a GPU.

Opens each page of a Sentio in the system's Chromium, several times in a fresh context, the best
counts: largest contentful paint, blocking time, shifts of the layout, from a click to the next
paint, memory and elements of the page; frames a second while the map is moved. With ``--data`` a
Sentio is started over that data folder, with ``--url`` one that runs is asked.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from _report import arguments, report

PAGES = ("overview", "services", "subjects", "incidents", "works", "domains", "health")
WATCH = """
  window.told = {lcp: 0, cls: 0, tbt: 0, event: 0};
  const watch = (type, take, more = {}) => {
    new PerformanceObserver((list) => list.getEntries().forEach(take))
      .observe({type, buffered: true, ...more});
  };
  watch("largest-contentful-paint", (each) => { told.lcp = each.startTime; });
  watch("layout-shift", (each) => { if (!each.hadRecentInput) told.cls += each.value; });
  watch("longtask", (each) => { told.tbt += Math.max(each.duration - 50, 0); });
  watch("event", (each) => {
    if (each.interactionId) told.event = Math.max(told.event, each.duration);
  },
        {durationThreshold: 16});
"""
FRAMES = """
  async (ms) => {
    let frames = 0;
    const begin = performance.now();
    const count = () => {
      frames += 1;
      if (performance.now() - begin < ms) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    await new Promise((done) => setTimeout(done, ms + 50));
    return frames / (ms / 1000);
  }
"""
QUIET_MS = 1_500  # after which a page has come to rest


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--data", help="data folder of a Sentio, which is served")
    parser.add_argument("--url", help="of a Sentio that runs")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if not (given.data or given.url):
        parser.error("--data DIR or --url URL is needed")
    served = contextlib.nullcontext(given.url) if given.url else serving(given.data)
    with served as url, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        found = {page: best(browser, url, page, given.rounds) for page in PAGES}
        found_map = panned(browser, url)
        browser.close()
    worst = {name: max(each[name] for each in found.values()) for name in found["overview"]}
    report({**worst, "map_frames_s": found_map, "pages": found}, as_json=given.json)


@contextlib.contextmanager
def serving(folder: str) -> Iterator[str]:
    """Serve a data folder on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = {"SENTIO_DATA_FOLDER": folder, "SENTIO_API_PORT": str(port)}
    server = subprocess.Popen(
        [sys.executable, "-m", "sentio.cli.main", "serve"],
        env=os.environ | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/ready", timeout=2)  # the URL is our own
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(60)


def best(browser: Browser, url: str, page: str, rounds: int) -> dict[str, float]:
    """Look at a page several times; the best of each figure counts."""
    print(f"{page}...", file=sys.stderr, flush=True)
    rows = [looked(browser, url, page) for _ in range(rounds)]
    return {name: min(each[name] for each in rows) for name in rows[0]}


def looked(browser: Browser, url: str, page: str) -> dict[str, float]:
    """Open a page in a fresh context, click once, and tell what that took."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    shown.add_init_script(WATCH)
    shown.goto(f"{url}/{page}")
    shown.wait_for_selector("h1")
    shown.wait_for_timeout(QUIET_MS)
    shown.get_by_role("button", name=re.compile("Dark or light")).first.click()
    shown.wait_for_timeout(300)
    told = shown.evaluate("told")
    heap = heap_mb(shown)
    nodes = shown.evaluate("document.querySelectorAll('*').length")
    context.close()
    return {
        "lcp_s": told["lcp"] / 1000.0,
        "tbt_ms": told["tbt"],
        "cls": told["cls"],
        "click_to_paint_ms": told["event"],
        "heap_mb": heap,
        "nodes": nodes,
    }


def heap_mb(page: Page) -> float:
    """Give the memory of a page's own objects."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    told: dict[str, Any] = session.send("Runtime.getHeapUsage")
    return told["usedSize"] / 1e6


def panned(browser: Browser, url: str) -> float:
    """Give the frames a second while the map is moved."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{url}/overview")
    canvas = page.wait_for_selector("canvas")
    assert canvas is not None
    page.wait_for_timeout(QUIET_MS)
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("ms => { window.counted = (" + FRAMES + ")(ms); }", 2000)
    began = time.monotonic()
    at = 0
    while time.monotonic() - began < 2.0:
        at += 1
        page.mouse.move(x + at % 40 * 3 - 60, y + at % 30 * 2 - 30)
    page.mouse.up()
    found: float = page.evaluate("window.counted")
    context.close()
    return found


if __name__ == "__main__":
    main()
