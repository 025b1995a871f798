"""Sources as tests need them: fictional datasets in each dialect, served on loopback."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

import build
from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.flows.harvest.run import House, harvest
from opendata_hub.store.harvest import quarantine, records, runs, sources

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix adms: <http://www.w3.org/ns/adms#> .
"""


def turtle(
    name, title=None, *, iri="", licence="http://opendatacommons.org/licenses/odbl/", more=""
):
    """A dataset as many portals tell it: texts without a language, codes as words."""
    me = iri or f"http://ville.example/dataset/{name}"
    return f"""
<http://ville.example/catalog> dcat:dataset <{me}> .
<{me}> a dcat:Dataset ;
  dct:title "{title or f"Jeu {name}"}" ; dct:description "Tout sur {name}" ;
  dcat:keyword "eau", "ville" ; dct:publisher [ foaf:name "Ville Fictive" ] ;
  dct:accrualPeriodicity "annual" ;
  dcat:distribution [ a dcat:Distribution ; dct:format "CSV" ; dcat:mediaType "text/csv" ;
    dcat:accessURL <http://ville.example/{name}.csv> ; dct:license <{licence}> ] {more} .
"""


def catalogue(*datasets):
    head = "<http://ville.example/catalog> a dcat:Catalog .\n"
    return (PREFIXES + head + "".join(datasets)).encode()


def package(name, **changes):
    """A dataset of a CKAN."""
    said = {
        "id": f"id-{name}",
        "name": name,
        "title": f"Jeu {name}",
        "notes": f"Tout sur {name}",
        "license_id": "odc-odbl",
        "metadata_created": "2026-01-01T08:00:00.000000",
        "metadata_modified": "2026-02-01T08:00:00.000000",
        "organization": {"id": "o", "name": "ville", "title": "Ville Fictive"},
        "state": "active",
        "tags": [{"name": "eau"}],
        "extras": [],
        "resources": [
            {
                "id": f"r-{name}",
                "name": "Table",
                "url": f"http://ville.example/{name}.csv",
                "format": "CSV",
                "mimetype": "text/csv",
            }
        ],
    }
    return {**said, **changes}


def envelope(result):
    return json.dumps({"help": "…", "success": True, "result": result}).encode()


TURTLE = {"Content-Type": "text/turtle"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Here:
    """What a test does with a source: its hub, the source's server, the hour."""

    hub: object
    server: object
    now: object = build.NOW
    limits: dict = field(default_factory=dict)

    def house(self):
        fetcher = Fetcher(loopback_ports=frozenset({self.server.port}), **self.limits)
        return House(self.hub.frame, fetcher, self.hub.reading, self.hub.writing, lambda: self.now)

    def declare(self, kind=SourceKind.DCAT, path="/catalog", **changes):
        given = {
            "id": "ville", "kind": kind, "url": self.server.url(path),
            "authority": "commune-exemple", "added_at": build.NOW, "due_at": build.NOW,
        }  # fmt: skip
        with self.hub.writing() as session:
            sources.add(session, Source(**{**given, **changes}))

    def run(self, *wish, source="ville"):
        """Read the source to its end, a day later each time; gives how the run ended."""
        *_, last = harvest(self.house(), source, *wish)
        self.now += timedelta(days=1)
        return last

    def kept(self):
        with self.hub.reading() as session:
            return {each.identifier: each for each in records.everything(session)}

    def apart(self, source="ville"):
        with self.hub.reading() as session:
            return {each.identifier: each for each in quarantine.listed(session, source)}

    def source(self, name="ville"):
        with self.hub.reading() as session:
            return sources.get(session, name)

    def runs(self, name="ville"):
        with self.hub.reading() as session:
            return runs.listed(session, name, 9)
