"""``python -m demo``: serve the playground."""

from __future__ import annotations

import argparse
import logging
import sys

import uvicorn

from demo.server import application


def main() -> int:
    """Serve until Ctrl-C; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Serve the playground.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    options = parser.parse_args()
    try:
        app = application()
    except FileNotFoundError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    shown = f"[{options.host}]" if ":" in options.host else options.host
    print(f"The playground is at http://{shown}:{options.port}/ (Ctrl-C ends it)", flush=True)
    uvicorn.run(
        app,
        host=options.host,
        port=options.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
