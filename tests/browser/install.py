"""Bring a Chromium for the journeys, unless one is here: Playwright's own, or else the system's package.

Run as `python -m tests.browser.install`.
"""

import os
import shutil
import subprocess
import sys

from tests.browser.chromium import executable

PACKAGES = ["chromium", "fonts-noto-cjk"]


def main() -> None:
    """Install what is missing; end with a sentence where nothing helps."""
    if executable() is not None:
        return
    # A network that lets nothing through but package registries makes Playwright's download fail.
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if executable() is None and shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*sudo, "apt-get", "install", "-y", "-qq", *PACKAGES], check=False)
    if executable() is None:
        sys.exit("No Chromium could be installed. Install one by hand and run this again.")


if __name__ == "__main__":
    main()
