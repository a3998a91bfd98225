"""Our spawn page and REST calls, in the place of JupyterHub's."""

from eohub_hub.spawner.pages import SpawnPage
from eohub_hub.spawner.rest import ServerCalls, UserCalls

HANDLERS = (
    (r"/spawn", SpawnPage),
    (r"/spawn/([^/]+)", SpawnPage),
    (r"/spawn/([^/]+)/([^/]+)", SpawnPage),
    (r"/api/users/([^/]+)", UserCalls),
    (r"/api/users/([^/]+)/server", ServerCalls),
    (r"/api/users/([^/]+)/servers/([^/]*)", ServerCalls),
)
