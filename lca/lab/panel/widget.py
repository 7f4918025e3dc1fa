"""The panel in a notebook: an anywidget whose messages go to a desk. JupyterLab, Notebook 7, VS Code, Colab.

Where widgets cannot run (nbviewer, a web page of the notebook) a still picture stands in its place.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lca.lab.panel.desk import Desk
from lca.lab.panel.frames import as_png, frame
from lca.lab.panel.motions import Offered
from lca.lab.panel.page import style, widget_script
from lca.model.avatar import Avatar


def new_widget(avatars: Sequence[Avatar], motions: Offered, folder: Path, checkpoint: Path | None = None) -> Any:
    """A widget with its own desk, in `widget.desk`; `widget.close()` ends both."""
    widget = widget_class()()
    widget.desk = Desk(avatars, widget.send, motions, folder, checkpoint)
    widget.on_msg(lambda _, content, buffers: widget.desk.receive(content, buffers))
    return widget


@lru_cache(maxsize=1)
def widget_class() -> type:
    """The widget's class; made on demand, because anywidget is imported only where a panel is shown."""
    import anywidget

    class PanelWidget(anywidget.AnyWidget):
        """An avatar's control panel."""

        _esm = widget_script()
        _css = style()
        desk: Desk

        def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            """The live view, and a still picture for readers that have no widgets."""
            data, metadata = super()._repr_mimebundle_(**kwargs)  # pyright: ignore[reportGeneralTypeIssues]
            still = as_png(frame(self.desk.scene.people, self.desk.state))
            return {**data, "image/png": base64.b64encode(still).decode()}, metadata

        def close(self) -> None:
            """End the view and every thread of the desk."""
            if hasattr(self, "desk"):
                self.desk.close()
            super().close()

    return PanelWidget
