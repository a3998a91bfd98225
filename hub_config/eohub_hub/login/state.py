"""What the hub remembers of a login: JupyterHub's auth state, encrypted; storage reads it, too."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from eohub_hub.claims import groups_of
from eohub_hub.login.client import Tokens

_LONGEST_NAME = 60


class LoginState(BaseModel):
    """One person's tokens and groups; times in seconds since 1970, `groups` None when none were sent.

    `name` is the hub's user name; `display_name` is the person's at the provider, empty without one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    subject: str
    number: int
    name: str
    display_name: str = ""
    nonce: str
    access_token: str
    access_token_expires_at: float
    refresh_token: str | None
    id_token: str
    id_token_expires_at: float
    groups: tuple[str, ...] | None
    groups_source: Literal["userinfo", "id_token"] | None
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
            "refresh_token": tokens.refresh_token or self.refresh_token,
        }
        if tokens.id_token is not None and tokens.checked is not None:
            update |= {"id_token": tokens.id_token, "id_token_expires_at": tokens.checked.expires_at}
        return self.model_copy(update=update)

    def with_groups(
        self, claim: str, *, userinfo: Mapping[str, object], tokens: Tokens | None, now: float
    ) -> Self:
        """The state after the provider was asked at `now`: userinfo decides, an ID token where it is silent.

        Groups that came in an ID token stay until a newer one comes, as nobody could be asked about them.
        """
        fresh = None if tokens is None or tokens.checked is None else tokens.checked.claims
        groups, source = groups_of(userinfo, claim), "userinfo"
        if groups is None and fresh is not None:
            groups, source = groups_of(fresh, claim), "id_token"
        elif groups is None and self.groups_source == "id_token":
            groups, source = self.groups, "id_token"
        update = {
            "groups": None if groups is None else tuple(sorted(groups)),
            "groups_source": None if groups is None else source,
            "asked_at": now,
        }
        return self.model_copy(update=update)


def display_name(claim: object) -> str:
    """How a page writes a person's name: the claim in one line, cut; empty for what is no name."""
    text = " ".join(claim.split()) if isinstance(claim, str) else ""
    return text[:_LONGEST_NAME] if text.isprintable() else ""
