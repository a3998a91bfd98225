"""What holds for every test: other people's work on the machine makes none of them fail."""

# Before any test imports eccodes, whose wheel brings another PROJ: after it, the two free memory twice.
import pyproj  # noqa: F401
from hypothesis import HealthCheck, settings

settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("shared machine")
