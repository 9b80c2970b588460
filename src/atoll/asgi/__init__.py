"""HTTP handlers in isolates as an ASGI application.

::

    from atoll.asgi import App, modules_beside

    app = App("handler.js", isolates=2)  # uvicorn module:app

where ``handler.js`` calls ``serve({ fetch(request) { … } })``, or is a module with an
``export default { fetch(request, env, ctx) { … } }``. ``atoll serve handler.js`` does the same.
"""

from __future__ import annotations

from atoll.asgi._app import App, modules_beside
from atoll.asgi._connection import RuntimeApp
from atoll.asgi._workers import WorkersStatistics

__all__ = ["App", "RuntimeApp", "WorkersStatistics", "modules_beside"]
