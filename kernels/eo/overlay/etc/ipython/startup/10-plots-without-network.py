"""Lets HoloViews, and so hvPlot, bring its JavaScript along instead of asking a host on the Internet for it.

There is no setting for it, only an argument of `holoviews.extension`, which hvPlot calls by itself. Panel's
server extension, the other way to have the files from here, works only where the server has no base URL.
The hook waits for the import: holoviews takes seconds, and most notebooks do not begin with it.
"""

from wrapt import when_imported

when_imported("holoviews.ipython")(lambda module: setattr(module.notebook_extension, "inline", True))
del when_imported
