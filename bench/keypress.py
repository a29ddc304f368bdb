"""Keypress to painted next sentence, in Chromium, with latency added to every request.

    python -m bench.keypress [--labels 200] [--latency 300]

The page measures itself: from the keydown event to the frame after the new sentence was painted (js/paint.js).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

from playwright.sync_api import sync_playwright

from bench.own_place import own_place
from bench.throughput import free_port, serving

QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--latency", type=int, default=300, help="added to every request, in milliseconds")
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--pace", type=int, default=400, help="milliseconds between two keypresses")
    options = parser.parse_args()
    with own_place() as (_folder, environment):
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True
        )  # fmt: skip
        made = subprocess.run(
            [sys.executable, "-m", "bench.make_pool", str(options.sentences), "1"],
            env=environment, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        (session,) = json.loads(made.stdout)
        port = free_port()
        with serving(environment, port):
            print(json.dumps(measure(f"http://127.0.0.1:{port}", session, options)), flush=True)


def measure(home: str, session: str, options: argparse.Namespace) -> dict[str, object]:
    """Label by keyboard and read what the page measured, in milliseconds."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": session, "url": home}])
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        unlimited = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        network.send("Network.emulateNetworkConditions", {**unlimited, "latency": options.latency})
        page.goto(f"{home}/p/bench/annotate/")
        page.wait_for_selector(".here:not(:empty)")
        for number in range(options.labels):
            before = page.inner_text(".here")
            page.keyboard.press("1234"[number % 4])
            page.wait_for_function("(before) => document.querySelector('.here').innerText !== before", arg=before)
            page.wait_for_timeout(options.pace)
        found = page.evaluate("performance.getEntriesByName('answer-to-paint').map((one) => one.duration)")
        browser.close()
    if len(found) < options.labels * 0.95:
        raise SystemExit(f"only {len(found)} of {options.labels} keypresses were measured")
    ordered = sorted(found)
    return {
        "labels": len(found),
        "latency_ms": options.latency,
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1], 1),
        "max_ms": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    main()
