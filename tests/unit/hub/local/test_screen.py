import io

import pytest
from rich.console import Console

from eohub_hub.local.doctor import Check
from eohub_hub.local.errors import PortTaken
from eohub_hub.local.part import PartState
from eohub_hub.local.screen import Screen


class Terminal:
    """What a screen of 60 columns shows."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        self._file = io.StringIO()
        console = Console(file=self._file, width=60, force_terminal=is_terminal, color_system=None)
        self.screen = Screen(console)

    @property
    def text(self) -> str:
        return self._file.getvalue()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_a_fault_is_one_line_however_narrow_the_terminal(terminal: Terminal) -> None:
    terminal.screen.fault(PortTaken("A sentence " * 10, hint="What to do next."))
    assert terminal.text.count("\n") == 1
    assert terminal.text.endswith("What to do next.\n")


def test_square_brackets_in_a_message_are_text_and_no_markup(terminal: Terminal) -> None:
    terminal.screen.say("[red]not red[/red] [/]")
    terminal.screen.fault(PortTaken("[bold]x[/bold]"))
    terminal.screen.log(["[I 2026-11-25 09:24:55.123 LocalHub app:1] [link=x]y[/link] [/]"])
    assert "[red]not red[/red] [/]" in terminal.text
    assert "[bold]x[/bold]" in terminal.text
    assert "[link=x]y[/link] [/]" in terminal.text


def test_log_lines_have_one_form(terminal: Terminal) -> None:
    terminal.screen.log(
        [
            "[I 2026-11-25 09:24:55.123 LocalHub app:1] Hub API listening",
            "2026-11-25T09:24:56.472Z [ConfigProxy] error: 404",
            "I1125 09:24:58.111572 a.go:160 quiet",
            "E1125 09:24:58.111572 a.go:160 loud",
        ]
    )
    assert terminal.text.splitlines() == [
        "09:24:55 hub       Hub API listening",
        "09:24:56 proxy     404",
        "09:24:58 s3        loud",
    ]


def test_a_long_log_line_stays_one_line(terminal: Terminal) -> None:
    terminal.screen.log(["[I 2026-11-25 09:24:55.123 LocalHub app:1] " + "word " * 100])
    assert terminal.text.count("\n") == 1


def test_the_welcome_names_address_accounts_and_how_to_stop(terminal: Terminal) -> None:
    terminal.screen.welcome("http://127.0.0.1:8000", {"demo": "abcd-[efgh]", "admin": "wxyz"})
    assert "http://127.0.0.1:8000" in terminal.text
    assert "abcd-[efgh]" in terminal.text
    assert "wxyz" in terminal.text
    assert "Ctrl-C" in terminal.text


def test_without_passwords_no_empty_table_is_shown(terminal: Terminal) -> None:
    terminal.screen.welcome("http://127.0.0.1:8000", {})
    assert "Password" not in terminal.text


def test_progress_without_a_terminal_is_plain_lines_each_once(terminal: Terminal) -> None:
    with terminal.screen.progress("Starting"):
        for text in ("Waiting for hub", "Waiting for hub", "Waiting for s3"):
            terminal.screen.update(text)
    assert terminal.text.splitlines() == ["Starting", "Waiting for hub", "Waiting for s3"]


def test_progress_on_a_terminal_is_cleared_away() -> None:
    terminal = Terminal(is_terminal=True)
    with terminal.screen.progress("[Starting]"):
        terminal.screen.update("Waiting")
    terminal.screen.say("done")
    assert terminal.text.rstrip().endswith("done")


def test_doctor_s_report_marks_faults_and_says_what_to_do(terminal: Terminal) -> None:
    checks = [
        Check("Python", (), "3.12.1"),
        Check("Ports", (PortTaken("Port 1 is taken.", hint="Stop it."),)),
    ]
    terminal.screen.checks(checks)
    lines = [line for line in terminal.text.splitlines() if line]
    assert lines[0].split() == ["ok", "Python", "3.12.1"]
    assert lines[1].split() == ["fault", "Ports"]
    assert "Port 1 is taken. Stop it." in lines[2]


def test_status_shows_state_and_memory_of_each_part(terminal: Terminal) -> None:
    parts = [
        PartState("hub", 2, 200 * 1024**2, True),
        PartState("s3", 0, 0, False),
        PartState("server demo", 3, 1024**2, None),
    ]
    terminal.screen.parts(parts, {"Address": "http://127.0.0.1:8000"})
    rows = [line.split() for line in terminal.text.splitlines()]
    assert rows[0] == ["Address", "http://127.0.0.1:8000"]
    assert ["hub", "answers", "2", "200", "MiB"] in rows
    assert ["s3", "does", "not", "answer", "0", "0", "MiB"] in rows
    assert ["server", "demo", "runs", "3", "1", "MiB"] in rows
