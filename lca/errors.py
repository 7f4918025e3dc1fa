"""The one error a user is meant to read."""

import re

LONGEST = 1200
"""Characters of a message: less than a screen."""


class UserError(ValueError):
    """A mistake at a door (a file, an argument, a config): one line that says what was expected, what came, what to do.

    The command line prints the message without a traceback and exits with code 2. What a file or a page brings into the message
    can neither break the line, nor steer the terminal, nor fill the screen.
    """

    def __init__(self, message: str):
        super().__init__(on_one_line(message))


def on_one_line(text: str) -> str:
    """Printable characters only, on one line; of more than `LONGEST` the start and the end."""
    line = re.sub(r"\s*\n\s*", " ", "".join(c if c.isprintable() else "\n" for c in text)).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST * 2 // 3]} ... {line[-LONGEST // 3 + 5 :]}"
