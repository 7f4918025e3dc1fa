"""Drawing in the background: one thread, the newest state only, a few frames in flight, nothing when nothing moves.

The browser acknowledges each frame that it has painted. At most `WINDOW` frames are unacknowledged: events that arrive faster
than frames replace the one waiting job, so nothing queues up. While something moves the picture may be drawn at half size; when
it rests for a moment the same job is drawn again in full. The thread exists only while there is work: it leaves when nothing
has moved for a while, when the browser stops answering (a closed tab) and when the session closes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

WINDOW = 3
SETTLE = 0.15
"""Seconds of rest after which a half-size picture is drawn in full."""
LINGER = 3.0
"""Seconds that the thread waits for something to do, or for an answer, before it leaves."""
SLOW = 0.04
"""Seconds of a full picture above which moving pictures are drawn at half size."""
FAULTS = (ValueError, RuntimeError, OSError, MemoryError, ArithmeticError, LookupError, TypeError, AttributeError)
"""What drawing may raise: reported to the user, never fatal to the thread."""

Job = TypeVar("Job")


@dataclass(frozen=True)
class ScaledJob(Generic[Job]):
    """One picture to draw: the job, at full size (scale 1) or smaller, and whether a later full one may follow."""

    job: Job
    scale: float


class Session(Generic[Job]):
    """Calls `draw(job, scale)` in its own thread and `send(frame number, job, scale, drawn bytes)` with the result.

    `submit` may be called from any thread. `report` gets the errors of drawing.
    """

    def __init__(
        self,
        draw: Callable[[Job, float], bytes],
        send: Callable[[int, Job, float, bytes], None],
        report: Callable[[Exception], None],
        linger: float = LINGER,
    ):
        self._draw, self._send, self._report, self._linger = draw, send, report, linger
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._waiting: tuple[Job, bool] | None = None
        self._last: ScaledJob[Job] | None = None
        self._in_flight: set[int] = set()
        self._tick: Callable[[], Job | None] | None = None
        self._period, self._due, self._rested, self._cost, self._number = 1.0, 0.0, 0.0, 0.0, 0
        self._closed = self._drawing = False

    @property
    def busy(self) -> bool:
        """Whether the thread exists."""
        return self._thread is not None

    @property
    def quiet(self) -> bool:
        """Whether nothing moves, and the last picture has been drawn in full and painted."""
        with self._condition:
            waits = self._waiting is not None or self._tick is not None or self._drawing or bool(self._in_flight)
            return not waits and (self._last is None or self._last.scale == 1)

    @property
    def playing(self) -> bool:
        """Whether a clock asks for pictures."""
        return self._tick is not None

    def submit(self, job: Job, moving: bool = False) -> None:
        """Draw `job` as soon as there is room; a job that still waits is forgotten. `moving`: more will follow soon."""
        with self._condition:
            self._waiting = (job, moving)
            self._wake()

    def acknowledge(self, number: int) -> None:
        """The browser has painted this frame (and has dropped or painted those before it)."""
        with self._condition:
            self._in_flight = {n for n in self._in_flight if n > number}
            self._wake()

    def play(self, tick: Callable[[], Job | None], fps: float) -> None:
        """Ask `tick` for a job `fps` times a second, as long as it has one and the browser keeps up."""
        with self._condition:
            self._tick, self._period, self._due = tick, 1 / fps, time.monotonic()
            self._wake()

    def pause(self) -> None:
        """No more ticks."""
        with self._condition:
            self._tick = None
            self._condition.notify_all()

    def attach(self) -> None:
        """A browser (again) listens: whatever was in flight is lost; the last picture is owed to it."""
        with self._condition:
            self._in_flight.clear()
            if self._waiting is None and self._last is not None:
                self._waiting = (self._last.job, False)
            self._wake()

    def detach(self) -> None:
        """Nobody looks any more: stop playing, draw nothing until `attach`."""
        with self._condition:
            self._tick, self._waiting = None, None
            self._condition.notify_all()

    def close(self, timeout: float = 30.0) -> None:
        """End the thread and take no more jobs."""
        with self._condition:
            self._closed, self._tick, self._waiting = True, None, None
            thread = self._thread
            self._condition.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _wake(self) -> None:
        """Under the lock: see that a thread looks at the news."""
        if self._thread is None and not self._closed and (self._waiting is not None or self._tick is not None):
            self._thread = threading.Thread(target=self._run, name="lca-panel", daemon=True)
            self._thread.start()
        self._condition.notify_all()

    def _run(self) -> None:
        while (step := self._next()) is not None:
            try:
                self._take(step)
            except FAULTS as error:
                self.pause()
                self._report(error)

    def _next(self) -> ScaledJob[Job] | Callable[[], Job | None] | None:
        """Wait for what to do: a picture to draw, a clock to ask, or None: leave."""
        with self._condition:
            self._drawing = False
            leave = time.monotonic() + self._linger
            while not self._closed:
                now = time.monotonic()
                step = self._ready(now) if len(self._in_flight) < WINDOW else None
                if step is not None:
                    self._drawing = True
                    return step
                if now >= leave:
                    break
                self._condition.wait(min(leave, *self._alarms(now)) - now)
            self._tick, self._thread = None, None
            return None

    def _ready(self, now: float) -> ScaledJob[Job] | Callable[[], Job | None] | None:
        """Under the lock, with room for a frame: what is due at `now`."""
        if self._waiting is not None:
            (job, moving), self._waiting = self._waiting, None
            self._rested = now + SETTLE
            return ScaledJob(job, 0.5 if moving and self._cost > SLOW else 1.0)
        if self._tick is not None and now >= self._due:
            self._due = max(self._due + self._period, now)
            return self._tick
        if self._last is not None and self._last.scale < 1 and self._tick is None and now >= self._rested:
            return ScaledJob(self._last.job, 1.0)
        return None

    def _alarms(self, now: float) -> list[float]:
        """When to look again although nobody calls; far away if never."""
        if len(self._in_flight) >= WINDOW:
            return [now + self._linger]
        due = self._due if self._tick is not None else now + self._linger
        blurred = self._last is not None and self._last.scale < 1
        return [due, self._rested if blurred else due]

    def _take(self, step: ScaledJob[Job] | Callable[[], Job | None]) -> None:
        if not isinstance(step, ScaledJob):
            job = step()
            if job is None:
                self.pause()
                return
            step = ScaledJob(job, 0.5 if self._cost > SLOW else 1.0)
        started = time.monotonic()
        picture = self._draw(step.job, step.scale)
        seconds = (time.monotonic() - started) * (1 if step.scale == 1 else 3)
        self._cost = 0.7 * self._cost + 0.3 * seconds
        with self._condition:
            self._number += 1
            number = self._number
            self._in_flight.add(number)
            self._last = step
        self._send(number, step.job, step.scale, picture)
