"""What administrators tell everybody."""

from eohub_hub.notices.install import install_notices

install_notices(c, settings.people_database_url, audit)
