"""What the hub's log may say of an address."""

import logging
import sys

import pytest

from eohub_hub.hub_log import HIDDEN, HubLogFormatter, without_query_values

SECRET = "MnwxOjB8MTA6-_.%3D"
LINES = [
    f"400 POST /hub/spawn?_xsrf={SECRET} (::ffff:127.0.0.1): demo is already running",
    f"Stream closed while handling /hub/api/users/demo/server/progress?_xsrf={SECRET}",
    f"Uncaught exception GET /hub/x?a=b&anything={SECRET} (127.0.0.1)",
    f"HTTPServerRequest(protocol='http', method='GET', uri='/hub/x?some={SECRET}', version='HTTP/1.1')",
    f"302 GET /hub/oauth_callback?code={SECRET}&state={SECRET} -> /hub/?next={SECRET} (demo@127.0.0.1) 3ms",
    f'redirected to "http://127.0.0.1:8003/identity/auth?nonce={SECRET}"',
]


def record(message: object, *args: object, exc_info: object = None) -> logging.LogRecord:
    return logging.LogRecord("tornado.general", logging.WARNING, "web.py", 1, message, args, exc_info)  # type: ignore[arg-type]


@pytest.mark.parametrize("line", LINES)
def test_no_value_of_a_query_is_written_whatever_its_name_is(line: str) -> None:
    assert SECRET not in without_query_values(line)
    assert HIDDEN in without_query_values(line)


def test_names_paths_and_what_follows_stay() -> None:
    assert without_query_values(LINES[0]) == (
        f"400 POST /hub/spawn?_xsrf={HIDDEN} (::ffff:127.0.0.1): demo is already running"
    )
    assert without_query_values(LINES[2]).endswith(f"/hub/x?a={HIDDEN}&anything={HIDDEN} (127.0.0.1)")
    assert without_query_values(LINES[3]).endswith(f"uri='/hub/x?some={HIDDEN}', version='HTTP/1.1')")


@pytest.mark.parametrize(
    "line", ["User demo took 3.1 seconds to start", "a = b", "Is it x? y=z", "200 GET /hub/"]
)
def test_a_line_without_a_query_is_as_it_was(line: str) -> None:
    assert without_query_values(line) == line


@pytest.mark.parametrize(
    "sent", ["\x1b[2J", "\x00", "\x9b31m", "x\n[I 2026-11-26] FORGED", "\u2028", "\r"], ids=ascii
)
def test_what_people_send_neither_begins_a_line_nor_moves_a_cursor(sent: str) -> None:
    formatter = HubLogFormatter(color=False)
    for written in (record(f"no user {sent}"), record("no user %s of %s", sent, "ours")):
        assert formatter.format(written).isprintable()
    try:
        raise KeyError(sent) from ValueError(sent)
    except KeyError:
        text = formatter.format(record("failed", exc_info=sys.exc_info()))
    assert all(line.isprintable() for line in text.split("\n"))
    assert "Traceback" in text


def test_a_record_that_cannot_be_written_is_told_and_not_lost() -> None:
    assert "Bad message" in HubLogFormatter(color=False).format(record("%d", "x"))


def test_arguments_and_tracebacks_are_looked_at_like_the_text() -> None:
    formatter = HubLogFormatter(color=False)
    assert SECRET not in formatter.format(record("%d %s", 400, f"GET /x?t={SECRET}"))
    try:
        raise ValueError(f"cannot read /x?t={SECRET}")
    except ValueError:
        text = formatter.format(record("failed", exc_info=sys.exc_info()))
    assert "Traceback" in text
    assert SECRET not in text
