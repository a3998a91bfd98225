"""Which group of a store or file is looked at."""

from collections.abc import Collection

from eohub_cubes.errors import DataMissing
from eohub_cubes.wording import listed

_MOST_DIGITS = 18


def group_shown(wanted: str, holding: Collection[str], known: bool, where: str) -> tuple[str, list[str]]:
    """The group that is asked for, or the first below it that holds variables, with a note that says so.

    `holding` are the groups with variables, "" for the root; `known` tells whether there is such a group at
    all. Raises DataMissing where there is not.
    """
    ordered = sorted(holding, key=_natural)
    if not known:
        names = listed([each or "/" for each in ordered], 20)
        raise DataMissing(f"{where} has no group {wanted}.", hint=f"It has {names or 'none with variables'}.")
    if wanted in holding:
        return wanted, []
    below = [each for each in ordered if each.startswith(f"{wanted}/" if wanted else "")]
    if not below:
        return wanted, ["There are no variables in it."]
    own = wanted or "The root"
    return below[0], [f"{own} holds groups and no variables of its own: its group {below[0]} is shown."]


def _natural(path: str) -> list[tuple[bool, int, str]]:
    """Order in which `2` comes before `10`, and numbers before words."""
    return [(not _is_number(part), int(part) if _is_number(part) else 0, part) for part in path.split("/")]


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) <= _MOST_DIGITS
