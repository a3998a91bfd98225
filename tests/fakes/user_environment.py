"""A user environment that starts in a blink: a real Python, and a tiny server in place of JupyterLab.

The server answers JupyterHub as a single-user server does, and runs the code that is posted to it in a new
process, as a kernel would. So a test can look around from inside a server that the real spawner started.
"""

import sys
from pathlib import Path

_SERVER = """
import http.server, os, signal, subprocess, sys, time
from urllib.parse import urlsplit

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", os.environ.get("HUB_VERSION", ""))
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self):
        code = self.rfile.read(int(self.headers["Content-Length"])).decode()
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=60)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(done.stdout + done.stderr)

print("listening", flush=True)
def end(*_):
    if os.path.exists(os.path.expanduser("~/slow-stop")):
        time.sleep(4)
    os._exit(0)

signal.signal(signal.SIGTERM, end)
if os.path.exists(os.path.expanduser("~/fail-at-start")):
    sys.exit(3)
if os.path.exists(os.path.expanduser("~/slow-start")):
    time.sleep(4)
url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
http.server.ThreadingHTTPServer((url.hostname, url.port), Handler).serve_forever()
"""


def make_user_environment(folder: Path) -> Path:
    """Make the environment in `folder` on the base of the Python that runs the tests; returns the folder."""
    binaries = folder / "bin"
    binaries.mkdir(parents=True)
    base = Path(sys.base_prefix, "bin")
    python = base / f"python{sys.version_info.major}.{sys.version_info.minor}"
    (binaries / "python").symlink_to(python)
    (folder / "pyvenv.cfg").write_text(f"home = {base}\nversion = {sys.version.split()[0]}\n")
    server = binaries / "jupyterhub-singleuser"
    server.write_text(f"#!{binaries}/python -I\n{_SERVER}")
    server.chmod(0o755)
    return folder
