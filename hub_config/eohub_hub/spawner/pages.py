"""The hub's own pages around a start: a refused form comes back as it was filled in, with the reasons beside
its fields.

JupyterHub would show a refusal as one line above an empty form, and it knows no server name in a form.
Handlers of an authenticator come before JupyterHub's, which is the one supported way to put ours in their
place.
"""

from collections.abc import Mapping
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.handlers.pages import SpawnHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.slugs import is_valid_safe_slug, safe_slug
from jupyterhub.user import User
from tornado import web

from eohub_hub.spawner.decision import decide, refused
from eohub_hub.spawner.form import form_for, typed
from eohub_hub.spawner.local import EohubLocalSpawner
from eohub_profiles.decision import Reason, Refusal, Rule

_ADDRESSES = (r"/spawn", r"/spawn/([^/]+)", r"/spawn/([^/]+)/([^/]+)")
_LONGEST_TYPED_NAME = 100


class SpawnPage(SpawnHandler):
    """JupyterHub's spawn page, asking for a decision before anything is made."""

    @needs_scope("servers")
    async def _get(self, user_name: str, server_name: str, display_name: str) -> None:
        user: User | None = self.find_user(user_name)
        if user is None or server_name or self.get_query_argument("another", None) is None:
            await super()._get(user_name=user_name, server_name=server_name, display_name=display_name)
            return
        # A further server: JupyterHub would lead to the default one, which runs already.
        form = await form_for(user.spawner)
        self.finish(await self._render_form(for_user=user, spawner_options_form=form))

    @needs_scope("servers")
    async def _post(self, user_name: str, server_name: str, display_name: str) -> None:
        user: User | None = self.find_user(user_name)
        if user is None:
            raise web.HTTPError(404, "There is no such user.")
        options = self._filled_in()
        name, shown = server_name, display_name
        refusal: Refusal | None = None
        if not server_name and options.get("server_name", [""])[0]:
            shown = options["server_name"][0]
            name = slug_of(shown)
            refusal = await self._named_server_refusal(user, name, shown)
            # From here on the options hold what the name is in addresses, as they would over REST.
            options["server_name"] = [name]
        elif not server_name and user.spawner.active:
            refusal = _needs_a_name(user.spawner.site.policy.support)
        spawner: EohubLocalSpawner = user.spawner
        if refusal is None:
            refusal = await self._refusal(spawner, name, options)
        if refusal is not None:
            await self._show_again(user, refusal)
            return
        self.request.body_arguments = {
            key: [text.encode() for text in values] for key, values in options.items()
        }
        await super()._post(user_name=user_name, server_name=name, display_name=shown or name)

    def _filled_in(self) -> dict[str, list[str]]:
        raw = self.request.body_arguments
        return {
            key: [value.decode("utf-8", errors="replace") for value in values] for key, values in raw.items()
        }

    async def _refusal(
        self, spawner: EohubLocalSpawner, server_name: str, options: Mapping[str, object]
    ) -> Refusal | None:
        subject = spawner.subject(await spawner.person())
        usage = spawner.usage(of=server_name)
        decision = decide(options, server_name, subject, usage, spawner.site.policy)
        return decision if isinstance(decision, Refusal) else None

    async def _named_server_refusal(self, user: User, name: str, shown: str) -> Refusal | None:
        support = user.spawner.site.policy.support
        if not name or len(shown) > _LONGEST_TYPED_NAME:
            sentence = "This name cannot be used for a server."
        else:
            try:
                await self._check_named_server_request(user, name, shown)
            except web.HTTPError as error:
                sentence = f"{(error.log_message or 'This name cannot be used').rstrip('.')}."
            else:
                return None
        change = f"Allowed: nothing, or at most {_LONGEST_TYPED_NAME} characters with at least one letter."
        return Refusal((Reason(Rule.MALFORMED_OPTION, sentence, change, support, option="server_name"),))

    async def _show_again(self, user: User, refusal: Refusal) -> None:
        self.set_status(refused(refusal).status_code)
        form = await form_for(user.spawner, typed(self._filled_in()), refusal)
        self.finish(await self._render_form(for_user=user, spawner_options_form=form))


def slug_of(text: str) -> str:
    """The name of a server in addresses, made from what a person typed; empty where no letter is in it."""
    cut = text[:_LONGEST_TYPED_NAME]
    if is_valid_safe_slug(cut):
        return cut
    return safe_slug(cut, avoid_collisions=False) if any(letter.isalnum() for letter in cut) else ""


def _needs_a_name(support: str) -> Refusal:
    sentence, change = "Your default server runs already.", "Give this one a name, or open the running one."
    return Refusal((Reason(Rule.SERVERS_PER_USER, sentence, change, support, option="server_name"),))


def with_spawn_page(authenticator_class: type[Authenticator]) -> type[Authenticator]:
    """A subclass of an authenticator that brings our spawn page along; nothing else about it changes."""

    def get_handlers(self: Authenticator, app: Any) -> list[Any]:
        inherited: list[Any] = authenticator_class.get_handlers(self, app)
        return [*inherited, *((address, SpawnPage) for address in _ADDRESSES)]

    return type(authenticator_class.__name__, (authenticator_class,), {"get_handlers": get_handlers})
