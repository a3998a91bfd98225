import pytest

from eohub_hub.local.log_lines import Level, LogLine, is_worth_showing, parse

KNOWN = {
    "[I 2026-11-25 09:24:55.123 LocalHub app:3913] Hub API listening on http://127.0.0.1:8001/hub/": LogLine(
        "09:24:55", "hub", Level.INFO, "Hub API listening on http://127.0.0.1:8001/hub/"
    ),
    "[W 2026-11-25 09:24:55.123 JupyterHub auth:1] No allow config found": LogLine(
        "09:24:55", "hub", Level.WARNING, "No allow config found"
    ),
    "[E 2026-11-25 09:24:55.123 SingleUserLabApp web:1] Uncaught": LogLine(
        "09:24:55", "server", Level.ERROR, "Uncaught"
    ),
    "09:24:56.472 [ConfigProxy] info: Adding route /": LogLine(
        "09:24:56", "proxy", Level.INFO, "Adding route /"
    ),
    "2026-11-25T09:24:56.472Z [ConfigProxy] error: 404 GET /hub/health": LogLine(
        "09:24:56", "proxy", Level.ERROR, "404 GET /hub/health"
    ),
    "2026-11-25T09:28:49.000001Z [warning  ] slow search             feature=catalogue seconds=3": LogLine(
        "09:28:49", "catalogue", Level.WARNING, "slow search  seconds=3"
    ),
    '2026-11-25T09:24:58.082Z [info] listening feature="identity" issuer="http://127.0.0.1:8003"': LogLine(
        "09:24:58", "identity", Level.INFO, 'listening  issuer="http://127.0.0.1:8003"'
    ),
    "2026-11-25T09:28:49Z [info     ] ready": LogLine("09:28:49", "service", Level.INFO, "ready"),
    "I1125 09:24:58.111572 grpc_client_server.go:160 gRPC also listening": LogLine(
        "09:24:58", "s3", Level.INFO, "gRPC also listening"
    ),
    "E1125 09:24:58.111572    12 volume.go:1] disk full": LogLine("09:24:58", "s3", Level.ERROR, "disk full"),
    "2026/11/25 09:25:00 http: TLS handshake error from 127.0.0.1:54916: EOF": LogLine(
        "09:25:00", "s3", Level.DEBUG, "http: TLS handshake error from 127.0.0.1:54916: EOF"
    ),
    '{"time": "2026-11-25T09:24:58.082Z", "feature": "identity", "event": "login", "user": "ab"}': LogLine(
        "09:24:58", "identity", Level.INFO, "login  user=ab"
    ),
}


@pytest.mark.parametrize("line", KNOWN)
def test_each_program_s_lines_are_recognised(line: str) -> None:
    assert parse(line) == KNOWN[line]


def test_a_line_without_form_belongs_to_the_line_above_it() -> None:
    first = parse("[E 2026-11-25 09:24:55.123 LocalHub app:1] failed")
    second = parse("  with more about it", first)
    third = parse("  and more", second)
    assert third == LogLine("", "hub", Level.ERROR, "  and more")


def test_a_traceback_is_shown_even_after_the_quiet_lines_of_s3() -> None:
    quiet = parse("I1125 09:24:58.111572 file.go:160 starting")
    first = parse("Traceback (most recent call last):", quiet)
    second = parse('  File "app.py", line 1', first)
    assert second == LogLine("", "", Level.ERROR, '  File "app.py", line 1')


def test_s3_s_lines_are_never_continued() -> None:
    quiet = parse("I1125 09:24:58.111572 file.go:160 starting")
    assert parse("a sentence of another program", quiet) == LogLine(
        "", "", Level.INFO, "a sentence of another program"
    )


def test_an_unknown_first_line_belongs_to_nobody() -> None:
    assert parse("hello") == LogLine("", "", Level.INFO, "hello")


@pytest.mark.parametrize("line", ["{", '{"a": 1}', "[1]", "{}", '{"event":'])
def test_json_that_is_no_log_line_is_kept_as_it_is(line: str) -> None:
    assert parse(line).text == line


def test_a_line_cannot_drive_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[I 2026-11-25 09:24:55.123 LocalHub a:1] \x1b[31mred\x1b[0m\x00\x9b1m\r"
    text = parse(hostile).text
    assert all(character.isprintable() for character in text)


def test_a_line_without_end_is_shortened() -> None:
    assert len(parse("x" * 1_000_000).text) == 2_000


def test_a_broken_line_of_each_kind_is_read_in_linear_time() -> None:
    for start in ("2026-11-25T09:28:49Z [info] ", "[I 2026-11-25 09:24:55.1 Hub ", "I1125 09:24:58.1 "):
        assert parse(start + " a=" * 100_000).text


@pytest.mark.parametrize(
    ("part", "level", "shown"),
    [
        ("hub", Level.INFO, True),
        ("hub", Level.DEBUG, False),
        ("s3", Level.INFO, False),
        ("s3", Level.WARNING, True),
        ("s3", Level.ERROR, True),
    ],
)
def test_the_terminal_shows_what_a_person_wants_to_know(part: str, level: Level, shown: bool) -> None:
    assert is_worth_showing(LogLine("", part, level, "")) is shown


QUIET = {
    "a browser that went away": "09:24:56.472 [ConfigProxy] error: Uncaught Exception: write EPIPE",
    "and its stack": "09:24:56.472 [ConfigProxy] error: Error: read ECONNRESET",
    "that the proxy was told to end": "09:24:56.472 [ConfigProxy] warn: Terminated",
    "a key of S3 that nobody uses": "W1125 09:24:58.1 a.go:8 SSE-S3 KeyManager: neither a nor B is set; x",
    "that it runs too early": "[I 2026-11-25 09:24:55.1 LocalHub app:1] JupyterHub is now running at http://x",
    "a route made at the start": "[W 2026-11-25 09:24:55.1 LocalHub p:1] Adding missing route for s3",
}
LOUD = {
    "a port that the proxy lacks": "09:24:56.4 [ConfigProxy] error: Uncaught Exception: listen EADDRINUSE",
    "a server that is gone": "09:24:56.472 [ConfigProxy] error: 503 GET /user/x connect ECONNREFUSED",
    "a reset in the hub": "[E 2026-11-25 09:24:55.1 LocalHub app:1] Error: read ECONNRESET",
    "a warning with more words": "09:24:56.4 [ConfigProxy] warn: Terminated by a signal that nobody sent",
    "another warning of S3's key manager": "W1125 09:24:58.1 a.go:861 SSE-S3 KeyManager: the KEK is damaged",
}


@pytest.mark.parametrize("line", QUIET.values(), ids=QUIET.keys())
def test_noise_of_ordinary_use_is_hidden_with_its_stack(line: str) -> None:
    first = parse(line)
    frame = parse("    at Socket.onread (node:net:1:2)", first)
    assert not is_worth_showing(first)
    assert first.part == "s3" or not is_worth_showing(frame)


@pytest.mark.parametrize("line", LOUD.values(), ids=LOUD.keys())
def test_real_errors_are_shown_with_their_stack(line: str) -> None:
    first = parse(line)
    assert is_worth_showing(first)
    assert first.part == "s3" or is_worth_showing(parse("    at Server.listen (node:net:1:2)", first))


@pytest.mark.parametrize("line", QUIET.values(), ids=QUIET.keys())
def test_a_sentence_or_a_traceback_after_noise_is_shown(line: str) -> None:
    assert is_worth_showing(parse("The accounts file is not of version 1.", parse(line)))
    assert is_worth_showing(parse("Traceback (most recent call last):", parse(line)))
