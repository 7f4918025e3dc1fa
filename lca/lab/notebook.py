"""How every notebook begins: relative paths start at the repository's top, and a mistake is one line."""

import logging
import os
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import lca
from lca.errors import UserError

MARK = Path("configs/tiny_pretrain.yaml")
"""What the repository's top is known by."""
RED, PLAIN = "\x1b[31m", "\x1b[0m"


def begin() -> bool:
    """Go to the repository's top, and tell mistakes in one line from now on; whether the notebook is asked to be quick
    (`LCA_FAST` is set, as the tests do)."""
    os.chdir(top(Path.cwd()))
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")  # tiny worlds are read in no time
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((UserError,), in_one_line)
    logging.getLogger("lightning.pytorch.utilities.rank_zero").setLevel(logging.WARNING)  # cells say what they run for
    warnings.filterwarnings("ignore", message="To exit: use")  # said when a stop button ends a training
    return bool(os.environ.get("LCA_FAST"))


def top(here: Path) -> Path:
    """The repository about `here`; of a notebook that lies elsewhere, the one that `lca` is imported from; else `here`."""
    places = [here, *here.parents, Path(lca.__file__).parents[1]]
    return next((place for place in places if (place / MARK).is_file()), here)


def in_one_line(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """What IPython shows of a `UserError`: its message. The cell has failed all the same."""
    shell._showtraceback(kind, error, [f"{RED}{kind.__name__}{PLAIN}: {error}"])
