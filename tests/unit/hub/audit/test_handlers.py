"""What a service may say, and what it may not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tornado import web

from eohub_hub.audit.event import Outcome
from eohub_hub.audit.handlers import FROM_SERVICES, query_of, service_event
from eohub_hub.audit.search import Query


def body(**changes: Any) -> bytes:
    sent = {"action": "key.issued", "actor": "ann", "object": "s3://users/ann/", "details": {"seconds": 3600}}
    return json.dumps(sent | changes).encode()


def test_the_event_names_the_service_whatever_the_body_says() -> None:
    event = service_event(body(details={"service": "somebody", "seconds": 3600}), "storage")
    assert (event.action, event.actor, event.outcome) == ("key.issued", "ann", Outcome.ALLOWED)
    assert event.details == {"seconds": 3600, "service": "storage"}


def test_what_was_done_for_nobody_was_done_by_the_service() -> None:
    assert service_event(body(actor=""), "lifetime").actor == "service:lifetime"


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "login"}, {"action": "spawn"}, {"action": "admin.x"}, {"action": "audit.repaired"},
        {"action": "x" * 100}, {"outcome": "maybe"}, {"time": "2020-01-01"}, {"object": None},
        {"details": {f"k{number}": 1 for number in range(13)}}, {"details": {"k": [1]}}, {"actor": "a" * 301},
        {"details": {"k": {"deep": 1}}},
    ],
)  # fmt: skip
def test_a_service_cannot_say_what_is_the_hubs_to_say_or_what_has_no_form(changes: dict[str, Any]) -> None:
    with pytest.raises(web.HTTPError) as refused:
        service_event(body(**changes), "storage")
    assert refused.value.status_code == 422


@pytest.mark.parametrize("sent", [b"", b"null", b"[]", b"{", b"\xff", b'"x"'])
def test_a_body_that_is_no_event_is_refused(sent: bytes) -> None:
    with pytest.raises(web.HTTPError) as refused:
        service_event(sent, "storage")
    assert refused.value.status_code == 422


def test_a_body_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(web.HTTPError) as refused:
        service_event(b" " * (17 << 10), "storage")
    assert refused.value.status_code == 413


def test_what_services_say_is_never_a_login_or_a_start() -> None:
    rooms = {action.split(".")[0] for action in FROM_SERVICES}
    assert not rooms & {"login", "logout", "spawn", "stop", "admin", "audit", "hub", "policy"}


def test_a_search_says_what_to_look_for() -> None:
    sent = {"user": b"ann", "action": b"spawn", "since": b"2026-11-25T18:00:00Z", "limit": b"5"}
    since = datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert query_of(sent) == Query(user="ann", action="spawn", since=since, limit=5)
    assert query_of({}) == Query()


@pytest.mark.parametrize(
    "sent",
    [
        {"limit": b"0"},
        {"limit": b"1001"},
        {"since": b"2026-11-25T18:00:00"},
        {"outcome": b"x"},
        {"who": b"ann"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(sent: dict[str, bytes]) -> None:
    with pytest.raises(web.HTTPError) as refused:
        query_of(sent)
    assert refused.value.status_code == 422
