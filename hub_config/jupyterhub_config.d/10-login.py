"""Who you are."""

from eohub_hub.login.authenticator import install_login

install_login(c, settings)
