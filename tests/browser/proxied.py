"""nginx before an app, set up by the lines that `docs/operate.md` gives."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.served import PROJECT, free_port, wait_for

_FRAME = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {location}
  }}
}}
"""
"""What stands around those lines; nginx runs as whoever tests, in a folder of its own."""


def nginx() -> str | None:
    """The path of nginx, or None; Debian keeps it where not every user looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def proxied(folder: Path, app: str) -> Iterator[str]:
    """Run nginx before the app at the address `app`, which ends with /cnn, and give its address there."""
    program = nginx()
    if program is None:
        raise FileNotFoundError("no nginx here: `make browser` installs it, where there is apt")
    document = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
    found = re.search(r"^location /cnn/ \{.*?^\}", document, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError("docs/operate.md has no lines for nginx")
    location = found.group().replace("http://127.0.0.1:8501", app.removesuffix("/cnn"))
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(_FRAME.format(folder=folder, port=port, location=location))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(settings)])
    try:
        wait_for(f"http://127.0.0.1:{port}/cnn/_stcore/health", process)
        yield f"http://127.0.0.1:{port}/cnn"
    finally:
        process.terminate()
        process.wait(timeout=30)
