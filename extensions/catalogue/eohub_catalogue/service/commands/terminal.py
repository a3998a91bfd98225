"""What the commands say and how they end."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

DONE, FOUND_FAULTS, CANCELLED = 0, 1, 130
"""Exit codes: all is well; something was left out, refused or found wrong; stopped by the person."""

_SHOWN = 20
_BYTES = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
_STEPS_AT_ONCE = {True: 256 * 1024, False: 250}
"""A bar that moves with every line takes longer than the line."""

_COUNT = (BarColumn(), TextColumn("{task.completed:,.0f} items"))


def printable(text: str) -> str:
    """A text of whomever, with what would steer a terminal or turn its lines around written as an escape."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def say(console: Console, sentence: str) -> None:
    """Print a sentence that may hold ids, addresses and names of files, which are shown as they are."""
    console.print(printable(sentence), markup=False, emoji=False)


class Naming:
    """Prints the first of many faults and counts all of them."""

    def __init__(self, console: Console, others: str) -> None:
        self._console = console
        self._others = others
        self.count = 0

    def __call__(self, where: str, reason: str) -> None:
        """Print one fault, if not too many were printed."""
        self.count += 1
        if self.count <= _SHOWN:
            say(self._console, f"{where}: {reason}")
        elif self.count == _SHOWN + 1:
            self._console.print(self._others)


@contextmanager
def progress_bar(
    console: Console, does: str, total: int | None, *, in_bytes: bool = False
) -> Generator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; what is given is to be called with each step forward."""
    columns: tuple[ProgressColumn, ...] = (TextColumn(does), *(_BYTES if in_bytes else _COUNT))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=total)
        pending = 0

        def advance(step: int) -> None:
            nonlocal pending
            pending += step
            if pending >= _STEPS_AT_ONCE[in_bytes]:
                bar.advance(task, pending)
                pending = 0

        yield advance
