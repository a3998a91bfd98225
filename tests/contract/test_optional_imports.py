"""What is no part of every installation is not needed before it is used, and its absence is a sentence."""

import subprocess
import sys
from pathlib import Path

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
