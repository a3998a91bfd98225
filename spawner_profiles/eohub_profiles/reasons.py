"""Every sentence that refuses something, each said in one place, so that form, REST and terminal agree."""

from collections.abc import Iterable, Iterator, Sequence

from eohub_profiles.decision import Place, Reason, Request, Rule, Subject, Usage
from eohub_profiles.images import ImageReference, parse_image, parse_pattern
from eohub_profiles.model import Amount, Environment, ForGroups, Images, Mount, Policy, Profile, Tier
from eohub_profiles.mounts import planned
from eohub_profiles.wording import did_you_mean, listed, shown


class Reasons:
    """Says what is wrong with a request, in the terms of a policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def reason(self, rule: Rule, option: str | None, sentence: str, change: str) -> Reason:
        """A reason that ends with whom to ask."""
        return Reason(rule, sentence, change, self._policy.support, option)

    def unknown_profile(self, name: str, known: Sequence[str]) -> Reason:
        """No profile has this name; `known` are those that the person may start."""
        return self._unknown(Rule.UNKNOWN_PROFILE, "profile", name, known)

    def unknown_environment(self, name: str) -> Reason:
        """No environment has this id."""
        known = [environment.id for environment in self._policy.environments]
        return self._unknown(Rule.UNKNOWN_ENVIRONMENT, "environment", name, known)

    def unknown_size(self, name: str, profile: Profile) -> Reason:
        """The profile has no further size of this name."""
        sizes = [size.name for size in profile.sizes]
        sentence = f"{profile.title} has no size {shown(name)}{did_you_mean(name, sizes) or '.'}"
        change = (
            f"Allowed: {listed(sizes)}, or no size." if sizes else "Allowed: no size, it has only its own."
        )
        return self.reason(Rule.UNKNOWN_SIZE, "size", sentence, change)

    def unknown_mount(self, name: str) -> Reason:
        """No mount has this name."""
        known = [mount.name for mount in self._policy.mounts]
        return self._unknown(Rule.UNKNOWN_MOUNT, "mounts", name, known, "data")

    def of_groups(
        self, thing: ForGroups, title: str, option: str, subject: Subject, instead: str
    ) -> Iterator[Reason]:
        """The person is in none of the groups that may use it."""
        if thing.is_open_to(subject.groups):
            return
        one = len(thing.groups) == 1
        yield self.reason(
            Rule.GROUP,
            option,
            f"{title} needs {'the group' if one else 'one of the groups'} {listed(thing.groups)}.",
            f"Become a member of {'it' if one else 'one of them'}, or {instead}.",
        )

    def of_tier(self, profile: Profile, tier: Tier) -> Iterator[Reason]:
        """The person's tier does not have the profile."""
        if tier.profiles is None or profile.name in tier.profiles:
            return
        others = (
            each for each in self._policy.tiers if each.profiles is None or profile.name in each.profiles
        )
        groups = dict.fromkeys(group for each in others for group in each.groups)
        which = next(iter(groups)) if len(groups) == 1 else f"one of {listed(groups)}"
        change = f"Become a member of {which}, or choose" if groups else "Choose"
        yield self.reason(
            Rule.TIER,
            "profile",
            f"{profile.title} is not part of {tier.title}, which is what you have.",
            f"{change} another profile.",
        )

    def of_profile(self, profile: Profile, subject: Subject, tier: Tier) -> Iterator[Reason]:
        """The person may not start the profile."""
        yield from self.of_groups(profile, profile.title, "profile", subject, "choose another profile")
        yield from self.of_tier(profile, tier)

    def of_environment(self, environment: Environment, subject: Subject, place: Place) -> Iterator[Reason]:
        """The person may not use the environment, or it cannot be used at the place."""
        yield from self.of_groups(
            environment, environment.title, "environment", subject, "choose another environment"
        )
        obstacle = place.environment(environment.id).obstacle
        if obstacle:
            sentence = f"{environment.title} cannot be used here now. {obstacle}"
            yield self.reason(Rule.NOT_HERE, "environment", sentence, "Choose another environment.")

    def of_pair(self, profile: Profile, environment: Environment) -> Iterator[Reason]:
        """The profile is not offered with the environment."""
        if profile.environments is None or environment.id in profile.environments:
            return
        yield self.reason(
            Rule.ENVIRONMENT,
            "environment",
            f"{profile.title} cannot be started with {environment.title}.",
            f"Allowed: {listed(profile.environments)}.",
        )

    def of_place(self, amount: Amount, image: str, place: Place) -> Iterator[Reason]:
        """What was chosen needs something that the place has not."""
        if amount.gpu is not None and not place.has_gpus:
            yield self.reason(
                Rule.NOT_HERE,
                "profile",
                f"{amount.title} needs a GPU, and this machine has none to give.",
                "Choose a profile without a GPU.",
            )
        if image and not place.runs_images:
            yield self.reason(
                Rule.NOT_HERE,
                "image",
                "This machine runs no container images.",
                "Leave the image empty to use the environment.",
            )

    def of_image(self, text: str, subject: Subject) -> Iterator[Reason]:
        """The image is no reference, or none that the person may name."""
        if not text:
            return
        images = self._policy.images
        if images is None:
            sentence = "Images of your own are not allowed here."
            yield self.reason(Rule.IMAGE, "image", sentence, "Leave the image empty.")
            return
        yield from self.of_groups(images, "An image of your own", "image", subject, "leave the image empty")
        try:
            reference = parse_image(text)
        except ValueError as error:
            yield self.reason(
                Rule.MALFORMED_OPTION, "image", f"The image {error}.", self._allowed_images(images)
            )
        else:
            yield from self._of_reference(reference, images)

    def of_mount(self, mount: Mount, subject: Subject, place: Place) -> Iterator[Reason]:
        """The person may not use the mount, their name cannot stand in its prefix, or nothing is mounted."""
        if not place.shows_data_as_files:
            sentence = f"{mount.title} cannot be shown as files here; its objects are reachable by S3."
            yield self.reason(Rule.NOT_HERE, "mounts", sentence, "Leave it out.")
        yield from self.of_groups(mount, mount.title, "mounts", subject, "leave it out")
        try:
            tuple(planned(mount, subject))
        except ValueError:
            yield self.reason(
                Rule.MOUNT,
                "mounts",
                f"{mount.title} has a folder for each person, and your user name cannot be one.",
                "Leave it out.",
            )

    def of_servers(self, usage: Usage, request: Request, tier: Tier) -> Iterator[Reason]:
        """The person runs as many other servers as their tier allows."""
        yield from self.of_count(usage.running_servers - {request.server_name}, tier)

    def of_count(self, others: Iterable[str], tier: Tier) -> Iterator[Reason]:
        """The person runs as many servers as their tier allows."""
        names = sorted(others)
        limit = tier.servers_per_user
        if len(names) < limit:
            return
        running = listed(name or "the default server" for name in names)
        yield self.reason(
            Rule.SERVERS_PER_USER,
            None,
            f"You run {len(names)} of at most {limit} server{'' if limit == 1 else 's'}: {running}.",
            "Stop one of them first.",
        )

    def _of_reference(self, reference: ImageReference, images: Images) -> Iterator[Reason]:
        if not any(parse_pattern(text).allows(reference) for text in images.allowed):
            yield self.reason(
                Rule.IMAGE,
                "image",
                f"The image {shown(str(reference))} is none that is allowed.",
                self._allowed_images(images),
            )
        elif images.digest == "required" and reference.digest is None:
            yield self.reason(
                Rule.IMAGE,
                "image",
                f"The image {shown(str(reference))} has no digest, and a tag may be moved.",
                "Add the digest: @sha256: and 64 digits.",
            )

    def _allowed_images(self, images: Images) -> str:
        return f"Allowed: {listed(images.allowed)}."

    def _unknown(
        self, rule: Rule, option: str, name: str, known: Sequence[str], what: str | None = None
    ) -> Reason:
        hint = did_you_mean(name, known)
        return self.reason(
            rule,
            option,
            f"There is no {what or option} {shown(name)}{hint or '.'}",
            f"Allowed: {listed(known)}.",
        )
