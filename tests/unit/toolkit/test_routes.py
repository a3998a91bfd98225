import pytest
from fakes.pod_extension import ROUTES, Page

from eohub_toolkit.routes import openapi, route


def test_the_document_describes_each_route_once() -> None:
    document = openapi("Test", "/eohub/test", ROUTES)
    assert set(document["paths"]) == {"/eohub/test/search", "/eohub/test/books/{title}"}
    post = document["paths"]["/eohub/test/search"]["post"]
    assert post["operationId"] == "search"
    assert post["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Query"
    }
    assert {"Query", "Page", "Problem"} <= set(document["components"]["schemas"])
    get = document["paths"]["/eohub/test/search"]["get"]
    assert [parameter["name"] for parameter in get["parameters"]] == ["words", "limit"]


def test_a_path_name_must_stand_in_the_path() -> None:
    async def wrong(title: str) -> Page:
        raise AssertionError(title)

    with pytest.raises(TypeError, match="wrong"):
        route("GET", "/books")(wrong)
