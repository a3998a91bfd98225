"""Options from a form or from REST to a `Request`, or a refusal that names what is allowed. Never raises."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast

from eohub_profiles.decision import Reason, Refusal, Request, Rule
from eohub_profiles.fields import NAME_CHARACTERS, is_name
from eohub_profiles.images import MAXIMUM_REFERENCE_CHARACTERS
from eohub_profiles.model import Policy
from eohub_profiles.reasons import Reasons
from eohub_profiles.wording import kind_of, listed, shown

OPTIONS = ("profile", "environment", "size", "image", "mounts", "server_name")
REQUIRED_OPTIONS = ("profile", "environment")
REPORTED_UNKNOWN_OPTIONS = 5
MAXIMUM_MOUNTS = 20


def parse_request(raw: object, policy: Policy) -> Request | Refusal:
    """Read the options of `OPTIONS`, of which profile and environment are required; nothing else is accepted.

    A value is one text (REST) or a list of one text (a form), and for `mounts` a list of names. The policy
    gives a refusal its names and support contact; whether the names in a sound request exist is for
    `resolve`.
    """
    if not isinstance(raw, Mapping):
        sentence = f"The options must be a mapping of names to values, not {kind_of(raw)}."
        change = f"Allowed options: {listed(OPTIONS)}."
        return Refusal((Reasons(policy).reason(Rule.MALFORMED_OPTION, None, sentence, change),))
    reader = _Reader(cast(Mapping[object, object], raw), policy)
    reasons = tuple(reader.reasons())
    return Refusal(reasons) if reasons else reader.request()


class _Reader:
    """Reads the options of one request and says all that is wrong with them, in the terms of a policy."""

    def __init__(self, options: Mapping[object, object], policy: Policy) -> None:
        self._options = options
        self._policy = policy
        self._say = Reasons(policy)
        self._problems = {name: _problem(name, options[name]) for name in OPTIONS if name in options}

    def request(self) -> Request:
        """Return the request of options that were found to be sound."""
        texts = {name: self._text(name) for name in OPTIONS if name != "mounts"}
        return Request(**texts, mounts=self._names())

    def reasons(self) -> Iterator[Reason]:
        wrong = [*self._unknown(), *self._unsound()]
        yield from wrong
        # A request that is refused anyway is told of its unknown names as well, all at once.
        if wrong:
            yield from self._unknown_names()

    def _unknown(self) -> Iterator[Reason]:
        unknown = (name for name in self._options if name not in OPTIONS)
        for name in islice(unknown, REPORTED_UNKNOWN_OPTIONS):
            sentence = f"There is no option {shown(name) if isinstance(name, str) else 'that is not text'}."
            change = f"Allowed options: {listed(OPTIONS)}."
            yield self._say.reason(Rule.UNKNOWN_OPTION, None, sentence, change)

    def _unsound(self) -> Iterator[Reason]:
        for name in OPTIONS:
            problem = self._problems.get(name)
            if problem is not None:
                yield self._reason(Rule.MALFORMED_OPTION, name, f"The option {name} {problem}.")
            elif name in REQUIRED_OPTIONS and name not in self._options:
                yield self._reason(Rule.MISSING_OPTION, name, f"The option {name} is missing.")

    def _unknown_names(self) -> Iterator[Reason]:
        policy = self._policy
        name, environment, size = (self._text(each) for each in ("profile", "environment", "size"))
        profile = policy.profile(name)
        if name and profile is None:
            yield self._say.unknown_profile(name, [each.name for each in policy.profiles])
        if environment and policy.environment(environment) is None:
            yield self._say.unknown_environment(environment)
        if size and profile is not None and profile.amount(size) is None:
            yield self._say.unknown_size(size, profile)

    def _reason(self, rule: Rule, name: str, sentence: str) -> Reason:
        return self._say.reason(rule, name, sentence, f"Allowed: {self._allowed(name)}.")

    def _allowed(self, name: str) -> str:
        policy = self._policy
        match name:
            case "profile":
                return listed(profile.name for profile in policy.profiles)
            case "environment":
                return listed(environment.id for environment in policy.environments)
            case "size":
                return "nothing, or the name of one of the profile's sizes"
            case "image":
                return "nothing" if policy.images is None else f"nothing, or {listed(policy.images.allowed)}"
            case "mounts":
                return (
                    f"a list of at most {MAXIMUM_MOUNTS} of {listed(mount.name for mount in policy.mounts)}"
                )
            case _:
                return f"nothing, or 1 to {NAME_CHARACTERS} lowercase letters, digits and hyphens"

    def _text(self, name: str) -> str:
        """Return the text of a sound value, nothing for any other."""
        if self._problems.get(name, "is missing") is not None:
            return ""
        value = self._options[name]
        return cast(list[str], value)[0] if isinstance(value, list) else cast(str, value)

    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cast(list[str], self._options.get("mounts", []))))


def _problem(name: str, value: object) -> str | None:
    if name == "mounts":
        return _problem_of_names(value)
    if isinstance(value, list):
        values = cast(list[object], value)
        if len(values) != 1:
            return f"must have exactly one value, not {len(values)}"
        value = values[0]
    if not isinstance(value, str):
        return f"must be text, not {kind_of(value)}"
    if not value:
        return None if name not in REQUIRED_OPTIONS else "is empty"
    return _problem_of_image(value) if name == "image" else _problem_of_name(value)


def _problem_of_names(value: object) -> str | None:
    if not isinstance(value, list):
        return f"must be a list of names, not {kind_of(value)}"
    values = cast(list[object], value)
    if len(values) > MAXIMUM_MOUNTS:
        return f"has {len(values)} names"
    for each in values:
        if not isinstance(each, str):
            return f"must be a list of names, not of {kind_of(each)}"
        problem = _problem_of_name(each)
        if problem is not None:
            return problem
    return None


def _problem_of_name(text: str) -> str | None:
    if len(text) > NAME_CHARACTERS:
        return f"is longer than {NAME_CHARACTERS} characters"
    if not is_name(text):
        return f"has the value {shown(text)}, which is not a name"
    return None


def _problem_of_image(text: str) -> str | None:
    if len(text) > MAXIMUM_REFERENCE_CHARACTERS:
        return f"is longer than {MAXIMUM_REFERENCE_CHARACTERS} characters"
    if not text.isascii() or not text.isprintable() or " " in text:
        return f"has the value {shown(text)}, which is no image"
    return None
