"""What the page is told: once, everything it may offer; after each change, where everything stands."""

from typing import Any

from lca.panel.changes import PanelScene
from lca.panel.channels import Channel, channels
from lca.panel.exports import EXPORTS
from lca.panel.faces import emotions, worn
from lca.panel.history import History
from lca.panel.library import poses
from lca.panel.light import handle_of
from lca.panel.mirror import twins
from lca.panel.playback import SPEEDS, Playback
from lca.panel.recordings import FILES
from lca.panel.state import GAZES, PICTURES, SIZES, State

PLACES = 4
"""Decimals of a slider's value on the wire."""


def setup_of(scene: PanelScene) -> dict[str, Any]:
    """Tabs of groups of sliders; names of poses, emotions, motions; choices."""
    tabs: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for channel in channels().values():
        tabs.setdefault(channel.tab, {}).setdefault(channel.group, []).append(_slider(channel))
    return {
        "kind": "setup",
        "people": len(scene.people),
        "names": [person.title for person in scene.people],
        "tabs": [
            {"name": tab, "groups": [{"name": group, "sliders": sliders} for group, sliders in groups.items()]}
            for tab, groups in tabs.items()
        ],
        "poses": list(poses()),
        "emotions": emotions(),
        "motions": list(scene.motions),
        "gazes": list(GAZES),
        "pictures": list(PICTURES),
        "sizes": list(SIZES),
        "speeds": list(SPEEDS),
        "exports": list(EXPORTS),
        "recordings": list(FILES),
        "lights": list(scene.skies),
        "relit": all(person.avatar.materials is not None for person in scene.people),
    }


def state_of(history: History, playback: Playback, recording: bool) -> dict[str, Any]:
    """Values of all sliders, the look, the time line, what can be undone."""
    state = history.present
    expression, strength = worn(state.pose.actions)
    return {
        "kind": "state",
        "values": {name: round(channel.read(state), PLACES) for name, channel in channels().items()},
        "look": vars(state.look),
        "sky": state.light.sky,
        "strength": state.light.strength,
        "lamp": lamp_of(state),
        "eyes": state.eyes,
        "expression": expression,
        "expressed": round(strength, PLACES),
        "motion": state.motion,
        "time": state.time,
        "duration": playback.duration,
        "playing": playback.playing,
        "speed": playback.speed,
        "loop": playback.loop,
        "held": [name for name, _ in state.held],
        "keys": [key is not None for key in state.keys],
        "undo": bool(history.past),
        "redo": bool(history.future),
        "recording": recording,
    }


def lamp_of(state: State) -> list[float] | None:
    """x, y of the lamp's handle, shares of one person's square; None without a lamp."""
    if state.light.lamp is None:
        return None
    return [round(share, PLACES) for share in handle_of(state.light.lamp, state.view.camera(1))]


def _slider(channel: Channel) -> dict[str, Any]:
    facts = {name: getattr(channel, name) for name in ("name", "label", "low", "high", "step", "unit")}
    return {**facts, "twin": twins().get(channel.name)}
