"""The figures of `docs/figures.md` but for what takes hours, one table after another: `python -m benchmarks`.

Each comes from a process of its own, so that none is slowed down by what another has left.
"""

import subprocess
import sys

MODULES = (
    "app",
    "answers",
    "ending",
    "training",
    "recipes",
    "evaluation",
    "looks",
    "recognition",
    "numbers",
)


def main() -> None:
    """Run each module and print what it prints."""
    failed = []
    for name in MODULES:
        print(f"\n## {name}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"These could not be measured: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
