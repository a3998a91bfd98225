"""The hub's own pages around a start: a link fills the form in, a refused form comes back as it was filled
in, and nothing but pressing Start starts a server.

JupyterHub would start what a link asks for, so that any site could spend a person's money; it would show a
refusal as one line above an empty form; and it knows no server name in a form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jupyterhub.handlers.pages import SpawnHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.slugs import is_valid_safe_slug, safe_slug
from jupyterhub.user import User
from tornado import web

from eohub_hub.spawner.admission import AdmittingHandler
from eohub_hub.spawner.choice import typed, with_its_size
from eohub_hub.spawner.decision import ISOLATION_RULE, CannotStart, canonical, refused
from eohub_hub.spawner.form import SpawnForm, form_of
from eohub_profiles.decision import Reason, Refusal, Request, Rule
from eohub_profiles.request import OPTIONS

_LONGEST_TYPED_NAME = 100
_PREFIX = "opt-"

type Options = dict[str, list[str]]


class SpawnPage(AdmittingHandler, SpawnHandler):
    """JupyterHub's spawn page, asking for a decision before anything is made."""

    @needs_scope("servers")
    async def _get(self, user_name: str, server_name: str, display_name: str) -> None:
        user = self.owner(user_name)
        await self.ask_provider(user)
        if server_name:
            await self._check_named_server_request(user, server_name, display_name)
        link = options_of_link(self.request.query_arguments)
        is_another = not server_name and (
            self.get_query_argument("another", None) is not None or bool(_first(link, "server_name"))
        )
        if server_name in user.orm_spawners and not is_another:
            spawner = user.spawners[server_name]
            if spawner.ready:
                self.redirect(str(self.get_next_url(user, default=user.server_url(server_name))))
                return
            if spawner.active:
                self.redirect(self._get_pending_url(user, server_name))
                return
        form = await self._form(user, server_name)
        if not link:
            await self._show(user, form)
            return
        options = form.completed(link)
        decided = await self._decided(user, server_name, display_name, options)
        await self._show(user, replace(form, choice=typed(options)), decided)

    @needs_scope("servers")
    async def _post(self, user_name: str, server_name: str, display_name: str) -> None:
        user = self.owner(user_name)
        await self.ask_provider(user)
        if server_name:
            await self._check_named_server_request(user, server_name, display_name)
        options = with_its_size(self._filled_in(), user.spawner.site.policy)
        why = await user.spawner.blocked(await user.spawner.person())
        if why is not None:
            self.set_status(403)
            blocked = CannotStart(why, reason=ISOLATION_RULE, status_code=403)
            await self.write_down(user, server_name, blocked)
            await self._show(user, replace(await self._form(user, server_name), choice=typed(options)))
            return
        if not server_name and not _first(options, "server_name") and user.spawner.active:
            await self._refuse(user, server_name, options, _needs_a_name(user.spawner.site.policy.support))
            return
        decided = await self._decided(user, server_name, display_name, options)
        if isinstance(decided, Refusal):
            await self._refuse(user, server_name, options, decided)
            return
        request, shown = decided
        with user.spawner.admissions.hold(user.name, request.server_name):
            # Only what was understood goes on to JupyterHub, which stores it.
            self.request.body_arguments = {
                name: [text.encode() for text in ([value] if isinstance(value, str) else value)]
                for name, value in canonical(request).items()
            }
            self.request.files = {}
            await super()._post(user_name=user_name, server_name=request.server_name, display_name=shown)

    def append_query_parameters(self, url: str, exclude: Sequence[str] | None = None) -> str:
        """Hand on an address's parameters, but neither the form's token nor what fills a form in."""
        sent = decoded(self.request.query_arguments)
        ours = [name for name in sent if name == "_xsrf" or name in OPTIONS or name.startswith(_PREFIX)]
        handed: str = super().append_query_parameters(url, [*(exclude or ("next",)), *ours])
        return handed

    async def _refuse(self, user: User, server_name: str, options: Options, refusal: Refusal) -> None:
        """Show the form as it was filled in with the reasons, and write down that a start was refused; a
        link starts nothing."""
        await self.write_down(user, server_name, refused(refusal))
        form = replace(await self._form(user, server_name), choice=typed(options))
        await self._show(user, form, refusal)

    def _filled_in(self) -> Options:
        """The form's fields; no field is a file, so that one is refused as an option that is not there."""
        files = {f"{name} as a file": [""] for name in self.request.files}
        return decoded(self.request.body_arguments) | files

    async def _decided(
        self, user: User, server_name: str, display_name: str, options: Options
    ) -> tuple[Request, str] | Refusal:
        """Decide on what a form or a link says; the request comes with the server's name for people."""
        typed_name = _first(options, "server_name")
        if not server_name and typed_name:
            name = slug_of(typed_name)
            refusal = await self._named_server_refusal(user, name, typed_name)
            if refusal is not None:
                return refusal
            # From here on the options hold what the name is in addresses, as they would over REST.
            server_name, display_name = name, typed_name
            options = options | {"server_name": [name]}
        decision = await self.decide(user, server_name, options)
        return decision if isinstance(decision, Refusal) else (decision[0], display_name or server_name)

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

    async def _form(self, user: User, server_name: str) -> SpawnForm:
        """The form for a server that may not be there yet."""
        is_there = server_name in user.orm_spawners
        spawner = user.get_spawner(server_name) if is_there else user.spawner
        return await form_of(spawner, server_name or None)

    async def _show(
        self, user: User, form: SpawnForm, decided: tuple[Request, str] | Refusal | None = None
    ) -> None:
        """Show the form, with a refusal beside its fields; where no choice is left it is itself one."""
        if isinstance(decided, Refusal):
            form = form.refused(decided)
            self.set_status(refused(decided).status_code)
        elif form.refusal is not None:
            self.set_status(refused(form.refusal).status_code)
        self.finish(await self._render_form(for_user=user, spawner_options_form=form.render()))


def decoded(arguments: Mapping[str, Sequence[bytes]]) -> Options:
    """Texts of a form or a link."""
    return {
        name: [value.decode("utf-8", errors="replace") for value in values]
        for name, values in arguments.items()
    }


def options_of_link(arguments: Mapping[str, Sequence[bytes]]) -> Options:
    """The options that a link brings along: `opt-profile=small` as JupyterHub names them, or `profile=small`.

    Anything else without the prefix is no option: addresses carry `next` and what other sites add.
    """
    sent = decoded(arguments)
    plain = {name: values for name, values in sent.items() if name in OPTIONS}
    prefixed = {
        name.removeprefix(_PREFIX): values for name, values in sent.items() if name.startswith(_PREFIX)
    }
    return plain | prefixed


def slug_of(text: str) -> str:
    """The name of a server in addresses, made from what a person typed; empty where no letter is in it."""
    cut = text[:_LONGEST_TYPED_NAME]
    if is_valid_safe_slug(cut):
        return cut
    return safe_slug(cut, avoid_collisions=False) if any(letter.isalnum() for letter in cut) else ""


def _first(options: Options, name: str) -> str:
    return next(iter(options.get(name, ())), "")


def _needs_a_name(support: str) -> Refusal:
    sentence, change = "Your default server runs already.", "Give this one a name, or open the running one."
    return Refusal((Reason(Rule.SERVERS_PER_USER, sentence, change, support, option="server_name"),))
