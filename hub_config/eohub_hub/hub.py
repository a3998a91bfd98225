"""What the hub itself is told anywhere: cookies, log, limits, and what a restart leaves running."""

from typing import Any

from eohub_hub.hub_log import HubLogFormatter
from eohub_hub.settings import HubSettings

_COOKIE_DAYS = 7


def install_hub(c: Any, settings: HubSettings) -> None:
    """Set what does not depend on where the hub runs."""
    c.JupyterHub.public_url = f"{settings.public_url}/"
    c.JupyterHub.cookie_max_age_days = _COOKIE_DAYS
    # Lax: the browser still brings the cookie along when it comes back from the identity provider.
    c.JupyterHub.tornado_settings = {**_tornado_settings(c), "cookie_options": {"SameSite": "Lax"}}
    formatter = f"{HubLogFormatter.__module__}.{HubLogFormatter.__qualname__}"
    # JupyterHub's and Tornado's loggers all end in this one formatter.
    c.JupyterHub.logging_config = {"formatters": {"console": {"class": formatter}}}
    c.JupyterHub.concurrent_spawn_limit = settings.concurrent_spawns
    # People keep working while the hub restarts; it finds their servers again by the spawners' state.
    c.JupyterHub.cleanup_servers = False
    if settings.public_url.startswith("https://"):
        c.JupyterHub.cookie_host_prefix_enabled = True


def _tornado_settings(c: Any) -> dict[str, Any]:
    return dict(c.JupyterHub.tornado_settings) if "tornado_settings" in c.JupyterHub else {}
