"""A thousand avatars and fifty panels in one process, which holds no more at the end than at the beginning. For `make soak`.

`LCA_SOAK_CYCLES` and `LCA_SOAK_PANELS` ask for more or fewer.
"""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import torch
import tornado.websocket

from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.geometry.camera import orbit
from lca.matting.cutout import cut_out_people
from lca.model.avatar import Avatar
from lca.render import render
from lca.tracking.finder import load_finder
from tests.fuzz.harness import LINES
from tests.model.conftest import network  # noqa: F401
from tests.panel.conftest import avatar  # noqa: F401
from tests.panel.test_hosts import visit
from tests.panel.test_session import until

CYCLES, PANELS = (int(os.environ.get(f"LCA_SOAK_{name}", most)) for name, most in (("CYCLES", 1000), ("PANELS", 50)))
FLAT = "| in one process | MB, first and last tenth | threads | descriptors |\n|---|---|---|---|"
SLACK = 48
"""MB that the last tenth may need more than the first: heaps are never quite flat."""


def held() -> tuple[int, int, int]:
    """MB resident, threads, open descriptors (sockets among them) of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return (
        pages * os.sysconf("SC_PAGE_SIZE") // 2**20,
        len(os.listdir("/proc/self/task")),
        len(os.listdir("/proc/self/fd")),
    )


def flat(what: str, count: int, once: Callable[[int], object]) -> None:
    """Do something `count` times, and compare what the process holds at most in the first and the last tenth."""
    marks, tenth = [once(place) or held() for place in range(count)], max(1, count // 10)
    first, last = ([max(column) for column in zip(*part, strict=True)] for part in (marks[:tenth], marks[-tenth:]))
    LINES.extend([FLAT] * (FLAT not in LINES))
    LINES.append(f"| {count} {what} | " + " | ".join(f"{a}, {b}" for a, b in zip(first, last, strict=True)) + " |")
    assert last[0] - first[0] < SLACK and last[1:] <= first[1:]


def test_avatars(network, tmp_path):  # noqa: F811
    finder, photos = load_finder(), load_example().photos

    def once(place: int) -> None:
        people = cut_out_people(read_pictures([photos[place % len(photos)]]), finder)
        network.reconstruct(people).save(tmp_path / "a.avatar")
        made = Avatar.load(tmp_path / "a.avatar")
        theta = torch.full((156,), 0.1)
        render(made.drive(theta, made.eps_from_actions(torch.full((52,), 0.3)), torch.zeros(4)), orbit(0.0, size=64))

    flat("avatars created, saved, read, driven and drawn", CYCLES, once)


def test_panels(avatar, tmp_path):  # noqa: F811
    async def script(address: str) -> None:
        socket = await tornado.websocket.websocket_connect(address.replace("http", "ws", 1).replace("/?", "/socket?"))
        for message in ({"kind": "hello"}, {"kind": "set", "channel": "jawOpen", "value": 0.5, "final": True}):
            await socket.write_message(json.dumps(message | {"buffers": 0}))
            while not isinstance(picture := await socket.read_message(), bytes):
                assert picture is not None
        socket.close()

    def once(place: int) -> None:
        visit(avatar, tmp_path, script)
        until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("lca-")])

    flat("panels opened, moved and closed", PANELS, once)
