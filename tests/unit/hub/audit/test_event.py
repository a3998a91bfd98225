"""An event's words: bounded, escaped, without secrets, whatever somebody typed."""

import json

import pytest
from fakes.audit_log import FakeAudit
from hypothesis import given
from hypothesis import strategies as st

from eohub_hub.audit.chain import BEGINNING, LONGEST_LINE, read_line, written
from eohub_hub.audit.event import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_DETAILS,
    Action,
    AuditEvent,
    Outcome,
    admin_action,
    recorded,
    recorded_if_possible,
)
from eohub_toolkit.errors import Invalid

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


def line_of(event: AuditEvent) -> bytes:
    return written(event.fields(), BEGINNING)[0]


def test_a_name_of_ten_thousand_characters_is_cut_and_says_how_long_it_was() -> None:
    fields = AuditEvent(Action.LOGIN, "a" * 10_000, "b" * 10_000).fields()
    assert fields["actor"] == f"{'a' * LONGEST_NAME}... (10000 characters)"
    assert fields["object"].endswith("... (10000 characters)")


@pytest.mark.parametrize(
    "name",
    ["ann\nbob", "\x1b[31mred\x07", "<script>x</script>", "\u202egnp.exe", "a\x7fb\x9b", "\ud800"],
)
def test_no_name_brings_its_own_characters_into_a_line(name: str) -> None:
    line = line_of(AuditEvent(Action.LOGIN_REFUSED, name, name, details={"name": name}))
    assert not set(line) & {*range(0x20), *range(0x7F, 0x100), *b"<>&"}
    read = read_line(line)
    assert read is not None
    assert read.fields["actor"] == name, "escaped, and not changed"
    assert read.fields["details"] == {"name": name}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "hunter2-hunter2"), ("api_token", "0123456789abcdef"), ("client_secret", "s3cr3ts3cr3t"),
        ("header", "Authorization: Bearer abcdef0123456789"), ("sent", JWT),
        ("url", "https://s3/b?X-Amz-Signature=deadbeefdeadbeef"), ("proxy", "http://ann:hunter2pw@proxy/"),
        ("pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"),
    ],
)  # fmt: skip
def test_no_secret_gets_into_a_line(key: str, value: str) -> None:
    line = line_of(AuditEvent(Action.KEY_ISSUED, value, value, details={key: value})).decode()
    event_only = line_of(AuditEvent(Action.KEY_ISSUED, "ann", "s3", details={key: value})).decode()
    for secret in (
        "hunter2",
        "0123456789abcdef",
        "s3cr3ts3cr3t",
        "abcdef0123456789",
        "c2lnbmF0",
        "deadbeef",
        "MIIabc",
    ):
        assert secret not in event_only
        if key not in ("password", "api_token", "client_secret"):
            assert secret not in line, "a name that is a secret is none either"


@given(
    st.dictionaries(
        st.text(max_size=60),
        st.one_of(st.text(max_size=4000), st.integers(), st.floats(), st.booleans(), st.none()),
        max_size=40,
    ),
    st.text(max_size=4000),
)
def test_whatever_is_said_fits_and_can_be_read_again(details: dict[str, object], name: str) -> None:
    event = AuditEvent("a.b", name, name, Outcome.FAILED, details)  # type: ignore[arg-type]
    line = line_of(event)
    assert len(line) <= LONGEST_LINE
    read = read_line(line)
    assert read is not None
    assert {key: read.fields[key] for key in event.fields()} == event.fields()
    assert len(read.fields["details"]) <= MOST_DETAILS


def test_the_longest_event_of_the_widest_characters_fits_into_a_line() -> None:
    wide = "\U0001f600" * 5_000
    details = {f"{'k' * 38}{number:02}": wide for number in range(99)}
    line = line_of(AuditEvent(f"{'a' * 20}.{'b' * 30}", wide, wide, details=details))
    assert 40_000 < len(line) <= LONGEST_LINE


def test_a_number_without_end_and_a_number_that_is_none_are_words() -> None:
    details = AuditEvent(
        "a", "ann", "", details={"n": 10**4000, "f": float("nan"), "x": 3, "y": True}
    ).fields()["details"]
    assert details == {"n": "a number of more than 18 digits", "f": "nan", "x": 3, "y": True}


@pytest.mark.parametrize("action", ["", "Login", "a b", "a.b.c", "a\n", "x" * 60, "<b>"])
def test_an_action_is_one_or_two_words(action: str) -> None:
    with pytest.raises(Invalid):
        AuditEvent(action, "ann", "")


def test_every_action_of_ours_can_be_written() -> None:
    for action in (*Action, admin_action("user_deleted")):
        assert json.loads(line_of(AuditEvent(action, "ann", "")))["action"] == str(action)


async def test_what_must_be_written_fails_on_a_full_disk_and_what_may_be_left_out_does_not() -> None:
    audit = FakeAudit()
    await recorded(audit, AuditEvent(Action.SPAWN, "ann", "ann/"))
    audit.is_full = True
    with pytest.raises(Exception, match="No space left"):
        await recorded(audit, AuditEvent(Action.SPAWN, "ann", "ann/"))
    await recorded_if_possible(audit, AuditEvent(Action.STOP, "ann", "ann/"))
    assert audit.said() == [("spawn", "ann", "ann/", "allowed")]
    assert LONGEST_TEXT > LONGEST_NAME
