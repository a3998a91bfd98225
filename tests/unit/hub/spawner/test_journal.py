import asyncio
from dataclasses import replace

import pytest
from fakes.audit_log import FakeAudit
from fakes.plans import small_plan
from jupyterhub import orm

from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.journal import Journal, actor_of
from eohub_profiles.decision import MountPlan


@pytest.fixture
def audit() -> FakeAudit:
    return FakeAudit()


@pytest.fixture
def journal(audit: FakeAudit) -> Journal:
    return Journal(audit, "alice", "big")


def test_a_start_is_written_down_with_what_was_decided(journal: Journal, audit: FakeAudit) -> None:
    data = MountPlan("climate", "Climate", "climate", "", read_only=True)
    asyncio.run(journal.allowed("alice", replace(small_plan(), mounts=(data,)), "0123456789ab"))
    (event,) = audit.events
    assert audit.said() == [("spawn", "alice", "server:alice/big", "allowed")]
    assert dict(event.details) == {
        "profile": "small",
        "environment": "eo",
        "mounts": "climate",
        "tier": "free",
        "price": "0.04 EUR/h",
        "policy": "0123456789ab",
    }


def test_a_start_that_cannot_be_written_down_does_not_happen(journal: Journal, audit: FakeAudit) -> None:
    audit.is_full = True
    with pytest.raises(CannotStart, match="cannot be written") as caught:
        asyncio.run(journal.allowed("alice", small_plan(), "0"))
    assert caught.value.status_code == 503


def test_a_refusal_is_written_down_once_however_many_hear_of_it(journal: Journal, audit: FakeAudit) -> None:
    error = CannotStart("There is no profile 'x'.", reason="unknown-profile", status_code=400)
    asyncio.run(journal.refused("alice", error))
    asyncio.run(journal.refused("service:tests", error))
    assert audit.said() == [("spawn.refused", "alice", "server:alice/big", "refused")]
    assert dict(audit.events[0].details) == {
        "rule": "unknown-profile",
        "sentence": "There is no profile 'x'.",
    }


def test_a_full_disk_turns_no_refusal_into_another_error(journal: Journal, audit: FakeAudit) -> None:
    audit.is_full = True
    asyncio.run(journal.refused("alice", CannotStart("No.", reason="group", status_code=403)))
    asyncio.run(journal.failed("alice", CannotStart("It ended.", reason="exited", status_code=500)))
    asyncio.run(journal.stopped("alice", 0))
    assert audit.events == []


def test_a_failed_start_is_not_written_down_as_a_refused_one_as_well(
    journal: Journal, audit: FakeAudit
) -> None:
    error = CannotStart("It ended.", reason="exited", status_code=500)
    asyncio.run(journal.failed("alice", error))
    asyncio.run(journal.refused("alice", error))
    assert audit.said() == [("spawn.failed", "alice", "server:alice/big", "failed")]


def test_an_end_that_nobody_asked_for_is_the_systems(audit: FakeAudit) -> None:
    asyncio.run(Journal(audit, "alice", "").stopped(None, 137))
    assert audit.said() == [("stop", "system", "server:alice", "allowed")]
    assert dict(audit.events[0].details) == {"status": 137}


def test_a_service_is_named_as_one_and_nobody_as_the_system() -> None:
    assert actor_of(orm.Service(name="culler")) == "service:culler"
    assert actor_of(None) == "system"
