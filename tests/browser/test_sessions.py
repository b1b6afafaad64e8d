"""What the server holds for its visitors, and lets go of."""

import re
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, FilePayload, Page

from tests.browser.hand import draw, expect_answer, key
from tests.browser.served import Served, serve
from tests.browser.test_read import photo


def bytes_held(app: Served) -> int:
    """How much of what visitors brought is in the server's memory, as Streamlit counts it."""
    with urlopen(f"{app.url}/_stcore/metrics") as response:
        counted = re.search(r'cache_type="UploadedFileManager",cache=""} (\d+)', response.read().decode())
    return int(counted[1]) if counted else 0


def test_who_has_gone_leaves_nothing_in_memory(browser: Browser, page: Page, tmp_path: Path) -> None:
    """Ten minutes after a tab was closed, here five seconds, what was brought in it is freed."""
    with serve(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="5") as app:
        gone = browser.new_page()
        gone.goto(app.url)
        gone.get_by_text("A picture", exact=True).click()
        brought = FilePayload(name="paper.png", mimeType="image/png", buffer=photo("170"))
        key(gone, "upload").locator("input[type=file]").set_input_files(brought)
        expect_answer(gone, 170)
        assert bytes_held(app) > 0
        gone.close()
        page.goto(app.url)
        draw(page, 7)
        expect_answer(page, 7)
        deadline = time.monotonic() + 60
        while bytes_held(app):
            assert time.monotonic() < deadline
            time.sleep(0.5)
