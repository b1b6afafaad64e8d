"""Ask PyPI for known vulnerabilities of the versions in `constraints.txt`. Run as `python -m tests.audit`.

Fails where there is one. Where PyPI's list cannot be asked, as behind a mirror that has packages only,
it says that nothing was audited, and passes: the change at hand is not to blame.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from cnn.settings import PROJECT

ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not reach this app, by their id, with the reason."""

_COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", str(PROJECT / "constraints.txt")),
    # The file has every package; nothing need be resolved or installed.
    *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "5"),
]


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes:
        vulnerable: a line for each vulnerability.
        asked, packages: of how many packages PyPI said something, and how many there are.
    """

    vulnerable: tuple[str, ...]
    asked: int
    packages: int

    def __str__(self) -> str:
        if self.vulnerable:
            return "\n".join(("Known vulnerabilities; `make lock` takes newer versions:", *self.vulnerable))
        if not self.asked:
            return "NOT AUDITED: PyPI's list of vulnerabilities cannot be reached from here."
        return f"{self.asked} of {self.packages} packages audited: no known vulnerability."


def read(report: str) -> Audit:
    """Read what `pip-audit --format json` wrote; nothing, where it ended without an answer."""
    packages = json.loads(report)["dependencies"] if report.strip() else []
    # What PyPI does not know, for one reason or another, is skipped there without a fault.
    asked = [package for package in packages if "skip_reason" not in package]
    vulnerable = tuple(
        f"  {package['name']} {package['version']}: {found['id']}, "
        f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in asked
        for found in package["vulns"]
        if found["id"] not in ACCEPTED
    )
    return Audit(vulnerable, len(asked), len(packages))


def main() -> int:
    """Audit, say what came of it, and return the exit code."""
    ended = subprocess.run(_COMMAND, capture_output=True, text=True, check=False)
    audit = read(ended.stdout)
    sys.stdout.write(f"{audit}\n")
    return int(bool(audit.vulnerable))


if __name__ == "__main__":
    sys.exit(main())
