"""The bare framework: a form is taken and answered with a page of the desk's size, with and without one durable row."""

from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path
from typing import Annotated, Final

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse

#: about what the desk sends back after a filing, with its headers
_PAGE: Final = "<!doctype html><title>filed</title>" + "<p>已填报。</p>" * 300


def create(file: Path) -> FastAPI:
    """``POST /bare`` answers at once; ``POST /row`` commits one row to SQLite (WAL, FULL) before."""
    app = FastAPI(openapi_url=None)
    local, writing = threading.local(), threading.Lock()
    with sqlite3.connect(file) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE IF NOT EXISTS filed (progress TEXT, percent TEXT)")

    def connection() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(file, isolation_level=None, timeout=30)
            local.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = local.connection
        return found

    @app.post("/bare")
    def bare(progress: Annotated[str, Form()], percent: Annotated[str, Form()]) -> HTMLResponse:
        return HTMLResponse(_PAGE if progress and percent else "")

    @app.post("/row")
    def row(progress: Annotated[str, Form()], percent: Annotated[str, Form()]) -> HTMLResponse:
        with writing:  # one writer at a time, in turn: SQLite's own waiting is not fair
            connection().execute("INSERT INTO filed VALUES (?, ?)", (progress, percent))
        return HTMLResponse(_PAGE)

    return app


if __name__ == "__main__":
    uvicorn.run(create(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_config=None, access_log=False)
