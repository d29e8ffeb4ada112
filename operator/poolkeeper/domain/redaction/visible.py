"""Text of others as it may be printed: nothing that a terminal would obey or that would deceive an eye."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with everything unprintable as an escape: control characters, and those that turn the direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def visible_lines(text: str) -> str:
    """The same of a text that may have lines of its own, such as a traceback: line breaks stay."""
    return "\n".join(visible(line) for line in text.split("\n"))
