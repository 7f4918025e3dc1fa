"""A user's mistake is one printable line, whatever a file brings into the message."""

import pytest

from lca.errors import LONGEST, UserError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("expected a photo, got none: two  spaces.jpg", "expected a photo, got none: two  spaces.jpg"),
        ("expected a line,\n  got two\r\n", "expected a line, got two"),
        ("version \x1b[2J\x1b]0;title\x07 3", "version [2J ]0;title 3"),
        ("Müller 写真.jpg", "Müller 写真.jpg"),
    ],
)
def test_a_message_is_one_printable_line(text, line):
    assert str(UserError(text)) == line


def test_of_a_long_message_start_and_end_are_kept():
    message = str(UserError("expected " + "x" * 10**6 + ": do this"))
    assert message.startswith("expected xxx") and message.endswith("x: do this") and len(message) <= LONGEST
