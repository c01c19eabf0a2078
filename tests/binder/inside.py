"""Runs where there is no network but loopback: starts the image's server as BinderHub does,
looks at it with a browser, ends it. Reads its task from standard input, prints what it saw.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

FLAGS = ["--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server"]


def main() -> None:
    task = json.load(sys.stdin)
    server = subprocess.Popen(
        task["command"],
        cwd=task["cwd"],
        env=task["environment"],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_for(task["url"] + "api", server)
        saw = look(task)
    finally:
        begun = time.monotonic()
        server.terminate()  # what Kubernetes sends
        try:
            server.wait(15)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
    saw["seconds_to_end"] = time.monotonic() - begun
    saw["outside"] = reaches_outside()
    json.dump(saw, sys.stdout)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the server ended"
        assert time.monotonic() < end, "the server does not answer"
        with contextlib.suppress(OSError), opener.open(url, timeout=5):
            return
        time.sleep(0.2)


def look(task: dict) -> dict:
    """The rows of the panel once all are ready, and all that went wrong on the way."""
    refused, foreign, errors = [], [], []
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(
            executable_path=task["chromium"], args=[*FLAGS, *sandbox]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("response", lambda r: refused.append(r.url) if r.status >= 400 else None)
        page.on(
            "request",
            lambda r: (
                foreign.append(r.url)
                if not r.url.startswith((task["url"], "data:", "blob:"))
                else None
            ),
        )
        page.goto(f"{task['url']}lab?token={task['token']}")
        page.locator("#sm-onboard-panel [data-smo-row]").first.wait_for(timeout=60_000)
        ready = page.locator("#sm-onboard-panel [data-smo-row][data-smo-state=ready]")
        with contextlib.suppress(Exception):  # what is there is looked at either way
            ready.nth(task["repositories"] - 1).wait_for(timeout=60_000)
        rows = page.locator("#sm-onboard-panel [data-smo-row]")
        found = {
            rows.nth(n).locator(".smo-Name").inner_text().replace("\n", ""): rows.nth(
                n
            ).get_attribute("data-smo-state")
            for n in range(rows.count())
        }
        visible = page.locator("#sm-onboard-panel").is_visible()
        page.screenshot(path=task["screenshot"])
        browser.close()
    return {
        "rows": found,
        "visible": visible,
        "refused": refused,
        "foreign": foreign,
        "errors": errors,
    }


def reaches_outside() -> bool:
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex(("192.0.2.1", 80)) == 0 or has_a_route()


def has_a_route() -> bool:
    """Whether this machine would know where to send something to the outside."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        return client.connect_ex(("192.0.2.1", 80)) == 0


if __name__ == "__main__":
    main()
