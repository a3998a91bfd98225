import pytest
from fakes.pod_extension import ROUTES, Page

from eohub_toolkit.routes import openapi, route


def test_the_document_describes_each_route_once() -> None:
    document = openapi("Test", "/eohub/test", ROUTES)
    paths = ("search", "books/{title}", "covers/{title}", "endless", "readers")
    assert set(document["paths"]) == {f"/eohub/test/{path}" for path in paths}
    assert set(document["paths"]["/eohub/test/books/{title}"]) == {"get", "put", "delete"}
    cover = document["paths"]["/eohub/test/covers/{title}"]["get"]["responses"]["200"]["content"]
    assert cover == {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    post = document["paths"]["/eohub/test/search"]["post"]
    assert post["operationId"] == "search"
    assert post["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Query"
    }
    assert {"Query", "Page", "Problem"} <= set(document["components"]["schemas"])
    get = document["paths"]["/eohub/test/search"]["get"]
    assert [parameter["name"] for parameter in get["parameters"]] == ["words", "marks", "limit"]


def test_a_path_name_must_stand_in_the_path() -> None:
    async def wrong(title: str) -> Page:
        raise AssertionError(title)

    with pytest.raises(TypeError, match="wrong"):
        route("GET", "/books")(wrong)
