"""Builds the FastAPI application."""

from functools import partial
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from opendata_hub.bootstrap import Hub
from opendata_hub.store.engine import Watch, snapshot
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
from opendata_hub.web.passage.lagging import LaggingStamp
from opendata_hub.web.passage.methods import Methods
from opendata_hub.web.passage.packed import PackedFiles
from opendata_hub.web.passage.shown import ShownPages
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
ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    dumps.router,
    feeds.router,
    dcat.router,
    template_files.router,
    sparql.router,
    ckan_api.router,
    ckan_dumps.router,
    ckan_addresses.router,
    datasets_api.router,
    datasets_api.public_router,
    uploads_api.router,
    search.api_router,
    repairs_api.router,
    rows_api.router,
    versions.api_router,
    ocds_api.router,
    deadlines_api.officers_router,
    deadlines_api.router,
    filing_api.router,
    requests_api.router,
    letters_api.router,
    letters_api.page_router,
    journal.router,
    desk_api.router,
    files_api.router,
    handed_over.router,
    handed_over.page_router,
    assign.router,
    assign.page_router,
    redact_pages.router,
    file_pages.router,
    journal.page_router,
    sent_letters_api.router,
    letter_pages.router,
    notice_pages.router,
    mail_api.router,
    mail_pages.router,
    calendar_pages.router,
    desk_pages.router,
    register_api.router,
    register_pages.router,
    officer_pages.router,
    subject_pages.router,
    authorities_api.router,
    authorities_api.administrators_router,
    authority_pages.router,
    harvest_api.router,
    source_pages.router,
    sign_in.router,
    links.router,
    account.router,
    staff.router,
    provider.router,
    identities_api.router,
    identities_api.officers_router,
    identity_pages.router,
    own_pages.router,
    before.router,
    paper.router,
    filing_pages.router,
    own_acts.router,
    own_acts.page_router,
    request_pages.router,
    my_data.router,
    draft_pages.router,
    search.page_router,
    home.router,
    followed_feeds.router,
    alert_pages.router,
    row_pages.router,
    row_reports.router,
    versions.router,
    entities.router,
    about.router,
    catalog_pages.router,
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
    is_server = hub.engine.dialect.name == "postgresql"
    lately = LaggingStamp(partial(snapshot, hub.engine)) if is_server else app.state.watch
    app.state.shown_pages = ShownPages(lately)
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
    app.mount("/static", PackedFiles(directory=HERE / "static"), name="static")
    # include_router would analyse every door a second time, half a second at each start
    app.router.routes.extend(door for router in ROUTERS for door in router.routes)
    app.state.methods = Methods(app.routes)
    return app
