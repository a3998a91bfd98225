"""Options from a form or from REST to a `Request`, or a refusal that names what is allowed. Never raises."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast

from eohub_profiles.decision import Reason, Refusal, Request, Rule
from eohub_profiles.model import NAME_CHARACTERS, Policy, is_name
from eohub_profiles.wording import kind_of, listed, shown

OPTIONS = ("profile", "environment", "server_name")
REQUIRED_OPTIONS = ("profile", "environment")
REPORTED_UNKNOWN_OPTIONS = 5


def parse_request(raw: object, policy: Policy) -> Request | Refusal:
    """Read the options `profile`, `environment` and, if wanted, `server_name`; nothing else is accepted.

    A value is one text (REST) or a list of one text (a form). The policy gives a refusal its names and
    support contact; whether the names in the request exist is for `resolve`.
    """
    if not isinstance(raw, Mapping):
        return Refusal((_Reasons(policy).not_options(raw),))
    options = cast(Mapping[object, object], raw)
    reasons = tuple(_Reasons(policy).all_of(options))
    if reasons:
        return Refusal(reasons)
    return Request(**{name: _text(options[name]) for name in OPTIONS if name in options})


def _text(value: object) -> str:
    """Return the text of a value that was found to be sound."""
    return cast(list[str], value)[0] if isinstance(value, list) else cast(str, value)


class _Reasons:
    """Says what is wrong with options, in the terms of a policy."""

    def __init__(self, policy: Policy) -> None:
        self.ask = policy.support
        self.allowed = {
            "profile": listed(profile.name for profile in policy.profiles),
            "environment": listed(environment.id for environment in policy.environments),
            "server_name": f"nothing, or 1 to {NAME_CHARACTERS} lowercase letters, digits and hyphens",
        }

    def not_options(self, raw: object) -> Reason:
        sentence = f"The options must be a mapping of names to values, not {kind_of(raw)}."
        return Reason(Rule.MALFORMED_OPTION, sentence, f"Allowed options: {listed(OPTIONS)}.", self.ask)

    def all_of(self, options: Mapping[object, object]) -> Iterator[Reason]:
        unknown = (name for name in options if name not in OPTIONS)
        for name in islice(unknown, REPORTED_UNKNOWN_OPTIONS):
            sentence = f"There is no option {shown(name) if isinstance(name, str) else 'that is not text'}."
            yield Reason(Rule.UNKNOWN_OPTION, sentence, f"Allowed options: {listed(OPTIONS)}.", self.ask)
        for name in OPTIONS:
            if name in options:
                problem = _problem(name, options[name])
                if problem is not None:
                    yield self._reason(Rule.MALFORMED_OPTION, name, f"The option {name} {problem}.")
            elif name in REQUIRED_OPTIONS:
                yield self._reason(Rule.MISSING_OPTION, name, f"The option {name} is missing.")

    def _reason(self, rule: Rule, name: str, sentence: str) -> Reason:
        return Reason(rule, sentence, f"Allowed: {self.allowed[name]}.", self.ask, option=name)


def _problem(name: str, value: object) -> str | None:
    if isinstance(value, list):
        values = cast(list[object], value)
        if len(values) != 1:
            return f"must have exactly one value, not {len(values)}"
        value = values[0]
    if not isinstance(value, str):
        return f"must be text, not {kind_of(value)}"
    if not value:
        return None if name not in REQUIRED_OPTIONS else "is empty"
    if len(value) > NAME_CHARACTERS:
        return f"is longer than {NAME_CHARACTERS} characters"
    if not is_name(value):
        return f"has the value {shown(value)}, which is not a name"
    return None
