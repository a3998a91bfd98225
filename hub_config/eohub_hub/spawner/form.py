"""The form on which a person chooses a server: what it shows, decided here, written out by a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from eohub_hub.spawner.decision import previous_request
from eohub_profiles.decision import Offer, Reason, Refusal
from eohub_profiles.model import Policy
from eohub_profiles.resolve import offers

if TYPE_CHECKING:
    from eohub_hub.spawner.local import EohubLocalSpawner

PAGES = Path(__file__).parents[1] / "pages"
_SHOWN_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """What is filled in when the form is shown; the texts may be anything that somebody typed."""

    profile: str | None = None
    environment: str | None = None
    server_name: str = ""


@dataclass(frozen=True, slots=True)
class SpawnForm:
    """All that the template shows; it decides nothing."""

    offers: tuple[Offer, ...]
    environments: tuple[tuple[str, str], ...]
    choice: Choice
    server: str | None
    enforcement: tuple[str, ...]
    isolation: str
    blocked: str | None = None
    support: str = ""
    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict[str, tuple[Reason, ...]])

    @property
    def can_start(self) -> bool:
        """Whether there is anything to start."""
        return self.blocked is None and any(offer.is_allowed for offer in self.offers)

    def reasons_for(self, option: str) -> tuple[Reason, ...]:
        """The reasons of a refusal that belong beside a field (`""`: above the form)."""
        return self.reasons.get(option, ())

    def render(self) -> str:
        """Write the form's fields as HTML; every text is escaped."""
        return _templates().get_template("spawn_options.html").render(form=self)


def suggested(offered: Sequence[Offer], policy: Policy, stored: Mapping[str, object] | None) -> Choice:
    """Fill in the last choice where it can be started again, else the first profile that can."""
    startable = [offer.profile for offer in offered if offer.is_allowed]
    before = previous_request(stored, policy)
    profile = before.profile if before and before.profile in startable else next(iter(startable), None)
    known = [environment.id for environment in policy.environments]
    environment = before.environment if before and before.environment in known else known[0]
    return Choice(profile, environment)


def typed(raw: Mapping[str, Sequence[str]]) -> Choice:
    """What a person filled in, to be shown to them again beside the reasons; long texts are cut."""
    first = {name: values[0][:_SHOWN_CHARACTERS] for name, values in raw.items() if values}
    return Choice(first.get("profile"), first.get("environment"), first.get("server_name", ""))


def by_option(refusal: Refusal) -> dict[str, tuple[Reason, ...]]:
    """Group a refusal's reasons by the form's field that they belong beside."""
    fields = ("profile", "environment", "server_name")
    grouped: dict[str, tuple[Reason, ...]] = {}
    for reason in refusal.reasons:
        place = reason.option if reason.option in fields else ""
        grouped[place] = (*grouped.get(place, ()), reason)
    return grouped


async def form_for(
    spawner: "EohubLocalSpawner", choice: Choice | None = None, refusal: Refusal | None = None
) -> str:
    """Write the form for the person whose server `spawner` is, as JupyterHub's `options_form` wants it."""
    site = spawner.site
    person = await spawner.person()
    offered = offers(spawner.subject(person), spawner.usage(), site.policy)
    stored = spawner.orm_spawner.user_options or spawner.user.spawner.orm_spawner.user_options
    return SpawnForm(
        offers=offered,
        environments=tuple((environment.id, environment.title) for environment in site.policy.environments),
        choice=choice or suggested(offered, site.policy, stored),
        server=(spawner.display_name or spawner.name) if spawner.name else None,
        enforcement=site.enforcement.lines,
        isolation=site.isolation.sentence,
        blocked=spawner.blocked(person),
        support=site.policy.support,
        reasons={} if refusal is None else by_option(refusal),
    ).render()


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
