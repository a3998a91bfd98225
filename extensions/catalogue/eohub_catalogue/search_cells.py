"""A search over several catalogues as notebook cells, each with a result of its own, then all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import CatalogueSource, SearchCode, SearchQuery
from eohub_catalogue.naming import distinct, slug_of
from eohub_catalogue.search_code import search_code_of
from eohub_toolkit.errors import EohubError


@dataclass(frozen=True)
class Part:
    """The search in one catalogue, an API with `facts`, or what hindered learning them."""

    query: SearchQuery
    source: CatalogueSource
    facts: Facts | EohubError | None = None

    def cell(self, result: str) -> str:
        """Its cell; raises why there is none."""
        if isinstance(self.facts, EohubError):
            raise self.facts
        return search_code_of(self.query, self.source, self.facts, result)


def cells_of(parts: Sequence[Part]) -> SearchCode:
    """The cells of those catalogues that can have one; raises why the first has none where all have none."""
    cells: dict[str, str] = {}
    refusals: list[EohubError] = []
    for part, result in zip(parts, result_names([part.source.title for part in parts]), strict=True):
        try:
            cells[result] = part.cell(result)
        except EohubError as error:
            refusals.append(error)
    if not cells:
        raise refusals[0]
    return SearchCode(
        cells=(*cells.values(), *([_together(list(cells))] if len(cells) > 1 else ())),
        refusals=tuple(f"{each.detail} {each.hint or ''}".strip() for each in refusals),
    )


def result_names(titles: Sequence[str]) -> list[str]:
    """`items`, or where there are several a Python name for each, after its catalogue's title."""
    if len(titles) == 1:
        return ["items"]
    slugs: list[str] = []
    for title in titles:
        slugs.append(distinct(slug_of(title), slugs))
    return [f"items_{slug.replace('-', '_')}" for slug in slugs]


def _together(results: Sequence[str]) -> str:
    found = ", ".join(f"*{each}" for each in results)
    return (
        f"found = [{found}]\n"
        "# What several catalogues have is there once.\n"
        "items = list({(item.collection_id, item.id): item for item in found}.values())\n"
        "items"
    )
