"""The page of an item and its picture, by a real Jupyter server, from the web and from files."""

import http.server
import json
import secrets
import threading
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
from fakes.jupyter_pod import jupyter_server
from fakes.quicklooks import image_file, opened
from fakes.stac_documents import cube_item
from fakes.stac_service import catalogue_service

from eohub_catalogue.ports import Picture

TOKEN = secrets.token_hex(16)
KEY = "wJalrXUtnFEMI-this-is-a-key"
FILES = {
    "/t.png": ("image/png", image_file(size=(900, 600))),
    "/page.png": ("image/png", b"<html>log in</html>"),
    "/draw.png": ("image/png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
}


class Files(http.server.BaseHTTPRequestHandler):
    """Gives the files and counts who was asked for."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        self.asked[self.path] += 1
        kind, body = FILES.get(path, ("text/plain", b""))
        self.send_response(200 if path in FILES else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Pod:
    """A running server."""

    url: str
    log: Path

    def post(self, path: str, body: object) -> httpx2.Response:
        headers = {"Authorization": f"token {TOKEN}"}
        return httpx2.post(f"{self.url}eohub/catalogue/{path}", headers=headers, json=body, timeout=60)

    def picture(self, item: str, asset: str = "t", catalogue: str = "web") -> httpx2.Response:
        key = {"catalogue": catalogue, "collection": "scenes", "item": item, "asset": asset}
        headers = {"Authorization": f"token {TOKEN}"}
        return httpx2.get(f"{self.url}eohub/catalogue/quicklook", headers=headers, params=key, timeout=60)


def scene(name: str, href: str) -> dict[str, Any]:
    asset = {"href": href, "type": "image/png", "roles": ["thumbnail"]}
    properties = {"datetime": "2020-01-01T00:00:00Z", "eo:cloud_cover": 12.5, "sci:doi": "10.5285/A1B"}
    return cube_item(id=name, collection="scenes", assets={"t": asset}, properties=properties)


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Generator[Pod]:
    folder = tmp_path_factory.mktemp("pod")
    shelf = folder / "home" / "shelf"
    shelf.mkdir(parents=True)
    (shelf / "t.png").write_bytes(image_file())
    (folder / "home" / "secret.png").write_bytes(image_file())
    (shelf / "near.json").write_text(json.dumps(scene("near", "./t.png")), "utf-8")
    (shelf / "out.json").write_text(json.dumps(scene("out", "../secret.png")), "utf-8")
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as files,
        catalogue_service(folder) as service,
    ):
        thread = threading.Thread(target=files.serve_forever)
        thread.start()
        host = f"http://localhost:{files.server_address[1]}"
        scenes = [
            scene("good", f"{host}/t.png"),
            scene("signed", f"{host}/t.png?sig={KEY}"),
            scene("page", f"{host}/page.png"),
            scene("draw", f"{host}/draw.png"),
            scene("gone", f"{host}/gone.png"),
            scene("inside", f"http://127.0.0.1:{files.server_address[1]}/t.png?inside"),
        ]
        stored = folder / "scenes.ndjson"
        stored.write_text("\n".join(json.dumps(each) for each in scenes), "utf-8")
        assert service.store(stored).returncode == 0
        catalogues = [
            {"id": "web", "title": "Web", "url": service.root},
            {"id": "shelf", "title": "Shelf", "path": "shelf", "kind": "folder"},
        ]
        settings = {
            "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues),
            "EOHUB_CATALOGUE_SERVER_ALLOWED_HOSTS": '["localhost"]',
        }
        try:
            with jupyter_server(folder, settings, TOKEN) as (url, log):
                yield Pod(url, log)
        finally:
            files.shutdown()
            thread.join()


def test_a_row_names_its_picture_and_the_picture_is_small_and_kept_by_the_browser(pod: Pod) -> None:
    rows = pod.post("search", {"catalogue": "web", "ids": ["good"]}).json()["items"]
    assert [(row["id"], row["quicklook"]) for row in rows] == [("good", "t")]
    answer = pod.picture("good", rows[0]["quicklook"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert "private" in answer.headers["cache-control"]
    assert opened(Picture(answer.content, "image/webp")).size == (512, 341)
    pod.picture("good")
    assert Files.asked["/t.png"] == 1


@pytest.mark.parametrize(("item", "status"), [("page", 404), ("draw", 404), ("gone", 404), ("missing", 404)])
def test_what_is_no_picture_is_said_and_nothing_of_it_is_passed_on(pod: Pod, item: str, status: int) -> None:
    answer = pod.picture(item)
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")
    assert b"svg" not in answer.content


def test_a_picture_does_not_lead_into_the_network_of_the_site(pod: Pod) -> None:
    answer = pod.picture("inside")
    assert (answer.status_code, answer.json()["code"]) == (403, "address_refused")
    assert Files.asked["/t.png?inside"] == 0


def test_a_picture_beside_its_item_is_read_and_none_outside_of_the_folder(pod: Pod) -> None:
    rows = pod.post("search", {"catalogue": "shelf"}).json()["items"]
    assert sorted(row["id"] for row in rows) == ["near", "out"]
    assert pod.picture("near", catalogue="shelf").status_code == 200
    assert pod.picture("out", catalogue="shelf").status_code == 404


def test_the_page_of_an_item_tells_all_but_the_key(pod: Pod) -> None:
    answer = pod.post("item", {"catalogue": "web", "collection": "scenes", "item": "signed"})
    assert answer.status_code == 200
    assert KEY not in answer.text
    page = answer.json()
    assert page["doi"] == "https://doi.org/10.5285/A1B"
    (asset,) = page["assets"]
    assert asset["href"].endswith("/t.png")
    assert (asset["openable"], asset["picture"]) == (False, True)
    fields = {
        field["label"]: (field["value"], field["unit"])
        for part in page["sections"]
        for field in part["fields"]
    }
    assert fields["Cloud cover"] == ("12.5", "%")
    assert pod.picture("signed").status_code == 200
    assert KEY not in pod.log.read_text("utf-8")


def test_a_search_is_given_as_code(pod: Pod) -> None:
    web = {"catalogue": "web", "collections": ["scenes"], "start": "2020-01-01"}
    answer = pod.post("search-code", {"searches": [web, {"catalogue": "shelf"}, {"catalogue": "web"}]}).json()
    assert 'collections=["scenes"]' in answer["cells"][0]
    assert (len(answer["cells"]), len(answer["refusals"])) == (3, 1)
    refused = pod.post("search-code", {"searches": [{"catalogue": "shelf"}]})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_to_open")
