"""What you may do."""

from eohub_hub.access import install_access

install_access(c, admin_groups=settings.admin_groups, services=settings.managed_services)
