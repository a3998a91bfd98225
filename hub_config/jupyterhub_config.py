"""JupyterHub reads this file: it turns settings into configuration, part by part."""

import os
from pathlib import Path

from eohub_hub.audit.install import open_audit
from eohub_hub.settings import HubSettings, load_parts
from eohub_toolkit.settings import load

settings = load(HubSettings, os.environ)
parts = Path(__file__).parent / "jupyterhub_config.d"
load_parts(get_config(), settings, parts, audit=open_audit(settings))
