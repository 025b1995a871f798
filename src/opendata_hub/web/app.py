"""Builds the FastAPI application."""

from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from opendata_hub.bootstrap import Hub
from opendata_hub.store.engine import Watch
from opendata_hub.web import problems
from opendata_hub.web.alerts import feeds as followed_feeds
from opendata_hub.web.alerts import pages as alert_pages
from opendata_hub.web.answers import file_pages, files_api, handed_over, redact_pages
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
from opendata_hub.web.ckan import addresses as ckan_addresses
from opendata_hub.web.ckan import api as ckan_api
from opendata_hub.web.ckan import dumps as ckan_dumps
from opendata_hub.web.correspondence import (
    calendar_pages,
    letter_pages,
    mail_api,
    mail_pages,
    notice_pages,
)
from opendata_hub.web.correspondence import letters_api as sent_letters_api
from opendata_hub.web.doors import API
from opendata_hub.web.filing import api as filing_api
from opendata_hub.web.filing import before, paper
from opendata_hub.web.filing import pages as filing_pages
from opendata_hub.web.gate import Gate
from opendata_hub.web.harvest import api as harvest_api
from opendata_hub.web.harvest import source_pages
from opendata_hub.web.identities import api as identities_api
from opendata_hub.web.identities import own_pages
from opendata_hub.web.identities import pages as identity_pages
from opendata_hub.web.kept import KeptPages
from opendata_hub.web.languages import HERE
from opendata_hub.web.operations import health
from opendata_hub.web.operations.description import Described
from opendata_hub.web.passage.methods import Methods
from opendata_hub.web.passage.tally import Tally
from opendata_hub.web.passage.trace import Trace
from opendata_hub.web.people import account, journal, links, provider, sign_in, staff
from opendata_hub.web.portal import about, entities, home, row_reports, versions
from opendata_hub.web.portal import rows as row_pages
from opendata_hub.web.protection.arrival import Premises
from opendata_hub.web.protection.bodies import BodyLimit
from opendata_hub.web.protection.headers import SecureHeaders
from opendata_hub.web.protection.rates import Meter
from opendata_hub.web.publishing import draft_pages, my_data, uploads_api
from opendata_hub.web.register import api as register_api
from opendata_hub.web.register import officer_pages, subject_pages
from opendata_hub.web.register import pages as register_pages
from opendata_hub.web.requests import (
    assign,
    deadlines_api,
    desk_api,
    desk_pages,
    letters_api,
    own_acts,
    requests_api,
)
from opendata_hub.web.requests import pages as request_pages

BODY_LIMIT_BYTES = 262_144
MULTIPART_OVERHEAD_BYTES = 65_536
AT_ROOT = ""
ROUTERS: tuple[tuple[str, APIRouter], ...] = (
    (AT_ROOT, health.router),
    (AT_ROOT, dumps.router),
    (AT_ROOT, feeds.router),
    (AT_ROOT, dcat.router),
    (AT_ROOT, template_files.router),
    (AT_ROOT, sparql.router),
    (AT_ROOT, ckan_api.router),
    (AT_ROOT, ckan_dumps.router),
    (AT_ROOT, ckan_addresses.router),
    (API, datasets_api.router),
    (API, datasets_api.public_router),
    (API, uploads_api.router),
    (API, search.api_router),
    (API, repairs_api.router),
    (API, rows_api.router),
    (API, versions.api_router),
    (API, ocds_api.router),
    (API, deadlines_api.officers_router),
    (API, deadlines_api.router),
    (API, filing_api.router),
    (API, requests_api.router),
    (API, letters_api.router),
    (AT_ROOT, letters_api.page_router),
    (API, journal.router),
    (API, desk_api.router),
    (API, files_api.router),
    (API, handed_over.router),
    (AT_ROOT, handed_over.page_router),
    (API, assign.router),
    (AT_ROOT, assign.page_router),
    (AT_ROOT, redact_pages.router),
    (AT_ROOT, file_pages.router),
    (AT_ROOT, journal.page_router),
    (API, sent_letters_api.router),
    (AT_ROOT, letter_pages.router),
    (AT_ROOT, notice_pages.router),
    (API, mail_api.router),
    (AT_ROOT, mail_pages.router),
    (AT_ROOT, calendar_pages.router),
    (AT_ROOT, desk_pages.router),
    (API, register_api.router),
    (AT_ROOT, register_pages.router),
    (AT_ROOT, officer_pages.router),
    (AT_ROOT, subject_pages.router),
    (API, authorities_api.router),
    (API, authorities_api.administrators_router),
    (AT_ROOT, authority_pages.router),
    (API, harvest_api.router),
    (AT_ROOT, source_pages.router),
    (AT_ROOT, sign_in.router),
    (AT_ROOT, links.router),
    (AT_ROOT, account.router),
    (AT_ROOT, staff.router),
    (AT_ROOT, provider.router),
    (API, identities_api.router),
    (API, identities_api.officers_router),
    (AT_ROOT, identity_pages.router),
    (AT_ROOT, own_pages.router),
    (AT_ROOT, before.router),
    (AT_ROOT, paper.router),
    (AT_ROOT, filing_pages.router),
    (API, own_acts.router),
    (AT_ROOT, own_acts.page_router),
    (AT_ROOT, request_pages.router),
    (AT_ROOT, my_data.router),
    (AT_ROOT, draft_pages.router),
    (AT_ROOT, search.page_router),
    (AT_ROOT, home.router),
    (AT_ROOT, followed_feeds.router),
    (AT_ROOT, alert_pages.router),
    (AT_ROOT, row_pages.router),
    (AT_ROOT, row_reports.router),
    (AT_ROOT, versions.router),
    (AT_ROOT, entities.router),
    (AT_ROOT, about.router),
    (AT_ROOT, catalog_pages.router),
)
"""Every door, in the order in which an address is looked for."""


def create_app(hub: Hub) -> FastAPI:
    """The whole web side of one hub. Bodies are small, but for files at the upload doors."""
    app = Described(
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
    app.add_middleware(Tally)
    app.add_middleware(Trace)
    problems.install(app)
    home.install(app)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for prefix, router in ROUTERS:
        app.include_router(router, prefix=prefix)
    app.state.methods = Methods(app.routes)
    return app
