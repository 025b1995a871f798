"""Builds the FastAPI application."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from opendata_hub.bootstrap import Hub
from opendata_hub.store.engine import Watch
from opendata_hub.web import problems
from opendata_hub.web.authorities import api as authorities_api
from opendata_hub.web.authorities import pages as authority_pages
from opendata_hub.web.catalog import (
    datasets_api,
    dcat,
    dumps,
    feeds,
    ocds_api,
    repairs_api,
    rows_api,
    search,
    sparql,
    template_files,
)
from opendata_hub.web.catalog import pages as catalog_pages
from opendata_hub.web.ckan import api as ckan_api
from opendata_hub.web.correspondence import letter_pages, notice_pages
from opendata_hub.web.correspondence import letters_api as sent_letters_api
from opendata_hub.web.filing import api as filing_api
from opendata_hub.web.filing import pages as filing_pages
from opendata_hub.web.gate import Gate
from opendata_hub.web.harvest import api as harvest_api
from opendata_hub.web.kept import KeptPages
from opendata_hub.web.languages import HERE
from opendata_hub.web.people import account, journal, links, provider, sign_in, staff
from opendata_hub.web.protection.arrival import Premises
from opendata_hub.web.protection.bodies import BodyLimit
from opendata_hub.web.protection.headers import SecureHeaders
from opendata_hub.web.protection.rates import Meter
from opendata_hub.web.register import routes as register
from opendata_hub.web.requests import deadlines_api, desk_api, desk_pages, letters_api, requests_api
from opendata_hub.web.requests import pages as request_pages

BODY_LIMIT_BYTES = 262_144
MULTIPART_OVERHEAD_BYTES = 65_536


def create_app(hub: Hub) -> FastAPI:
    """The whole web side of one hub. Bodies are small, but for files at the upload doors."""
    app = FastAPI(
        title="opendata_hub",
        version=version("opendata-hub"),
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.hub = hub
    app.state.watch, app.state.seen = Watch(hub.engine), None
    app.state.kept_pages = KeptPages(app.state.watch)
    app.state.meter = Meter(hub.settings.paces)
    base_url = hub.frame.base_url
    app.add_middleware(
        BodyLimit,
        limit_bytes=BODY_LIMIT_BYTES,
        upload_limit_bytes=hub.settings.upload_limit_bytes + MULTIPART_OVERHEAD_BYTES,
    )
    app.add_middleware(Gate, premises=Premises(base_url, hub.settings.hosts, hub.settings.proxies))
    app.add_middleware(SecureHeaders, base_url=base_url)
    problems.install(app)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for open_to_machines in (
        dumps.router, feeds.router, dcat.router, template_files.router, sparql.router,
        ckan_api.router,
    ):  # fmt: skip
        app.include_router(open_to_machines)
    app.include_router(datasets_api.router, prefix="/api/v1")
    app.include_router(datasets_api.public_router, prefix="/api/v1")
    app.include_router(search.api_router, prefix="/api/v1")
    app.include_router(repairs_api.router, prefix="/api/v1")
    app.include_router(rows_api.router, prefix="/api/v1")
    app.include_router(ocds_api.router, prefix="/api/v1")
    app.include_router(deadlines_api.officers_router, prefix="/api/v1")
    app.include_router(deadlines_api.router, prefix="/api/v1")
    app.include_router(filing_api.router, prefix="/api/v1")
    app.include_router(requests_api.router, prefix="/api/v1")
    app.include_router(letters_api.router, prefix="/api/v1")
    app.include_router(letters_api.page_router)
    app.include_router(journal.router, prefix="/api/v1")
    app.include_router(desk_api.router, prefix="/api/v1")
    app.include_router(journal.page_router)
    app.include_router(sent_letters_api.router, prefix="/api/v1")
    app.include_router(letter_pages.router)
    app.include_router(notice_pages.router)
    app.include_router(desk_pages.router)
    register.add_to(app)
    app.include_router(authorities_api.router, prefix="/api/v1")
    app.include_router(authorities_api.administrators_router, prefix="/api/v1")
    app.include_router(authority_pages.router)
    app.include_router(harvest_api.router, prefix="/api/v1")
    app.include_router(sign_in.router)
    app.include_router(links.router)
    app.include_router(account.router)
    app.include_router(staff.router)
    app.include_router(provider.router)
    app.include_router(filing_pages.router)
    app.include_router(request_pages.router)
    app.include_router(search.page_router)
    app.include_router(catalog_pages.router)
    return app
