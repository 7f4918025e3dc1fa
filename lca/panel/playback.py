"""Where a motion is at a given moment of the clock: play, pause, seek, speed, loop. Pure."""

from dataclasses import dataclass, replace

from lca.errors import UserError

SPEEDS = (0.1, 4.0)


@dataclass(frozen=True)
class Playback:
    """A motion of `duration` seconds that was at `start` when the clock said `since`; it stands still unless `playing`."""

    duration: float
    start: float = 0.0
    since: float = 0.0
    playing: bool = False
    speed: float = 1.0
    loop: bool = True

    def at(self, now: float) -> float:
        """Seconds into the motion."""
        time = self.start + self.playing * (now - self.since) * self.speed
        if self.loop and self.duration > 0:
            return time % self.duration
        return min(self.duration, max(0.0, time))

    def ended(self, now: float) -> bool:
        """Whether nothing more will move."""
        return not self.playing or (not self.loop and self.start + (now - self.since) * self.speed >= self.duration)

    def played(self, now: float) -> "Playback":
        """Running on, from the beginning if it had ended."""
        time = self.at(now)
        return replace(self, start=0.0 if time >= self.duration else time, since=now, playing=True)

    def paused(self, now: float) -> "Playback":
        """Standing still where it is."""
        return replace(self, start=self.at(now), since=now, playing=False)

    def stopped(self, now: float, time: float) -> "Playback":
        """Standing still at `time` seconds, wherever the clock had gone."""
        return replace(self.sought(now, time), playing=False)

    def sought(self, now: float, time: float) -> "Playback":
        """At `time` seconds, running or not as before."""
        return replace(self, start=min(self.duration, max(0.0, time)), since=now)

    def timed(self, now: float, speed: float, loop: bool) -> "Playback":
        """With another speed or end, without a jump.

        Raises:
            UserError: the speed is out of range.
        """
        if not SPEEDS[0] <= speed <= SPEEDS[1]:
            raise UserError(f"expected a speed from {SPEEDS[0]} to {SPEEDS[1]}, got {speed}; choose another")
        return replace(self, start=self.at(now), since=now, speed=speed, loop=loop)
