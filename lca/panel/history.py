"""Undo and redo of immutable states."""

from dataclasses import dataclass

from lca.panel.state import State

DEEPEST = 200


@dataclass(frozen=True)
class History:
    """The present, what came before it and what was undone.

    Changes of one `stroke` (a drag of one slider) are one step; an empty stroke is always a step of its own.
    """

    present: State
    past: tuple[State, ...] = ()
    future: tuple[State, ...] = ()
    stroke: str = ""

    def changed(self, state: State, stroke: str = "") -> "History":
        """A step forward; what had been undone is forgotten."""
        if state == self.present:
            return self
        if stroke and stroke == self.stroke:
            return History(state, self.past, (), stroke)
        return History(state, (*self.past, self.present)[-DEEPEST:], (), stroke)

    def moved(self, state: State) -> "History":
        """Another present that is no step: time goes on, the camera follows the pointer."""
        return History(state, self.past, self.future, self.stroke)

    def lifted(self) -> "History":
        """The stroke has ended: the next change is a new step."""
        return History(self.present, self.past, self.future)

    def undone(self) -> "History":
        """One step back, if there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "History":
        """The step that was undone last, if there is one."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
