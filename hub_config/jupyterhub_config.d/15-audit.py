"""What is written down of what people do."""

from eohub_hub.audit.install import install_audit

install_audit(c, audit)
