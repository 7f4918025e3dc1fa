"""The fallback panel: stock ipywidgets only, for front ends where the other one stays empty.

`ipywidgets.Image` does not say when it has painted, so pictures are sent at a modest, fixed rate.
"""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lca.geometry.skies import SKIES
from lca.model.avatar import Avatar
from lca.panel.channels import channels
from lca.panel.desk import Desk
from lca.panel.faces import emotions
from lca.panel.library import poses
from lca.panel.motions import Offered

PAUSE = 1 / 12
"""Seconds between pictures."""
PHOTOS_LIGHT = "light of the photos"


class PlainPanel:
    """A picture, one group of sliders at a time, and drop-down lists. Show `.box`; `.close()` ends it."""

    def __init__(self, avatars: Sequence[Avatar], motions: Offered, folder: Path, checkpoint: Path | None = None):
        import ipywidgets

        self.kit = ipywidgets
        self.desk = Desk(avatars, self._hear, motions, folder, checkpoint)
        self._teller: int | None = None
        self.picture = ipywidgets.Image(format="jpeg", layout={"max_width": "512px"})
        self.message = ipywidgets.Label()
        self.sliders = ipywidgets.VBox()
        self.shown: dict[str, Any] = {}
        groups = list(dict.fromkeys(channel.group for channel in channels().values()))
        group = self._list("Sliders", groups, self._open)
        lists = [
            self._list("Pose", list(poses()), lambda name: self._tell(kind="pose", name=name)),
            self._list(
                "Expression",
                emotions(),
                lambda name: self._tell(kind="emotion", name=name, strength=1.0),
            ),
            self._list("Motion", ["none", *motions], self._choose_motion),
            self._list("Light", [PHOTOS_LIGHT, *SKIES], self._choose_light),
        ]
        self.play = ipywidgets.ToggleButton(description="Play", tooltip="Play or pause the motion")
        self.play.observe(lambda change: self._tell(kind="play", playing=change["new"]), "value")
        orders = [self._button(kind) for kind in ("undo", "redo", "reset", "home", "snapshot", "save")]
        self._open(groups[0])
        left = ipywidgets.VBox([self.picture, ipywidgets.HBox([self.play, *orders]), self.message])
        self.box = ipywidgets.HBox([left, ipywidgets.VBox([*lists, group, self.sliders])])
        self.desk.receive({"kind": "hello"})

    def close(self) -> None:
        """End the desk's threads and the widgets."""
        self.desk.close()
        self.box.close()

    def _hear(self, message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """What the desk sends, on any thread."""
        kind = message["kind"]
        if kind == "frame":
            self.picture.value = buffers[0]
            time.sleep(PAUSE)
            self.desk.session.acknowledge(message["number"])
        elif kind in ("message", "progress"):
            self.message.value = message["text"]
        elif kind == "state":
            self._follow(message)

    def _tell(self, **message: Any) -> None:
        if self._teller != threading.get_ident():
            self.desk.receive(message)

    def _follow(self, state: dict[str, Any]) -> None:
        """Move the visible sliders without answering their own events."""
        self._teller = threading.get_ident()
        try:
            self.play.value = state["playing"]
            for name, slider in self.shown.items():
                slider.value = state["values"][name]
        finally:
            self._teller = None

    def _open(self, group: str) -> None:
        """Show the sliders of one group."""
        chosen = [channel for channel in channels().values() if channel.group == group]
        self.shown = {}
        for channel in chosen:
            slider = self.kit.FloatSlider(
                value=channel.read(self.desk.state),
                min=channel.low,
                max=channel.high,
                step=channel.step,
                description=channel.label,
                tooltip=channel.unit,
                style={"description_width": "13em"},
                layout={"width": "32em"},
            )
            slider.observe(self._slid(channel.name), "value")
            self.shown[channel.name] = slider
        for old in self.sliders.children:
            old.close()
        self.sliders.children = tuple(self.shown.values())

    def _slid(self, channel: str):
        return lambda change: self._tell(kind="set", channel=channel, value=change["new"], final=True)

    def _choose_motion(self, name: str) -> None:
        self._tell(kind="motion", name=None if name == "none" else name)

    def _choose_light(self, name: str) -> None:
        self._tell(kind="light", sky=None if name == PHOTOS_LIGHT else name)

    def _list(self, label: str, names: Sequence[str], chosen) -> Any:
        choice = self.kit.Dropdown(options=list(names), description=label)
        choice.observe(lambda change: chosen(change["new"]), "value")
        return choice

    def _button(self, kind: str) -> Any:
        button = self.kit.Button(description=kind, tooltip=kind, layout={"width": "6em"})
        button.on_click(lambda _: self._tell(kind=kind))
        return button
