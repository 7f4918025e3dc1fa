"""Opening the panel in a browser without telling other users of the machine its token.

A browser's command line is for everybody to read. So it is given a file that only this user can read and that leads on to the
address. The file lies in the folder of what the panel saves: some browsers are not let into hidden or temporary folders.
"""

import json
import os
import secrets
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = '<!doctype html><meta charset="utf-8"><title>panel</title><script>location.replace({address})</script>'


@contextmanager
def opened_in_browser(address: str, folder: Path) -> Iterator[Path]:
    """Open `address` (with its token) in the user's browser; the file that led there goes when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    path = (folder / f"open_{secrets.token_hex(4)}.html").absolute()
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(PAGE.format(address=json.dumps(address)))
    try:
        webbrowser.open(path.as_uri())
        yield path
    finally:
        path.unlink(missing_ok=True)
