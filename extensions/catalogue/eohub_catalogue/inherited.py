"""What an item leaves to its collection to tell: who provides it, under which licence, how it is cited."""

from collections.abc import Mapping

from eohub_catalogue.reading import mapping, sequence

_FIELDS = ("providers", "license", "attribution", "sci:citation", "sci:doi")
_MOST_LINKS = 500
# A link goes with the field that says the same, so that a licence is never shown with the text of another.
_LINKS = {"license": "license", "cite-as": "sci:doi"}


def leaves_out(item: Mapping[str, object]) -> bool:
    """Whether an item does not tell all of it by itself."""
    properties, relations = mapping(item.get("properties")), _relations(item)
    told = {name for name in _FIELDS if properties.get(name)}
    told |= {field for relation, field in _LINKS.items() if relation in relations}
    return not {"providers", "license", "sci:doi"} <= told


def with_collection(item: Mapping[str, object], collection: Mapping[str, object]) -> Mapping[str, object]:
    """The item with what its collection tells of it, wherever it tells nothing itself."""
    properties, relations = mapping(item.get("properties")), _relations(item)
    told = {field for relation, field in _LINKS.items() if relation in relations}
    told |= {name for name in _FIELDS if properties.get(name)}
    added = {name: collection[name] for name in _FIELDS if name not in told and collection.get(name)}
    wanted = [relation for relation, field in _LINKS.items() if field not in told]
    links = [
        link for link in sequence(collection.get("links"))[:_MOST_LINKS] if mapping(link).get("rel") in wanted
    ]
    return {
        **item,
        "properties": {**properties, **added},
        "links": [*sequence(item.get("links"))[:_MOST_LINKS], *links],
    }


def _relations(item: Mapping[str, object]) -> set[str]:
    found = (mapping(link).get("rel") for link in sequence(item.get("links"))[:_MOST_LINKS])
    return {relation for relation in found if isinstance(relation, str)}
