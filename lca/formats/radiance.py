"""Rows of a Radiance picture (.hdr), counted: decoders fill with black what a file that is cut short lacks.

A row holds four channels one after the other, each in runs (new style), or its pixels in four bytes, some of them a repetition of
the one before (old style): Ward, "Real Pixels", Graphics Gems II.
"""


def rows_are_whole(content: bytes, at: int, width: int, height: int) -> bool:
    """Whether all rows are there; the first begins at byte `at`."""
    try:
        for _ in range(height):
            runs = content[at : at + 4] == bytes((2, 2, width >> 8, width & 255))
            at = _after_runs(content, at + 4, width) if runs else _after_pixels(content, at, width)
    except IndexError:
        return False
    return at <= len(content)


def _after_runs(content: bytes, at: int, width: int) -> int:
    """Raises: IndexError: the file ends before the row."""
    for _ in range(4):
        seen = 0
        while seen < width:
            code = content[at]
            repeated = code > 128
            seen += code - 128 if repeated else code
            at += 2 if repeated else 1 + code
    return at


def _after_pixels(content: bytes, at: int, width: int) -> int:
    """Raises: IndexError: the file ends before the row."""
    seen, shift = 0, 0
    while seen < width:
        repeated = content[at] == content[at + 1] == content[at + 2] == 1
        seen += content[at + 3] << shift if repeated else 1
        shift = shift + 8 if repeated else 0
        at += 4
    return at
