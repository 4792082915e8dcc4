"""Chromium as a child process, through web/test/driver.mjs: what a person would do on the page, as calls."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

from .paths import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


class BrowserError(Exception):
    """The browser could not do it: a selector that matches nothing, a time that is over."""


def missing() -> str:
    """What keeps a browser from being started here; empty: nothing."""
    if not shutil.which("node"):
        return "node is not installed; script/setup installs it"
    if not any(shutil.which(name) for name in PROGRAMS):
        return "chromium is not installed; script/setup installs it"
    if not (ROOT / "web/node_modules/playwright-core").exists():
        return "playwright-core is not there; script/web fetches it"
    return ""


class Browser:
    """Selectors are Playwright's. Use it as a context manager."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(["node", "test/driver.mjs"], cwd=ROOT / "web", stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=log, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process and self._process.stdin and self._process.stdout
        # It closes the browser when there is nothing more to read.
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def tell(self, what: str, **request: Any) -> Any:
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **request}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError(f"the browser ended: {self._log.read_text(errors='replace')[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{what} {request}: {answer['error']}")
        return answer["value"]

    def open(self, url: str, path: str = "", width: int = 1280, height: int = 900, theme: str = "light") -> None:
        self.tell("open", url=url, path=path, width=width, height=height, theme=theme)

    def click(self, selector: str) -> None:
        self.tell("click", selector=selector)

    def fill(self, selector: str, text: str) -> None:
        self.tell("fill", selector=selector, text=text)

    def text(self, selector: str) -> str:
        return self.tell("text", selector=selector)

    def wait(self, selector: str, timeout: float = 10, state: str = "visible") -> None:
        self.tell("wait", selector=selector, state=state, timeout=timeout * 1000)

    def screenshot(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.tell("screenshot", file=str(file))
