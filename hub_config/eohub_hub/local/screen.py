"""What the person at the terminal sees: one line of progress below one readable log."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.status import Status
from rich.table import Table

from eohub_hub.local.log_lines import Level, LogLine, is_worth_showing, parse
from eohub_hub.local.part import PartState
from eohub_toolkit.errors import EohubError

if TYPE_CHECKING:  # who checks everything imports everything, and every command has a screen
    from eohub_hub.local.doctor import Check

_PART_WIDTH = 9
_STYLES = {Level.DEBUG: "dim", Level.INFO: "", Level.WARNING: "yellow", Level.ERROR: "red"}


class Screen:
    """Prints to one terminal; without one the same words appear as plain lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._last: LogLine | None = None
        self._said = ""

    @contextmanager
    def progress(self, text: str) -> Generator[None]:
        """Show `text` as work in progress until the block ends."""
        if not self._console.is_terminal:
            self.say(text)
            yield
            return
        with self._console.status(escape(text)) as self._status:
            yield
        self._status = None

    def update(self, text: str) -> None:
        """Change the words of the progress shown now."""
        if self._status is not None:
            self._status.update(escape(text))
        elif text != self._said:
            self.say(text)
        self._said = text

    def say(self, text: str) -> None:
        """Print one sentence."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def fault(self, error: EohubError) -> None:
        """Print an error as its sentence and what to do."""
        self._console.print(
            f"{error.detail} {error.hint or ''}".rstrip(), style="red", markup=False, soft_wrap=True
        )

    def log(self, lines: Sequence[str]) -> list[LogLine]:
        """Print lines of the log file in their common form, as far as they are worth it; returns all."""
        read: list[LogLine] = []
        for line in lines:
            self._last = parse(line, self._last)
            read.append(self._last)
            if not is_worth_showing(self._last):
                continue
            words = f"{self._last.time:8} {self._last.part:{_PART_WIDTH}} {self._last.text}"
            style = _STYLES[self._last.level]
            self._console.print(words, style=style, markup=False, highlight=False, soft_wrap=True)
        return read

    def welcome(self, url: str, passwords: Mapping[str, str]) -> None:
        """Say where EOHub is and who can log in."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for title in ("Demo account", "Password"):
            table.add_column(title)
        for name, password in passwords.items():
            table.add_row(escape(name), escape(password))
        self._console.print(Panel(f"[bold]{escape(url)}[/bold]", title="EOHub is running", expand=False))
        if passwords:
            self._console.print(table)
        self.say("Stop with Ctrl-C, or with `make down` in another terminal.")

    def checks(self, checks: "Sequence[Check]") -> None:
        """Print the report of `eohub doctor`."""
        for check in checks:
            mark = "[red]fault[/red]" if check.faults else "[green]ok[/green]   "
            self._console.print(
                f"{mark}  {check.title:17} {escape(check.note)}", highlight=False, soft_wrap=True
            )
            for fault in check.faults:
                words = f"       {fault.detail} {fault.hint or ''}"
                self._console.print(words, style="red", markup=False, soft_wrap=True)

    def parts(self, parts: Sequence[PartState], facts: Mapping[str, str]) -> None:
        """Print the report of `eohub status`."""
        for title, fact in facts.items():
            self._console.print(f"{title:11} {fact}", markup=False, highlight=False)
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for title in ("Part", "State", "Processes", "Memory"):
            table.add_column(title, justify="right" if title in {"Processes", "Memory"} else "left")
        for part in parts:
            state = {True: "[green]answers[/green]", False: "[red]does not answer[/red]", None: "runs"}[
                part.answers
            ]
            memory = f"{part.resident_bytes / 1024**2:.0f} MiB"
            table.add_row(escape(part.name), state, str(part.processes), memory)
        self._console.print(table)
