"""The browser is led to the panel without the token on its command line."""

import re
import stat
from pathlib import Path
from urllib.parse import unquote, urlparse

from lca.panel import redirect


def test_the_token_is_in_a_file_of_this_user_alone(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(redirect.webbrowser, "open", seen.append)
    address = "http://127.0.0.1:1234/?token=secret-one"
    with redirect.opened_in_browser(address, tmp_path / "my panel") as path:
        (told,) = seen
        assert "secret-one" not in told and Path(unquote(urlparse(told).path)) == path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert re.findall(r'location\.replace\("(.*)"\)', path.read_text()) == [address]
    assert list((tmp_path / "my panel").iterdir()) == []
