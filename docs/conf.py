"""Sphinx configuration: MyST pages by reader, the PyData theme, nothing fetched from outside."""

project = "EOHub"
author = "EOHub contributors"
copyright = "2026, EOHub contributors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = "EOHub"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": True, "show_prev_next": False}
