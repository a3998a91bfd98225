"""What you may use elsewhere."""

from eohub_hub.login.exchange_calls import install_exchanges

install_exchanges(c, settings.exchanges, audit)
