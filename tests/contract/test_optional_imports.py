"""What is no part of every installation is not needed before it is used, and its absence is a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT_PYARROW = """
import sys
from pathlib import Path
sys.modules["pyarrow"] = None
from eohub_catalogue.server.folder import read_stac
from eohub_catalogue.server.trees import open_tree
for reading in read_stac(open_tree(Path(sys.argv[1])), "items.parquet"):
    print(reading.reason)
"""


def test_a_parquet_file_without_pyarrow_is_named(tmp_path: Path) -> None:
    (tmp_path / "items.parquet").write_bytes(b"PAR1")
    command = [sys.executable, "-c", _WITHOUT_PYARROW, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "Parquet files are read where pyarrow is installed beside JupyterLab.\n"


_WITHOUT = """
import sys
from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import NotReadable
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.reading.opening import reader_of
sys.modules[sys.argv[1]] = None
asset = DataAsset(key="data", href=sys.argv[2])
try:
    open_cube(asset, None, reader_of(asset))
except NotReadable as error:
    print(error.detail, error.hint)
"""


@pytest.mark.parametrize(
    ("package", "file", "kind", "extra"),
    [
        ("eccodes", "a.grib", "grib", "grib"),
        ("pyogrio", "a.gpkg", "vector", "vector"),
        ("pyarrow", "a.parquet", "table", "vector"),
    ],
)
def test_a_kind_of_data_without_its_library_says_how_to_get_it(
    tmp_path: Path, package: str, file: str, kind: str, extra: str
) -> None:
    command = [sys.executable, "-c", _WITHOUT, package, str(tmp_path / file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == (
        f"{kind} needs the Python package {package}, which this server does not have. "
        f'Install it with: pip install "eohub-cubes[{extra}]"\n'
    )
