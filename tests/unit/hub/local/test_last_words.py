import pytest

from eohub_hub.local.last_words import LastWords
from eohub_hub.local.log_lines import LogLine, parse

BEGUN = "[I 2026-11-25 09:24:55.123 LocalHub service:1] Starting service 'x'"


def ended(name: str, code: int = 1) -> str:
    return f"[E 2026-11-25 09:24:56.123 LocalHub service:1] Service {name} exited with status {code}"


def read(*lines: str) -> list[LogLine]:
    found: list[LogLine] = []
    for line in lines:
        found.append(parse(line, found[-1] if found else None))
    return found


NODE = (
    "node:events:486",
    "      throw er; // Unhandled 'error' event",
    "      ^",
    "",
    "Error: listen EADDRINUSE: address already in use 127.0.0.1:8003",
    "    at Server.setupListenHandle [as _listen2] (node:net:1940:16)",
    "Emitted 'error' event on Server instance at:",
    "    at emitErrorNT (node:net:1919:8)",
    "  code: 'EADDRINUSE',",
    "}",
    "Node.js v24.0.0",
)
PYTHON = (
    "Traceback (most recent call last):",
    '  File "x.py", line 1, in <module>',
    "    run()",
    "ModuleNotFoundError: No module named 'x'",
)
WORDS = {
    "a sentence of its own": (
        "identity",
        ["The port of the identity provider is in use: stop what listens there."],
        "The port of the identity provider is in use: stop what listens there.",
    ),
    "an error in the form of the services": (
        "catalogue",
        ["2026-11-25T15:05:19.8Z [error    ] [Errno 98] address already in use feature=catalogue"],
        "[Errno 98] address already in use",
    ),
    "the last of SeaweedFS": (
        "s3",
        ["F1125 15:05:28.584298 master.go:212 Master startup error: bind: address already in use"],
        "Master startup error: bind: address already in use",
    ),
    "a stack of Node": (
        "identity",
        list(NODE),
        "Error: listen EADDRINUSE: address already in use 127.0.0.1:8003",
    ),
    "a stack of Python": ("storage", list(PYTHON), "ModuleNotFoundError: No module named 'x'"),
    "a failed query": (
        "storage",
        [
            "[E 2026-11-25 09:24:55.123 LocalHub app:4090]",
            *PYTHON[:3],
            "sqlalchemy.exc.DatabaseError: (sqlite3.DatabaseError) file is not a database",
            "[SQL: PRAGMA journal_mode=WAL]",
            "(Background on this error at: https://sqlalche.me/e/20/4xp6)",
        ],
        "sqlalchemy.exc.DatabaseError: (sqlite3.DatabaseError) file is not a database",
    ),
    "a traceback as JupyterHub indents it": (
        "storage",
        ["[E 2026-11-25 09:24:55.123 LocalHub app:4090]", *(f"    {line}" for line in PYTHON), "    "],
        "ModuleNotFoundError: No module named 'x'",
    ),
    "nothing": ("storage", [], "exited with status 1"),
}


@pytest.mark.parametrize("how", WORDS)
def test_why_a_service_ended_is_what_it_said_last(how: str) -> None:
    part, said, expected = WORDS[how]
    assert LastWords().note(read(BEGUN, *said, ended(part))) == {part: expected}


def test_what_was_said_before_is_remembered_from_one_reading_to_the_next() -> None:
    words = LastWords()
    assert words.note(read("S3 is stopped: its inner port 8007 answers strangers.")) == {}
    assert words.note(read(ended("s3"))) == {"s3": "S3 is stopped: its inner port 8007 answers strangers."}


def test_an_error_of_another_part_is_no_reason() -> None:
    words = LastWords()
    words.note(read("2026-11-25T15:05:19.8Z [error    ] slow feature=catalogue"))
    assert words.note(read(ended("storage", -9))) == {"storage": "exited with status -9"}


def test_a_service_that_could_not_even_be_started_is_named() -> None:
    line = "[C 2026-11-25 09:24:55.123 LocalHub hub:1] The service s3 cannot be started: No such file"
    assert LastWords().note(read(line)) == {"s3": "cannot be started: No such file"}


def test_nobody_but_the_hub_can_say_that_a_service_ended() -> None:
    assert LastWords().note(read("Service s3 exited with status 1")) == {}


def test_only_the_end_of_a_long_log_is_kept() -> None:
    words = LastWords()
    words.note(read("a first sentence", *[BEGUN] * 1000))
    assert words.of("s3") is None
