"""The desk of a panel: messages of the page in, pictures and states out. It knows no widget and no socket.

A host gives it `send(message, buffers)` and calls `receive(message, buffers)`; both may happen on any thread. One lock guards
the state; drawing happens outside of it, on immutable states, in the session's thread.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from lca.errors import UserError, on_one_line
from lca.model.avatar import Avatar
from lca.panel.casts import Casts
from lca.panel.changes import CHANGES, CONTINUOUS, NO_STEP, RELOAD, Message, PanelScene, at_time, change, number, one_of
from lca.panel.errands import Send
from lca.panel.exports import LONG_WORK
from lca.panel.frames import Job, as_jpeg, frame
from lca.panel.history import History
from lca.panel.library import poses
from lca.panel.light import Lighting
from lca.panel.motions import Offered
from lca.panel.person import UPLOADED, PanelPerson
from lca.panel.playback import Playback
from lca.panel.recorder import StateRecording
from lca.panel.recordings import FILES, keep
from lca.panel.session import FAULTS, Session
from lca.panel.spec import lamp_of, setup_of, state_of
from lca.panel.state import State, Viewpoint
from lca.panel.tasks import Tasks

FPS = 30.0
"""Pictures a second that a playing motion asks for."""
MOST_PICTURES = 2.0**53
"""Whole numbers beyond it are no longer exact on the page; nine million years of pictures."""


class Desk:
    """State, time, history and background work of one panel."""

    def __init__(
        self,
        avatars: Sequence[Avatar],
        send: Send,
        motions: Offered,
        folder: Path,
        checkpoint: Path | None = None,
        titles: Sequence[str] = (),
    ):
        self.send, self.folder, self.checkpoint = send, Path(folder), checkpoint
        self.lock = threading.RLock()
        self.scene = PanelScene(PanelPerson.several(avatars, titles), motions, Viewpoint())
        self.casts = Casts(self.scene.people)
        self.history = History(State(pose=poses()["standing"], view=self.scene.home))
        self.playback = Playback(0.0)
        self.recording: StateRecording | None = None
        self.session: Session[Job] = Session(self._draw, self._deliver, self.complain)
        self.tasks = Tasks(self.complain)
        self.threads = torch.get_num_threads()
        self._stamp: float | None = None
        self._heard = self._told = None  # the newest post of the page that was taken up, and that the page was told of
        self._failed: dict[str, bool] = {}

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a picture."""
        return not self.session.quiet

    @property
    def state(self) -> State:
        """The present."""
        return self.history.present

    def receive(self, message: Message, buffers: Sequence[bytes | memoryview] = ()) -> None:
        """One message of the page. Mistakes become a line on the page, never an exception."""
        kind, post = (str(message.get("kind")), message.get("post")) if isinstance(message, Mapping) else ("none", None)
        try:
            if kind == "ack":
                self.session.acknowledge(int(number(message, "number", 0.0, MOST_PICTURES)))
            elif kind in CHANGES or kind in self._commands():
                with self.lock:
                    self._heard = post or self._heard
                    (self._commands().get(kind) or partial(self._change, kind=kind))(message)
            elif (errand := LONG_WORK.get(kind)) is not None:
                errand(self, message, [bytes(buffer) for buffer in buffers])
            else:
                raise UserError(f"expected a message that this panel knows, got {kind!r}; {RELOAD}")
            if self._failed.pop(kind, False):
                self.send({"kind": "worked", "about": kind}, [])
        except FAULTS as error:
            self._failed[kind] = True
            self.complain(error, kind)
        if post is not None and self._told != post:  # a mistake, or long work: the page waits for a state all the same
            with self.lock:
                self._heard = post
                self.synchronise()

    def show(self, moving: bool = False, stamp: float | None = None) -> None:
        """Have the present drawn."""
        self._stamp = self._stamp if stamp is None else stamp
        self.session.submit(Job(self.scene.people, self.state, self._stamp), moving)

    def synchronise(self) -> None:
        """Tell the page where its sliders and buttons stand."""
        with self.lock:
            playback, self._told = self.playback, self._heard
            shown = playback if self.session.playing else replace(playback, playing=False)
            message = {**state_of(self.history, shown, self.recording is not None), "heard": self._heard}
        self.send(message, [])

    def say(self, text: str, level: str = "info", about: str = "") -> None:
        """A line on the page; `level` is info or error. With what it is `about` it goes: a motion, or a kind that has worked."""
        self.send({"kind": "message", "text": text, "level": level, **({"about": about} if about else {})}, [])

    def complain(self, error: Exception, about: str = "") -> None:
        """An error as one line: the user's own as they are, others with their kind."""
        text = str(error) if isinstance(error, UserError) else on_one_line(f"{type(error).__name__}: {error}")
        self.say(text, "error", about)

    def replace_avatars(self, avatars: Sequence[Avatar]) -> None:
        """Other people from here on, as one step that can be undone; pose and camera stay."""
        with self.lock:
            known = {id(person.avatar): person.title for person in self.scene.people}
            titles = [known.get(id(avatar), UPLOADED) for avatar in avatars]
            light = self.state.light if all(avatar.materials is not None for avatar in avatars) else Lighting()
            cast = self.casts.joined(PanelPerson.several(avatars, titles))
            self.history = self.history.changed(replace(self.state, shape=State().shape, light=light, cast=cast))
            self.casts.forget(self.history)
            self._cast()

    def sharpen(self, avatar: Avatar) -> None:
        """The newest (first) person by a better avatar of the same photos; all else stays, a drag that is under way too."""
        person = self.casts.newest[0].sharpened(avatar)
        person.posed(self.state)  # what is computed once is computed here, while the last one is still on show
        with self.lock:
            self.casts.newest = (person, *self.casts.newest[1:])
            self.scene = replace(self.scene, people=self.casts.of(self.state))
            self.show(moving=self.busy)

    def offer(self, wider: Callable[[PanelScene], PanelScene], choice: Message | None = None) -> None:
        """More to choose from; `choice` is the message that chooses it."""
        with self.lock:
            self.scene = wider(self.scene)
            names = {"motions": list(self.scene.motions), "lights": list(self.scene.skies)}
            self.send({"kind": "offered", **names}, [])
            self.synchronise()
        if choice is not None:
            self.receive(choice)

    def restore(self, state: State) -> None:
        """Another present, as one step that can be undone."""
        with self.lock:
            self._step(self.history.changed(replace(state, cast=self.state.cast)))

    def lose(self) -> None:
        """The page has gone, for good or to come back: nothing is drawn, and what it was recording is kept."""
        with self.lock:
            self._leave()
            if self.recording is not None:
                self.receive({"kind": "record", "on": False})

    def close(self, patience: float = 30.0) -> None:
        """End every thread; the desk is of no use afterwards. Films that are not written in `patience` seconds are dropped."""
        self.lose()
        self.session.close()
        self.tasks.close(patience)

    def _commands(self) -> dict[str, Callable[[Message], None]]:
        return {
            "hello": lambda message: self._greet(),
            "back": lambda message: self._return(),
            "bye": lambda message: self._leave(),
            "play": self._play,
            "timing": self._timing,
            "undo": lambda message: self._travel(self.history.undone()),
            "redo": lambda message: self._travel(self.history.redone()),
            "record": self._record,
        }

    def _change(self, message: Message, kind: str) -> None:
        stamp = number(message, "stamp", 0.0, 1e12) if "stamp" in message else None
        before, state = self.state, change(self.state, message, self.scene)
        ends = kind not in CONTINUOUS or bool(message.get("final"))
        if kind in NO_STEP or str(message.get("channel", "")).startswith("camera."):
            self.history = self.history.moved(state)
        else:
            stream = f"{kind} {message.get('channel', '')}" if kind in CONTINUOUS else ""
            self.history = self.history.changed(state, stream)
        if ends:
            self.history = self.history.lifted()
        self._follow(before, kind)
        if before.motion is not None and self.state.motion is None and kind != "motion":
            self.say(f"{before.motion} was left at {before.time:.1f} s: undo, or choose it again, to come back")
        self.show(moving=not ends, stamp=stamp)
        if ends:
            self.synchronise()

    def _follow(self, before: State, kind: str) -> None:
        """Let the clock agree with the state."""
        now, state = time.monotonic(), self.state
        if state.motion != before.motion:
            motion = None if state.motion is None else self.scene.motions[state.motion]
            length = 0.0 if motion is None else len(motion) / motion.fps
            start = min(state.time, length)
            self.playback = Playback(length, start, now, speed=self.playback.speed, loop=self.playback.loop)
            self.session.pause()
        elif kind == "seek":
            self.playback = self.playback.sought(now, state.time)

    def _travel(self, history: History) -> None:
        """Undo or redo; the camera and what the eyes look at stay where they are now."""
        self._step(history.moved(replace(history.present, view=self.state.view, point=self.state.point)))

    def _step(self, history: History) -> None:
        before, self.history = self.state, history
        self._follow(before, "undo")
        if self.state.cast != before.cast:
            self._cast()
        self.show()
        self.synchronise()

    def _cast(self) -> None:
        """Show the people of the present."""
        self.scene = replace(self.scene, people=self.casts.of(self.state))
        self._greet()

    def _greet(self) -> None:
        self.send(setup_of(self.scene), [])
        self._return()

    def _return(self) -> None:
        if not self.session.playing:
            self.playback = self.playback.stopped(time.monotonic(), self.state.time)
        self.session.attach()
        self.show()
        self.synchronise()

    def _leave(self) -> None:
        self.playback = self.playback.paused(time.monotonic())
        self.session.detach()

    def _play(self, message: Message) -> None:
        """playing"""
        now, wanted = time.monotonic(), one_of(message, "playing", (False, True))
        if wanted and self.state.motion is None:
            raise UserError("expected a motion to play, got none; choose one")
        if wanted:
            self.playback = self.playback.played(now)
            self.session.play(self._tick, FPS)
        else:
            self.playback = self.playback.paused(now)
            self.session.pause()
        self.synchronise()

    def _timing(self, message: Message) -> None:
        """speed, loop"""
        loop = one_of(message, "loop", (False, True))
        self.playback = self.playback.timed(time.monotonic(), number(message, "speed"), loop)
        self.synchronise()

    def _record(self, message: Message) -> None:
        """on: what is shown from now on; off: keep it as a motion, and write it `to` one of FILES"""
        if one_of(message, "on", (False, True)):
            self.recording = StateRecording()
            self.recording.note(time.monotonic(), self.state)
        elif self.recording is not None:
            recording, self.recording = self.recording, None
            recording.note(time.monotonic(), self.state)
            keep(self, recording, one_of({"to": FILES[0], **message}, "to", FILES))
        self.synchronise()

    def _tick(self) -> Job | None:
        """The playing motion's present moment; None when it has ended."""
        now = time.monotonic()
        with self.lock:
            if self.state.motion is None or not self.playback.playing:
                return None
            ended = self.playback.ended(now)
            self.history = self.history.moved(at_time(self.state, self.playback.at(now), self.scene))
            if ended:
                self.playback = self.playback.paused(now)
                self.session.pause()
                self.show()
                self.synchronise()
                return None
            return Job(self.scene.people, self.state)

    def _draw(self, job: Job, scale: float) -> bytes:
        torch.set_num_threads(self.threads)  # of this thread, and of those that start later
        return as_jpeg(frame(job.people, job.state, scale))

    def _deliver(self, number: int, job: Job, scale: float, picture: bytes) -> None:
        if (recording := self.recording) is not None:
            recording.note(time.monotonic(), job.state)
        message = {"kind": "frame", "number": number, "time": job.state.time, "stamp": job.stamp, "full": scale == 1.0}
        self.send({**message, "lamp": lamp_of(job.state)}, [picture])
