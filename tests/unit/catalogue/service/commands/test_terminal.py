"""What the commands print about faults and progress."""

import io

from rich.console import Console

from eohub_catalogue.service.commands.terminal import Naming, progress_bar


def test_the_first_faults_are_named_and_all_are_counted() -> None:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    naming = Naming(console, "The others are counted.")
    for number in range(25):
        naming(f"[red]{number}", "It is odd.")
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "[red]0: It is odd."
    assert (len(lines), lines[-1], naming.count) == (21, "The others are counted.", 25)


STEERING = "\x1b[2J\x1b]0;title\x07\r\x08\x7f\x9b31m\u202e\u2028\ud800"


def test_what_a_document_holds_does_not_steer_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=200, highlight=False, force_terminal=True)
    Naming(console, "More.")(f"a{STEERING}:car:[red]é", "It is odd.")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == (
        r"a\x1b[2J\x1b]0;title\x07\r\x08\x7f\x9b31m\u202e\u2028\ud800:car:[red]é: It is odd." "\n"
    )


def test_a_bar_is_shown_on_a_terminal_and_nowhere_else() -> None:
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=is_terminal, width=80)
        with progress_bar(console, "Storing", 1_000, in_bytes=True) as advance:
            advance(1_000)
        assert isinstance(console.file, io.StringIO)
        assert ("Storing" in console.file.getvalue()) is is_terminal
