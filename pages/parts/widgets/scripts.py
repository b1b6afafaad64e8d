"""The scripts of the components: modules in the folders of the pages, which the app serves to browsers.

Streamlit takes a component's script as one text and runs it from an address of its own, from which a module
finds no other. So it is given a line that imports the true module, by an address that carries a hash of all
scripts: a browser keeps what it has loaded for good, and after a change asks at another address.
"""

import hashlib
from pathlib import Path

ADDRESS = "scripts"
"""Below it each script has its place."""

_PARTS = Path(__file__).parents[1]
_FILES = {file.relative_to(_PARTS).as_posix(): file.read_bytes() for file in sorted(_PARTS.rglob("*.js"))}


def _hash() -> str:
    whole = hashlib.sha256()
    for name, content in _FILES.items():
        whole.update(f"{name} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:16]


VERSION = _hash()
"""Of all scripts together, as one may import any other."""


def content(version: str, name: str) -> bytes | None:
    """What a script holds, as it was read at the start; None where the app has no such script."""
    return _FILES.get(name) if version == VERSION else None


def stub(script: Path) -> str:
    """The module that Streamlit is given in place of a script.

    It imports at each call, which loads once: what failed to come is asked for again when a visitor comes
    back to the page. The address is relative to the page's, as the app may be served below a path of its own.
    """
    address = f"{ADDRESS}/{VERSION}/{script.relative_to(_PARTS).as_posix()}"
    return (
        "export default async (component) =>\n"
        f'  (await import(new URL("{address}", document.baseURI))).default(component);\n'
    )
