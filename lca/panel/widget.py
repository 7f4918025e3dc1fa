"""The panel in a notebook: an anywidget whose messages go to a desk, for JupyterLab and whatever else speaks its protocol.

Where widgets cannot run (nbviewer, a web page of the notebook) a still picture stands in its place.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lca.model.avatar import Avatar
from lca.panel.desk import Desk
from lca.panel.frames import as_jpeg, as_png, frame
from lca.panel.motions import Offered
from lca.panel.page import style, widget_script


def new_widget(
    avatars: Sequence[Avatar],
    motions: Offered,
    folder: Path,
    checkpoint: Path | None = None,
    titles: Sequence[str] = (),
) -> Any:
    """A widget with its own desk, in `widget.desk`; `widget.close()` ends both."""
    widget = widget_class()()
    widget.desk = Desk(avatars, widget.send, motions, folder, checkpoint, titles)
    widget.on_msg(lambda _, content, buffers: widget.desk.receive(content, buffers))
    return widget


@lru_cache(maxsize=1)
def widget_class() -> type:
    """The widget's class; made on demand, because anywidget is imported only where a panel is shown."""
    import anywidget
    import traitlets

    class PanelWidget(anywidget.AnyWidget):
        """An avatar's control panel. Its `still` is saved with a notebook and painted where no kernel answers."""

        _esm = widget_script()
        _css = style()
        still = traitlets.Unicode().tag(sync=True)
        desk: Desk

        def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            """The live view, and a still picture for readers that have no widgets."""
            picture = frame(self.desk.scene.people, self.desk.state)
            self.still = f"data:image/jpeg;base64,{base64.b64encode(as_jpeg(picture)).decode()}"
            data, metadata = super()._repr_mimebundle_(**kwargs)  # pyright: ignore[reportGeneralTypeIssues]
            return {**data, "image/png": base64.b64encode(as_png(picture)).decode()}, metadata

        def close(self) -> None:
            """End the view and every thread of the desk."""
            if hasattr(self, "desk"):
                self.desk.close()
            super().close()

    return PanelWidget
