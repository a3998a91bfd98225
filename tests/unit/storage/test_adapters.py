"""The adapters where the other side misbehaves, without a network."""

import json

import pytest
from fakes.storage_hub import SERVICE_TOKEN, FakeHub
from fakes.storage_sts import fixed, hub_transport, sts_transport, unreachable
from fakes.storage_tokens import ISSUER, unsigned_id_token

from eohub_hub.access import AUDIT_WRITE, SERVICES
from eohub_storage.errors import KeysRefused, NoLogin, StorageDown
from eohub_storage.ports import KeyRequest
from eohub_storage.service.audit import HubAudit
from eohub_storage.service.hub import HubTokens
from eohub_storage.service.sts import StsKeyIssuer
from eohub_toolkit.errors import EohubError, Unavailable, Upstream
from eohub_toolkit.http import Client

from datetime import UTC, datetime  # isort: skip

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REQUEST = KeyRequest(unsigned_id_token("alice", NOW), "u-1", "{}", 1800)
ROLE = "arn:aws:iam::role/eohub-user"


def issuer(status: int, body: str) -> StsKeyIssuer:
    return StsKeyIssuer(Client("http://sts.test/", transport=fixed(status, body)), ROLE)


async def test_the_form_is_the_one_of_aws() -> None:
    asked: list[dict[str, str]] = []
    client = Client("http://sts.test/", transport=sts_transport(ISSUER, NOW, asked))
    await StsKeyIssuer(client, ROLE).issue(REQUEST)
    assert asked == [
        {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": ROLE,
            "RoleSessionName": "u-1",
            "WebIdentityToken": REQUEST.id_token,
            "DurationSeconds": "1800",
            "Policy": "{}",
        }
    ]


@pytest.mark.parametrize("body", ["", "no xml", "<a/>", "<html><body>It works</body></html>", "{}"])
async def test_an_answer_without_keys_is_the_fault_of_s3(body: str) -> None:
    with pytest.raises(Upstream):
        await issuer(200, body).issue(REQUEST)


async def test_an_end_that_is_no_time_is_the_fault_of_s3() -> None:
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    body = "".join(f"<{name}>x</{name}>" for name in names)
    with pytest.raises(Upstream):
        await issuer(200, f"<r>{body}</r>").issue(REQUEST)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_without_xml_is_a_refusal(status: int) -> None:
    with pytest.raises(KeysRefused):
        await issuer(status, "no").issue(REQUEST)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failing_s3_is_down(status: int) -> None:
    with pytest.raises(StorageDown):
        await issuer(status, "oops").issue(REQUEST)


async def test_the_hub_that_keeps_no_auth_state_is_not_an_error_of_the_program() -> None:
    for state in (None, {}, {"id_token": None}, {"id_token": ""}, {"id_token": 5}, "text"):
        body = json.dumps({"name": "alice", "auth_state": state})
        with pytest.raises(NoLogin):
            await HubTokens(Client("http://hub.test/", transport=fixed(200, body)), "t").id_token("alice")


async def test_a_service_without_its_scope_names_the_scopes() -> None:
    with pytest.raises(Unavailable) as caught:
        await HubTokens(Client("http://hub.test/", transport=fixed(403, "{}")), "t").id_token("alice")
    (access,) = (each for each in SERVICES if each.service == "storage")
    assert all(scope in (caught.value.hint or "") for scope in access.scopes if scope != AUDIT_WRITE)


async def test_a_hub_that_hides_auth_state_gives_a_missing_login() -> None:
    hub = FakeHub()
    hub.server.server_close()
    hub.add("alice", "a.b.c")
    hub.service_scopes = ["read:users:name"]
    source = HubTokens(Client(hub.api_url + "/", transport=hub_transport(hub)), SERVICE_TOKEN)
    with pytest.raises(NoLogin):
        await source.id_token("alice")


async def test_an_unreachable_hub_is_unavailable() -> None:
    with pytest.raises(EohubError) as caught:
        await HubTokens(Client("http://hub.test/", attempts=1, transport=unreachable()), "t").id_token(
            "alice"
        )
    assert isinstance(caught.value, Unavailable)


async def test_the_audit_log_is_told_names_and_numbers_and_no_key() -> None:
    hub = hub_without_port()
    audit = HubAudit(Client(hub.api_url + "/", transport=hub_transport(hub)), SERVICE_TOKEN)
    await audit.issued("alice", 3, NOW)
    assert hub.audited == [
        {
            "action": "key.issued",
            "actor": "alice",
            "object": "s3",
            "outcome": "allowed",
            "details": {"places": 3, "until": NOW.isoformat()},
        }
    ]


async def test_a_hub_that_does_not_let_the_service_write_gives_no_keys() -> None:
    hub = hub_without_port()
    hub.service_scopes.remove("custom:audit:write")
    audit = HubAudit(Client(hub.api_url + "/", transport=hub_transport(hub)), SERVICE_TOKEN)
    with pytest.raises(Unavailable, match="written down"):
        await audit.issued("alice", 3, NOW)


def hub_without_port() -> FakeHub:
    hub = FakeHub()
    hub.server.server_close()
    hub.add("alice", None)
    return hub
