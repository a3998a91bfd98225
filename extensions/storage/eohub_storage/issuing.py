"""From a hub user to S3 keys: the one path that every request takes. No clock, no network of its own."""

from dataclasses import dataclass
from datetime import datetime

from eohub_storage.contract import Credentials
from eohub_storage.identity import require_usable
from eohub_storage.policy import session_name, session_policy
from eohub_storage.ports import KeyIssuer, KeyRequest, TokenSource


@dataclass(frozen=True)
class Terms:
    """What every person gets: which buckets, for how long, and by which claim the role knows them."""

    personal_bucket: str
    shared_buckets: tuple[str, ...]
    key_seconds: int
    name_claim: str | None


async def credentials_for(
    name: str, terms: Terms, tokens: TokenSource, issuer: KeyIssuer, now: datetime
) -> Credentials:
    """Keys for the hub user `name`; raises this feature's errors, each with a hint for the person."""
    policy = session_policy(name, terms.personal_bucket, terms.shared_buckets)
    id_token = await tokens.id_token(name)
    require_usable(id_token, name, terms.name_claim, now)
    keys = await issuer.issue(KeyRequest(id_token, session_name(name), policy, terms.key_seconds))
    return Credentials(
        access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key,
        session_token=keys.session_token,
        expiration=keys.expiration,
    )
