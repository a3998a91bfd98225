"""Options of a form or of REST, a person and what they use, to a plan or a refusal: the only way to a
server."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyterhub.spawner import SpawnException

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.settings import LAST_NUMBER, Person
from eohub_profiles.decision import ANYWHERE, Place, Plan, Reason, Refusal, Request, Rule, Subject, Usage
from eohub_profiles.model import Amount, Policy, Profile
from eohub_profiles.pricing import format_price
from eohub_profiles.request import parse_request
from eohub_profiles.resolve import resolve

ISOLATION_RULE = "isolation"


class CannotStart(SpawnException):
    """Why a server was not started: a sentence that every page of the hub shows as it is."""

    is_written_down = False
    """Whether the audit log has it already: it is heard of by the spawner and by whoever asked."""

    @property
    def jupyterhub_message(self) -> str:
        """Where JupyterHub looks for a text that is meant for people."""
        return str(self.message)


def subject_of(name: str, person: Person, groups: Iterable[str]) -> Subject:
    """Who asks, in the policy's terms."""
    return Subject(issuer=person.issuer, sub=person.subject, name=name, groups=frozenset(groups))


def decide(
    raw: object,
    server_name: str,
    subject: Subject,
    usage: Usage,
    policy: Policy,
    place: Place = ANYWHERE,
) -> tuple[Request, Plan] | Refusal:
    """Read options for the server `server_name` and decide; the plan is computed from nothing else.

    `server_name` may stand among the options as well (the form has a field for it), but only as the same
    name.
    """
    request = parse_request(raw, policy)
    if isinstance(request, Refusal):
        return request
    if request.server_name not in ("", server_name):
        return Refusal((_other_server(server_name, policy),))
    request = replace(request, server_name=server_name)
    plan = resolve(subject, usage, request, policy, place)
    return plan if isinstance(plan, Refusal) else (request, plan)


def canonical(request: Request) -> dict[str, Any]:
    """The options as they are stored and shown again: what was understood, not what was sent."""
    chosen: dict[str, Any] = {
        "profile": request.profile,
        "environment": request.environment,
        "size": request.size,
        "image": request.image,
        "mounts": list(request.mounts),
    }
    return {name: value for name, value in chosen.items() if value}


def previous_request(stored: Mapping[str, object] | None, policy: Policy) -> Request | None:
    """The choice that was stored at an earlier start, None where there is none that this policy knows."""
    request = parse_request(stored or {}, policy)
    return None if isinstance(request, Refusal) else request


def chosen(stored: Mapping[str, object] | None, policy: Policy) -> tuple[Profile, Amount] | None:
    """The profile and size of a stored choice, by the policy of now; None where there is none."""
    request = previous_request(stored, policy)
    profile = None if request is None else policy.profile(request.profile)
    amount = None if profile is None or request is None else profile.amount(request.size)
    return None if profile is None or amount is None else (profile, amount)


def chosen_text(stored: Mapping[str, object] | None, policy: Policy) -> str:
    """The same for people: title and price per hour; empty where there is none."""
    found = chosen(stored, policy)
    if found is None:
        return ""
    profile, amount = found
    size = "" if amount is profile else f" ({amount.title})"
    return f"{profile.title}{size}, {format_price(amount.price_micro_eur_per_hour)}"


def refused(refusal: Refusal) -> CannotStart:
    """The refusal as JupyterHub's exception: 400 for a wrong request, 403 for a missing right, 409
    otherwise."""
    status = 400 if refusal.is_invalid_request else 403 if refusal.is_missing_right else 409
    return CannotStart(str(refusal), reason=str(refusal.reasons[0].rule), status_code=status)


def blocked(isolation: Isolation, owner: str | None, name: str, number: int) -> str | None:
    """Why this person can start nothing on this machine, a sentence; None where they can.

    `owner` is the one account that may start servers where there are no walls, None before the first start.
    """
    why = " ".join(isolation.reasons) or "This system offers no walls between accounts."
    match isolation.mode:
        case Mode.NOBODY:
            return f"Servers cannot be started on this machine. {why}"
        case Mode.SINGLE if owner not in (None, name):
            return f"Only {owner} may start servers on this machine, since it cannot wall servers off. {why}"
        case Mode.ACCOUNTS if not 0 < number <= LAST_NUMBER:
            return "There are no system accounts left for another person."
        case _:
            return None


def read_owner(path: Path) -> str | None:
    """The one account that may start servers where there are no walls."""
    with suppress(FileNotFoundError):
        return path.read_text().strip() or None
    return None


def claim_owner(path: Path, name: str) -> str:
    """Make `name` that account unless there is one already; returns who it is."""
    draft = path.with_name(f".{path.name}.{name}")
    draft.write_text(f"{name}\n")
    with suppress(FileExistsError):  # a link appears with its content, or not at all
        path.hardlink_to(draft)
    draft.unlink()
    return read_owner(path) or name


def _other_server(server_name: str, policy: Policy) -> Reason:
    name = server_name or "the default server"
    return Reason(
        Rule.MALFORMED_OPTION,
        "The option server_name names another server than the request's address.",
        f"Allowed: empty or {name}.",
        policy.support,
        option="server_name",
    )
