"""What is generated and committed is fresh."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location(
    "openapi_documents", Path(__file__).with_name("openapi_documents.py")
)
assert _spec is not None
assert _spec.loader is not None
openapi_documents = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(openapi_documents)


@pytest.mark.parametrize("name", openapi_documents.DOCUMENTS)
def test_a_committed_openapi_document_is_fresh(name: str) -> None:
    made = openapi_documents.render(openapi_documents.DOCUMENTS[name]())
    assert (ROOT / "extensions" / name).read_text("utf-8") == made, "run: make generate"


@pytest.mark.parametrize("feature", ["catalogue", "storage", "lifetime"])
def test_committed_typescript_types_are_fresh(feature: str, tmp_path: Path) -> None:
    tool = ROOT / "node_modules" / ".bin" / "openapi-typescript"
    if not tool.exists():
        pytest.skip("the JavaScript packages are not installed (make build)")
    node = shutil.which("node")
    assert node is not None
    made = tmp_path / "api.gen.ts"
    source = ROOT / f"extensions/{feature}/openapi/server.json"
    subprocess.run([node, tool.resolve(), source, "--output", made], check=True, capture_output=True)
    assert (ROOT / f"extensions/{feature}/lab/src/api.gen.ts").read_text("utf-8") == made.read_text("utf-8")
