"""How long a visitor waits, in a real browser, against what Streamlit takes by itself in the same run.

    python -m benchmarks.app [--rounds 15]

Prints a Markdown table. The yardstick for answers is an empty fragment's round trip: on our own page,
whose frame and settings it shares, and in an app that has nothing else, with Streamlit's settings.
What is compared is measured in turns, so that what else the machine does meets both alike.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.empty_fragment import __file__ as one_line_app
from tests.browser.chromium import launch
from tests.browser.hand import canvas, draw, key
from tests.browser.served import PROJECT, Served, serve

CANVAS_WAITS = 200.0
"""Milliseconds for which the canvas collects strokes before it sends them."""

EMPTY = "runs"
"""The page in whose place an empty one stands."""

STARTS = 5
VISITORS = 20
TRAININGS = 4
REST = 1000
"""Milliseconds after which a page that is shown has nothing more to do."""

START = 90_000
"""Milliseconds that a training process may take to start on a busy machine."""

STOPWATCH = """([event, selector]) => {
  const text = () => document.querySelector(selector)?.textContent;
  window.lap = new Promise(done => window.addEventListener(event, () => {
    const began = performance.now(), before = text();
    const watch = new MutationObserver(() => {
      const after = text();
      if (after !== undefined && after !== before) {
        watch.disconnect();
        done(performance.now() - began);
      }
    });
    watch.observe(document.body, {subtree: true, childList: true, characterData: true});
  }, {once: true, capture: true}));
}"""
"""Measures from an event to the moment when what stands under a selector has changed."""

PAINTED = """selector => new Promise(done => {
  const hosts = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
  const find = () => document.querySelector(selector)
    ?? hosts().map(host => host.shadowRoot?.querySelector(selector)).find(Boolean);
  const look = () => {
    if (find()?.getClientRects().length) {
      requestAnimationFrame(() => done(performance.now()));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""
"""Milliseconds from the start of a navigation to the first frame painted with what a selector names.

What stands in a component's shadow root counts, too. Playwright itself looks only every half second."""

BARE_FIT = """
import sys
from dataclasses import replace
from benchmarks.training import bare
from cnn.data import datasets
from cnn.training.recipes import TrainConfig

config = TrainConfig.model_validate_json(sys.argv[1])
whole, images = datasets.load("mnist"), config.train_images
part = replace(whole, x_train=whole.x_train[:images], y_train=whole.y_train[:images])
for _ in sys.stdin:
    print(bare(config, part), flush=True)
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, beside what, and at most how many times as much."""

    what: str
    ours: float
    theirs: float
    unit: str
    bound: float

    def __str__(self) -> str:
        ratio = self.ours / self.theirs
        verdict = "" if ratio <= self.bound else " **missed**"
        return (
            f"| {self.what} | {self.ours:,.1f} {self.unit} | {self.theirs:,.1f} {self.unit} "
            f"| {ratio:.2f} | {self.bound:g}{verdict} |"
        )


# In the page


def lap(page: Page, event: str, selector: str, act: Callable[[], None]) -> float:
    """Milliseconds from the last `event` of an action to the change under `selector`."""
    page.evaluate(STOPWATCH, [event, selector])
    act()
    return float(page.evaluate("window.lap"))


def round_trip(page: Page) -> float:
    """One press of the empty fragment's button, until its number has changed."""
    return lap(page, "click", ".st-key-count", page.get_by_role("button", name="Again").click)


def answer(page: Page) -> float:
    """One digit drawn on a clean canvas, from pen-up until the answer stands there."""
    elapsed = lap(page, "mouseup", ".answer-digit", lambda: draw(page, 7))
    key(page, "clear").locator("button").click()
    expect(page.locator(".answer-digit")).to_have_count(0)
    # The fresh canvas is drawn on only once it stands.
    canvas(page)
    page.wait_for_timeout(300)
    return elapsed


def in_turns(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure; the first two rounds are not counted."""
    laps = [[measure() for measure in measures] for _ in range(rounds + 2)][2:]
    return [median(column) for column in zip(*laps, strict=True)]


# The app, and what it is held against


@contextmanager
def our_app(folder: Path) -> Iterator[Served]:
    """Our app as it is, with an empty fragment below each page, and with nothing else on `EMPTY`."""
    for name in (".streamlit", "benchmarks", "cnn"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "pages").mkdir()
    for source in (PROJECT / "pages").iterdir():
        (folder / "pages" / source.name).symlink_to(source)
    (folder / "pages" / f"{EMPTY}.py").unlink()
    (folder / "pages" / f"{EMPTY}.py").touch()
    before, shown, after = (PROJECT / "app.py").read_text().partition("    site.show()\n")
    addition = "    from benchmarks.empty_fragment import empty\n\n    empty()\n"
    (folder / "app.py").write_text(before + shown + addition + after)
    with serve(folder, at=folder) as served:
        yield served


@contextmanager
def one_line(folder: Path) -> Iterator[Served]:
    """An app that has nothing but the empty fragment, with Streamlit's own settings."""
    with serve(folder, one_line_app, at=folder, STREAMLIT_SERVER_HEADLESS="true") as served:
        yield served


def visit(browser: Browser, url: str) -> Page:
    """A visitor of their own, on a page that has come to rest."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    expect(key(page, "count")).to_be_visible(timeout=START)
    return page


# The figures


def answers(browser: Browser, rounds: int) -> Iterator[Row]:
    """Answers and round trips, first while nothing else runs, then beside a training."""
    with (
        TemporaryDirectory() as ours,
        TemporaryDirectory() as theirs,
        our_app(Path(ours)) as app,
        one_line(Path(theirs)) as other,
    ):
        page, bare_page = visit(browser, app.url), visit(browser, other.url)
        canvas(page)
        answer(page)
        drawn, empty, bare = in_turns(
            rounds,
            lambda: answer(page) - CANVAS_WAITS,
            lambda: round_trip(page),
            lambda: round_trip(bare_page),
        )
        yield Row("empty fragment: our app against a one-line app", empty, bare, "ms", 1.2)
        yield Row("pen-up to answer beyond the canvas's wait, against an empty fragment",
                  drawn, empty, "ms", 2)  # fmt: skip
        begin_training(visit(browser, app.url), app.url, "accurate", epochs=100)
        drawn, empty = in_turns(rounds, lambda: answer(page) - CANVAS_WAITS, lambda: round_trip(page))
        yield Row("the same while a training runs and is watched", drawn, empty, "ms", 3)


def begin_training(page: Page, url: str, recipe: str, epochs: int, images: int = 0) -> None:
    """Start a training whose settings the address carries, and wait until it learns; 0 images are all."""
    page.goto(f"{url}/train?recipe={recipe}&epochs_{recipe}={epochs}&train_images_{recipe}={images}")
    key(page, "train_start").locator("button").click(timeout=START)
    expect(key(page, "train_progress")).to_contain_text("Epoch 1 of", timeout=START)


def starts(browser: Browser) -> Iterator[Row]:
    """From the start of the server to what can be used."""

    def until(app: Callable[[Path], AbstractContextManager[Served]], selector: str) -> float:
        with TemporaryDirectory() as folder:
            began = time.perf_counter()
            with app(Path(folder)) as served:
                context = browser.new_context()
                page = context.new_page()
                page.goto(served.url, wait_until="commit")
                page.evaluate(PAINTED, selector)
                elapsed = time.perf_counter() - began
                context.close()
        return elapsed

    ours, theirs = in_turns(
        STARTS, lambda: until(our_app, "canvas"), lambda: until(one_line, ".st-key-count")
    )
    yield Row("server start to a canvas, against a one-line app's page", ours, theirs, "s", 1.5)


def memory(browser: Browser) -> Iterator[Row]:
    """What one more visitor who draws adds to the server's resident memory."""
    with TemporaryDirectory() as folder, our_app(Path(folder)) as app:

        def welcome() -> None:
            page = visit(browser, app.url)
            answer(page)

        for _ in range(5):
            welcome()
        before = app.process.memory_info().rss
        for _ in range(VISITORS):
            welcome()
        added = (app.process.memory_info().rss - before) / VISITORS / 1e6
    yield Row("memory that one more visitor adds, against 1 MB", added, 1, "MB", 5)


def opening(browser: Browser, rounds: int) -> Iterator[Row]:
    """What /mistakes takes to open again, beyond an empty page: from a link, and by its address."""
    shown = {"mistakes": ".st-key-gallery button", EMPTY: ".st-key-count"}
    with TemporaryDirectory() as folder, our_app(Path(folder)) as app:
        page = visit(browser, f"{app.url}/mistakes")
        page.locator(shown["mistakes"]).last.wait_for(timeout=10 * START)

        def by_link(name: str) -> float:
            follow("train")
            expect(key(page, "train_start")).to_be_visible(timeout=START)
            return lap(page, "click", shown[name], lambda: follow(name))

        def by_address(name: str) -> float:
            # The page before comes to rest: its last messages would meet the navigation.
            page.wait_for_timeout(REST)
            page.goto(f"{app.url}/{name}", wait_until="commit")
            return float(page.evaluate(PAINTED, shown[name]))

        def follow(name: str) -> None:
            page.locator(f'a[href$="/{name}"]').first.click()

        def beyond_empty(measure: Callable[[str], float]) -> float:
            opened, empty = in_turns(rounds, lambda: measure("mistakes"), lambda: measure(EMPTY))
            return opened - empty

        what = "/mistakes opened again by {} beyond an empty page, against 300 ms"
        yield Row(what.format("a link"), beyond_empty(by_link), 300, "ms", 1)
        yield Row(what.format("its address"), beyond_empty(by_address), 300, "ms", 1)


def watching(browser: Browser) -> Iterator[Row]:
    """A training in the app with its page open, against Keras's bare `fit` at the same priority."""
    from cnn.training.recipes import recipe

    images = 12_000
    config = recipe("conv32-conv64").config.model_copy(
        update={"epochs": 1, "train_images": images, "keep_best": False, "early_stopping": False}
    )
    with (
        TemporaryDirectory() as folder,
        our_app(Path(folder)) as app,
        subprocess.Popen(
            ["nice", "-n", "10", sys.executable, "-c", BARE_FIT, config.model_dump_json()],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as fit,
    ):
        page = visit(browser, f"{app.url}/train")

        def bare() -> float:
            assert fit.stdin is not None
            assert fit.stdout is not None
            print(file=fit.stdin, flush=True)
            return float(fit.stdout.readline())

        def watched() -> float:
            models = Path(folder) / "models"
            before = set(models.glob("*/record.json"))
            begin_training(page, app.url, "conv32-conv64", 1, images)
            expect(key(page, "train_progress")).to_contain_text("Trained after", timeout=10 * START)
            [record] = set(models.glob("*/record.json")) - before
            return float(json.loads(record.read_text())["fit_seconds"])

        ours, theirs = in_turns(TRAININGS, watched, bare)
        assert fit.stdin is not None
        fit.stdin.close()
    yield Row("training with a page watching, against a bare fit", ours, theirs, "s", 1.03)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=["answers", "opening", "starts", "memory", "watching"])
    chosen = parser.parse_args()
    parts = {
        "answers": lambda browser: answers(browser, chosen.rounds),
        "opening": lambda browser: opening(browser, chosen.rounds),
        "starts": starts,
        "memory": memory,
        "watching": watching,
    }
    print("| what | ours | theirs | ratio | at most |\n|---|--:|--:|--:|--:|")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, part in parts.items():
            if chosen.only in (None, name):
                for row in part(browser):
                    print(row, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
