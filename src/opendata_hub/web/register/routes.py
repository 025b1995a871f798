"""All doors of the register in their order: files and pages, then what officers do."""

from fastapi import FastAPI

from opendata_hub.web.register import api, pages, subject_pages


def add_to(app: FastAPI) -> None:
    """Let the application answer at the addresses of the register."""
    app.include_router(api.router, prefix="/api/v1")
    app.include_router(pages.router)
    app.include_router(subject_pages.router)
