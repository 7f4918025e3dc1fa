"""A place below a notebook's cell whose content is replaced while the cell runs."""


class Slot:
    """Shows one thing at a time; nothing where there is no notebook."""

    def __init__(self):
        self.handle = None

    def show(self, thing: object) -> None:
        """Show `thing` in place of what was shown before."""
        from IPython.core.getipython import get_ipython
        from IPython.display import display

        if self.handle is not None:
            self.handle.update(thing)
        elif get_ipython() is not None:
            self.handle = display(thing, display_id=True)
