"""What the hub remembers of a login: JupyterHub's auth state, encrypted; storage reads it, too."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from eohub_hub.claims import ClaimSets, GroupRules, Source
from eohub_hub.login.access_token import claims_of_checked
from eohub_hub.login.client import Tokens

_LONGEST_NAME = 60
# Small beside the hour for which known groups stand in for a provider that cannot be asked.
_ASKED_AT_MAY_LAG_SECONDS = 300.0


class LoginState(BaseModel):
    """One person's tokens and groups; times in seconds since 1970, `groups` None when none were sent.

    `name` is the hub's user name; `display_name` is the person's at the provider, empty without one.
    `groups_sources` are where the groups came from. Claims of the access token count if it was verified.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    subject: str
    number: int
    name: str
    display_name: str = ""
    nonce: str
    logged_in_at: float = 0.0
    access_token: str
    access_token_expires_at: float
    access_token_is_checked: bool = False
    refresh_token: str | None
    id_token: str
    id_token_expires_at: float
    tokens_at: float = 0.0
    groups: tuple[str, ...] | None
    groups_sources: tuple[Source, ...] = ()
    asked_at: float

    @classmethod
    def read(cls, auth_state: Mapping[str, Any] | None) -> Self | None:
        """The state in JupyterHub's auth state, or None where there is none or it is of another kind."""
        try:
            return None if auth_state is None else cls.model_validate(auth_state)
        except ValidationError:
            return None

    def with_tokens(self, tokens: Tokens) -> Self:
        """The state after a refresh; what the provider did not send again stays."""
        update: dict[str, Any] = {
            "access_token": tokens.access_token,
            "access_token_expires_at": tokens.access_token_expires_at,
            "access_token_is_checked": tokens.is_checked,
            "refresh_token": tokens.refresh_token or self.refresh_token,
            "tokens_at": tokens.received_at,
        }
        if tokens.id_token is not None and tokens.checked is not None:
            update |= {"id_token": tokens.id_token, "id_token_expires_at": tokens.checked.expires_at}
        return self.model_copy(update=update)

    def with_groups(self, rules: GroupRules, *, userinfo: Mapping[str, object], now: float) -> Self:
        """The state after the provider was asked at `now`, with the groups that userinfo and tokens name.

        Groups of an ID token stay until a newer one comes, as nobody could be asked about them.
        """
        access = claims_of_checked(self.access_token) if self.access_token_is_checked else {}
        found = rules.found_in(ClaimSets(userinfo, claims_of_checked(self.id_token), access))
        update = {
            "groups": None if found is None else tuple(sorted(found.groups)),
            "groups_sources": () if found is None else tuple(sorted(found.sources)),
            "asked_at": now,
        }
        return self.model_copy(update=update)

    def adds_to(self, stored: Self) -> bool:
        """Whether there is a reason to store this state over an older one: more than the time of asking.

        Who is asked about every minute would otherwise be encrypted and written down every minute.
        """
        alike = self.model_copy(update={"asked_at": stored.asked_at}) == stored
        return not alike or self.asked_at - stored.asked_at > _ASKED_AT_MAY_LAG_SECONDS

    def newest(self, other: Self) -> Self:
        """What to keep of this state and another of the same person, written at the same time.

        A later login wins; within one login the later tokens, with the groups that were asked for last. A
        page that was answered late would otherwise bring a spent refresh token back.
        """
        if self.nonce != other.nonce:
            return max(self, other, key=lambda state: state.logged_in_at)
        tokens = max(self, other, key=lambda state: state.tokens_at)
        asked = max(self, other, key=lambda state: state.asked_at)
        update = {name: getattr(asked, name) for name in ("groups", "groups_sources", "asked_at")}
        return tokens.model_copy(update=update)


def display_name(claim: object) -> str:
    """How a page writes a person's name: the claim in one line, cut; empty for what is no name."""
    text = " ".join(claim.split()) if isinstance(claim, str) else ""
    return text[:_LONGEST_NAME] if text.isprintable() else ""
