"""Each port of the storage feature has one contract, and every adapter passes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.storage_hub import SERVICE_TOKEN, FakeHub
from fakes.storage_ports import MemoryAudit, MemoryIssuer, MemoryTokens
from fakes.storage_sts import hub_transport, sts_transport, unreachable
from fakes.storage_tokens import ISSUER, unsigned_id_token

from eohub_storage.errors import KeysRefused, LoginTooOld, NoLogin, StorageDown
from eohub_storage.ports import KeyAudit, KeyIssuer, KeyRequest, TokenSource
from eohub_storage.service.audit import HubAudit
from eohub_storage.service.hub import HubTokens
from eohub_storage.service.sts import StsKeyIssuer
from eohub_toolkit.errors import Unavailable
from eohub_toolkit.http import Client

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def request_for(id_token: str, seconds: int = 1800) -> KeyRequest:
    return KeyRequest(id_token, "u-1", '{"Version":"2012-10-17","Statement":[]}', seconds)


class TokenSourceContract:
    """What every TokenSource promises."""

    def source(self, tokens: dict[str, str]) -> TokenSource:
        raise NotImplementedError

    async def test_it_gives_a_persons_own_token(self) -> None:
        source = self.source({"alice": "a.a.a", "bob": "b.b.b"})
        assert await source.id_token("alice") == "a.a.a"
        assert await source.id_token("bob") == "b.b.b"

    async def test_a_person_without_a_login_is_told_to_log_in(self) -> None:
        with pytest.raises(NoLogin) as caught:
            await self.source({"alice": "a.a.a"}).id_token("carol")
        assert "in again" in (caught.value.hint or "")

    async def test_a_name_cannot_reach_another_persons_token(self) -> None:
        source = self.source({"alice": "a.a.a"})
        for name in ("bob/../alice", "../users/alice", "alice?x=1", "alice#", ""):
            with pytest.raises(NoLogin):
                await source.id_token(name)


class TestMemoryTokens(TokenSourceContract):
    def source(self, tokens: dict[str, str]) -> TokenSource:
        return MemoryTokens(tokens)


class TestHubTokens(TokenSourceContract):
    def source(self, tokens: dict[str, str]) -> TokenSource:
        hub = FakeHub()
        hub.server.server_close()
        for name, token in tokens.items():
            hub.add(name, token)
        return HubTokens(Client(hub.api_url + "/", transport=hub_transport(hub)), SERVICE_TOKEN)


class KeyIssuerContract:
    """What every KeyIssuer promises."""

    def issuer(self, *, reachable: bool = True) -> KeyIssuer:
        raise NotImplementedError

    @pytest.mark.parametrize("seconds", [900, 3600])
    async def test_keys_end_when_they_were_asked_to(self, seconds: int) -> None:
        keys = await self.issuer().issue(request_for(unsigned_id_token("alice", NOW), seconds))
        assert keys.expiration == NOW + timedelta(seconds=seconds)
        assert keys.expiration.tzinfo is not None

    async def test_two_requests_get_two_pairs_of_keys(self) -> None:
        issuer, request = self.issuer(), request_for(unsigned_id_token("alice", NOW))
        first, second = await issuer.issue(request), await issuer.issue(request)
        assert first.access_key_id != second.access_key_id

    async def test_a_token_that_has_ended_is_an_old_login(self) -> None:
        with pytest.raises(LoginTooOld) as caught:
            await self.issuer().issue(request_for(unsigned_id_token("alice", NOW, lifetime_seconds=-1)))
        assert caught.value.hint

    async def test_a_token_of_another_issuer_is_refused_without_its_details(self) -> None:
        token = unsigned_id_token("alice", NOW, iss="http://elsewhere.test")
        with pytest.raises(KeysRefused) as caught:
            await self.issuer().issue(request_for(token))
        assert token not in caught.value.detail
        assert "elsewhere" not in caught.value.detail

    async def test_without_s3_the_person_is_told_to_try_again(self) -> None:
        with pytest.raises(StorageDown) as caught:
            await self.issuer(reachable=False).issue(request_for(unsigned_id_token("alice", NOW)))
        assert "try again" in (caught.value.hint or "").lower()


class TestMemoryIssuer(KeyIssuerContract):
    def issuer(self, *, reachable: bool = True) -> KeyIssuer:
        issuer = MemoryIssuer(ISSUER, NOW)
        issuer.reachable = reachable
        return issuer


class TestStsKeyIssuer(KeyIssuerContract):
    def issuer(self, *, reachable: bool = True) -> KeyIssuer:
        transport: Any = sts_transport(ISSUER, NOW, []) if reachable else unreachable()
        return StsKeyIssuer(Client("http://sts.test/", transport=transport), "arn:aws:iam::role/eohub-user")


class KeyAuditContract:
    """What every KeyAudit promises."""

    def audit(self, *, reachable: bool) -> KeyAudit:
        raise NotImplementedError

    def written(self) -> int:
        raise NotImplementedError

    async def test_who_got_keys_and_who_did_not_is_written(self) -> None:
        audit = self.audit(reachable=True)
        await audit.issued("alice", 3, NOW)
        await audit.refused("alice", "Your login has ended.")
        assert self.written() == 2

    async def test_keys_that_cannot_be_written_down_are_not_given(self) -> None:
        with pytest.raises(Unavailable):
            await self.audit(reachable=False).issued("alice", 3, NOW)
        assert self.written() == 0

    async def test_a_refusal_stands_also_where_it_cannot_be_written_down(self) -> None:
        await self.audit(reachable=False).refused("alice", "Your login has ended.")


class TestMemoryAudit(KeyAuditContract):
    def audit(self, *, reachable: bool) -> KeyAudit:
        self.memory = MemoryAudit()
        self.memory.reachable = reachable
        return self.memory

    def written(self) -> int:
        return len(self.memory.written)


class TestHubAudit(KeyAuditContract):
    def audit(self, *, reachable: bool) -> KeyAudit:
        self.hub = FakeHub()
        self.hub.server.server_close()
        self.hub.add("alice", None)
        transport = hub_transport(self.hub) if reachable else unreachable()
        return HubAudit(Client(self.hub.api_url + "/", transport=transport), SERVICE_TOKEN)

    def written(self) -> int:
        return len(self.hub.audited)
