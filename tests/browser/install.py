"""Bring what the journeys need, unless it is here: a Chromium, Playwright's own or the system's, and nginx.

Run as `python -m tests.browser.install`.
"""

import os
import shutil
import subprocess
import sys

from tests.browser.chromium import executable
from tests.browser.proxied import nginx

BROWSER = ("chromium", "fonts-noto-cjk")


def main() -> None:
    """Install what is missing; end with a sentence where nothing helps."""
    if executable() is None:
        # A network that lets nothing through but package registries makes Playwright's download fail.
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    missing = [*(() if executable() else BROWSER), *(() if nginx() else ("nginx-light",))]
    if missing and shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*sudo, "apt-get", "install", "-y", "-qq", *missing], check=False)
    if executable() is None:
        sys.exit("No Chromium could be installed. Install one by hand and run this again.")
    if nginx() is None:
        sys.exit("nginx could not be installed. Install it by hand and run this again.")


if __name__ == "__main__":
    main()
