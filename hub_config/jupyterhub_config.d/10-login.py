"""Who you are."""

from eohub_hub.login import install_login

install_login(c, settings)
