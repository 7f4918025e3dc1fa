"""The people that a desk has shown: undo goes back to those before."""

from lca.panel.history import History
from lca.panel.person import PanelPerson
from lca.panel.state import State

Cast = tuple[PanelPerson, ...]


class Casts:
    """People side by side, by the number that a state has for them."""

    def __init__(self, first: Cast):
        self._by_number = {0: first}
        self._newest = 0

    def of(self, state: State) -> Cast:
        """Who is shown in a state."""
        return self._by_number[state.cast]

    def joined(self, people: Cast) -> int:
        """The number of new people."""
        self._newest += 1
        self._by_number[self._newest] = people
        return self._newest

    @property
    def newest(self) -> Cast:
        """Who joined last."""
        return self._by_number[self._newest]

    @newest.setter
    def newest(self, people: Cast) -> None:
        self._by_number[self._newest] = people

    def forget(self, history: History) -> None:
        """Keep whom some state of a history shows, and the newest."""
        kept = {state.cast for state in (*history.past, history.present, *history.future)} | {self._newest}
        self._by_number = {number: people for number, people in self._by_number.items() if number in kept}
