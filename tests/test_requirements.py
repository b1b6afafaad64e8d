"""What is installed: ranges that were tested, one locked version of each, its licence, and its audit."""

import json
import re

from packaging.requirements import Requirement

from cnn.settings import PROJECT
from tests.audit import read


def lines(name: str) -> list[Requirement]:
    """The requirements in a file."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    wanted = (line.partition("#")[0].strip() for line in text.splitlines() if not line.startswith("-"))
    return [Requirement(line) for line in wanted if line]


def test_each_range_has_both_ends():
    """Every requirement says from which version on it is tested, and up to which."""
    for needed in [*lines("requirements.txt"), *lines("requirements-dev.txt")]:
        assert {part.operator for part in needed.specifier} == {">=", "<"}, needed.name


def test_each_requirement_is_locked_within_its_range():
    """`constraints.txt` names one version of each for each system, and it is one of those tested."""
    locked = [line for line in lines("constraints.txt") if line.marker is None or line.marker.evaluate()]
    versions = {line.name: next(iter(line.specifier)).version for line in locked}
    assert len(versions) == len(locked)
    for needed in [*lines("requirements.txt"), *lines("requirements-dev.txt")]:
        if needed.marker is None or needed.marker.evaluate():
            assert needed.specifier.contains(versions[needed.name]), needed.name


def test_no_host_is_named():
    """The locks hold for every registry."""
    assert "://" not in (PROJECT / "constraints.txt").read_text(encoding="utf-8")
    packages = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, locked in packages.items() if "resolved" in locked] == []


def test_each_licence_is_that_of_the_locked_version():
    """`LICENSES.md` has every package that the app needs, in its locked version, with its licence."""

    def same(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    rows = re.findall(
        r"^\| (\S+) +\| (\S+) +\| (.*?) +\|$", (PROJECT / "LICENSES.md").read_text(encoding="utf-8"), re.M
    )
    told = {same(name): version for name, version, _licence in rows[1:]}
    locked = {(same(line.name), next(iter(line.specifier)).version) for line in lines("constraints.txt")}
    assert set(told.items()) <= locked
    # Keras's own helper says nothing of its licence in what it installs.
    assert {name for name, _version, licence in rows if licence == "UNKNOWN"} <= {"namex"}
    linux = {"sys_platform": "linux", "platform_machine": "x86_64"}
    needed = [
        line for line in lines("requirements.txt") if line.marker is None or line.marker.evaluate(linux)
    ]
    assert {same(line.name) for line in needed} <= told.keys()


def test_an_audit_that_could_ask_nobody_says_so():
    """Where every package was skipped, or nothing came at all, that is no clean bill."""
    skipped = {"dependencies": [{"name": "numpy", "skip_reason": "Dependency not found on PyPI"}]}
    for report in ("", json.dumps(skipped)):
        audit = read(report)
        assert not audit.vulnerable
        assert "NOT AUDITED" in str(audit)


def test_an_audit_tells_what_mends_a_vulnerability():
    """The package, its version, the vulnerability and the version without it; the others are counted."""
    found = {
        "dependencies": [
            {"name": "numpy", "version": "2.4.6", "vulns": []},
            {"name": "pillow", "version": "13.0.0", "vulns": [{"id": "CVE-1", "fix_versions": ["13.0.1"]}]},
            {"name": "cnn", "skip_reason": "Dependency not found on PyPI"},
        ]
    }
    audit = read(json.dumps(found))
    assert (audit.asked, audit.packages) == (2, 3)
    assert audit.vulnerable == ("  pillow 13.0.0: CVE-1, mended in 13.0.1",)
    assert "CVE-1" in str(audit)
    del found["dependencies"][1]
    assert str(read(json.dumps(found))) == "1 of 2 packages audited: no known vulnerability."
