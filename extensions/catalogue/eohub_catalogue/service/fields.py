"""The fields extension: which members of an item are asked for, and the item with just these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from eohub_toolkit.errors import Invalid

MOST_FIELDS = 100
LONGEST_FIELD = 500
_MINIMAL = ("type", "stac_version", "id", "geometry", "bbox", "links", "assets", "collection")
_ALWAYS = ("type", "id", "collection")
"""Without these three nobody could tell what was found; the extension allows to send them always."""

_HINT = "Such as id,properties.datetime,-geometry, or {'include': [...], 'exclude': [...]} in JSON."

type _Path = tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """What to keep: the rule with the longest path decides; `otherwise` holds where there is none."""

    rules: Mapping[_Path, bool] = field(default_factory=dict[_Path, bool])
    otherwise: bool = True

    def of(self, item: Mapping[str, object]) -> dict[str, object]:
        """The item with the members that are asked for."""
        return self._picked(item, (), self.otherwise)

    @property
    def links(self) -> bool:
        """Whether links are sent: always, where nobody excludes them, as clients follow them."""
        return self.rules.get(("links",), True)

    def _picked(self, node: Mapping[str, object], path: _Path, inherited: bool) -> dict[str, object]:
        picked: dict[str, object] = {}
        for name, value in node.items():
            mine = (*path, name)
            kept = self.rules.get(mine, inherited)
            if isinstance(value, dict) and self._goes_beyond(mine):
                inner = self._picked(cast("dict[str, object]", value), mine, kept)
                if kept or inner:
                    picked[name] = inner
            elif kept:
                picked[name] = value
        return picked

    def _goes_beyond(self, path: _Path) -> bool:
        return any(len(rule) > len(path) and rule[: len(path)] == path for rule in self.rules)


def fields_of(value: object) -> Fields | None:
    """The fields of a request, as text (GET) or JSON (POST); None where there are none. Raises Invalid."""
    match value:
        case None:
            return None
        case str():
            return _of_text(value)
        case dict():
            return _of_json(cast("dict[str, object]", value))
        case _:
            raise Invalid("fields has to be a text, or an object with include and exclude.", hint=_HINT)


def _of_text(text: str) -> Fields:
    # A plus sign that nobody has encoded arrives as a space.
    names = [name.strip() for name in text.split(",") if name.strip()]
    exclude = [name[1:] for name in names if name.startswith("-")]
    include = [name.removeprefix("+").strip() for name in names if not name.startswith("-")]
    return _fields(include, exclude, minimal=not names)


def _of_json(value: Mapping[str, object]) -> Fields:
    if unknown := sorted(value.keys() - {"include", "exclude"}):
        raise Invalid(f"fields does not know '{unknown[0][:100]}'.", hint=_HINT)
    include, exclude = (_names(name, value.get(name)) for name in ("include", "exclude"))
    # To name what is included, even if it is nothing, is to ask for no more than the minimum.
    return _fields(include, exclude, minimal=not include and ("include" in value or not exclude))


def _names(name: str, value: object) -> list[str]:
    names = [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in cast("list[object]", names)):
        raise Invalid(f"{name} has to be a list of names of fields.", hint=_HINT)
    return cast("list[str]", names)


def _fields(include: Iterable[str], exclude: Iterable[str], *, minimal: bool) -> Fields:
    wanted, unwanted = list(map(_path, include)), list(map(_path, exclude))
    if len(wanted) + len(unwanted) > MOST_FIELDS:
        raise Invalid(f"fields has more than {MOST_FIELDS} entries.")
    if minimal:
        wanted += [(name,) for name in _MINIMAL]
        wanted += [("properties", name) for name in ("datetime", "start_datetime", "end_datetime")]
    otherwise = not wanted
    rules = dict.fromkeys(unwanted, False)
    # What is both included and excluded is included, but the minimum gives way.
    rules |= {path: True for path in wanted if not (minimal and path in rules)}
    return Fields(rules | {(name,): True for name in _ALWAYS}, otherwise)


def _path(name: str) -> _Path:
    if not name or len(name) > LONGEST_FIELD:
        raise Invalid(f"The name of a field has 1 to {LONGEST_FIELD} characters.", hint=_HINT)
    first, _, rest = name.partition(".")
    return (first, *rest.split(".")) if rest else (first,)
