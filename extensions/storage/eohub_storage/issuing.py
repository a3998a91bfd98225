"""From a hub user to S3 keys: the one path that every request takes. No clock, no network of its own."""

from dataclasses import dataclass
from datetime import datetime

from eohub_storage.contract import Credentials
from eohub_storage.identity import require_usable
from eohub_storage.places import Layout, places_of
from eohub_storage.policy import session_name, session_policy
from eohub_storage.ports import IssuedKeys, KeyAudit, KeyIssuer, KeyRequest, TokenSource
from eohub_toolkit.errors import EohubError


@dataclass(frozen=True)
class Terms:
    """What every person gets: which places, for how long, and by which claim the role knows them."""

    layout: Layout
    key_seconds: int
    name_claim: str | None


@dataclass(frozen=True)
class Asker:
    """Whose keys are asked for: the hub user and their groups, both as the hub says."""

    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outside:
    """The outside world that a request for keys meets."""

    tokens: TokenSource
    issuer: KeyIssuer
    audit: KeyAudit


async def credentials_for(asker: Asker, terms: Terms, outside: Outside, now: datetime) -> Credentials:
    """Keys for `asker`, given out only once that is in the audit log.

    Raises this feature's errors, each with a hint for the person.
    """
    try:
        places = places_of(asker.name, asker.groups, terms.layout)
        keys = await _issued(asker.name, session_policy(places), terms, outside, now)
    except EohubError as error:
        await outside.audit.refused(asker.name, error.detail)
        raise
    await outside.audit.issued(asker.name, len(places), keys.expiration)
    return Credentials(
        access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key,
        session_token=keys.session_token,
        expiration=keys.expiration,
    )


async def _issued(name: str, policy: str, terms: Terms, outside: Outside, now: datetime) -> IssuedKeys:
    id_token = await outside.tokens.id_token(name)
    require_usable(id_token, name, terms.name_claim, now)
    return await outside.issuer.issue(KeyRequest(id_token, session_name(name), policy, terms.key_seconds))
