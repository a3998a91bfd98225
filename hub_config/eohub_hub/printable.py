"""Texts of other people where a line is a line: in a log, on a terminal."""


def printable(text: str) -> str:
    """`text` as one line that moves no cursor: what does something to a terminal is written in letters."""
    return text if text.isprintable() else "".join(map(_written, text))


def _written(char: str) -> str:
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"
