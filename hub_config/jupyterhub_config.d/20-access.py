"""What you may do."""

from eohub_hub.access import install_access

install_access(
    c,
    services=settings.managed_services,
    admin_groups=settings.admin_groups,
    catalogue_groups=settings.catalogue_groups,
)
