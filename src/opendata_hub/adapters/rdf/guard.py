"""What a document of somebody else must not do to us, looked at before a parser reads it.

rdflib fetches a JSON-LD context from wherever the document says (a loopback server saw the
request), and XML multiplies entities. Neither is needed to describe a dataset: both are refused.
"""

import json
from typing import Any
from xml.parsers import expat

from opendata_hub.domain.errors import TooLarge, UnsafeRdf

JSON_LD, RDF_XML = "application/ld+json", "application/rdf+xml"
LARGEST_BYTES = 64_000_000
DEEPEST = 100
"""Levels of nesting. Records of real catalogues have under ten."""
TOO_DEEP = f"The document is nested more than {DEEPEST} levels deep"


def require_safe(content: bytes, media_type: str, *, limit_bytes: int = LARGEST_BYTES) -> None:
    """Raise unless a parser may read the document, which is of that media type of RDF.

    Raises TooLarge; UnsafeRdf for a remote context, XML entities, or nesting beyond ``DEEPEST``.
    Broken syntax is no danger and is left to the parser to tell. Turtle and N-Triples can't point
    elsewhere, and Oxigraph reads 200,000 levels of them in 0.3 s; of XML it needs minutes.
    """
    if len(content) > limit_bytes:
        raise TooLarge(f"The document is larger than {limit_bytes:,} bytes")
    if media_type == JSON_LD:
        _require_safe_json(content)
    elif media_type == RDF_XML:
        _require_safe_xml(content)


def _require_safe_json(content: bytes) -> None:
    try:
        document = json.loads(content, object_pairs_hook=_Pairs)
    except RecursionError:
        raise UnsafeRdf(TOO_DEEP) from None
    except ValueError:
        return
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise UnsafeRdf(TOO_DEEP)
        if isinstance(value, _Pairs):
            for key, inner in value:
                if key == "@import" or (key == "@context" and _is_remote(inner)):
                    raise UnsafeRdf(
                        "@context lies at another address, and nothing is fetched: write it out"
                    )
                waiting.append((inner, depth + 1))
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)


class _Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object with all its pairs: of two equal keys a parser may take either."""

    __slots__ = ()


def _is_remote(context: Any) -> bool:
    """Whether it is an address, or has one in its list; null and objects are at hand."""
    parts = context if isinstance(context, list) else [context]
    return any(not isinstance(part, _Pairs) and part is not None for part in parts)


def _require_safe_xml(content: bytes) -> None:
    """By expat's own eyes: an encoding may hide from a search what a parser sees."""
    depth = 0

    def begin(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnsafeRdf(TOO_DEEP)

    def end(_: object) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> int:
        raise UnsafeRdf("The document declares XML entities: write the addresses out")

    reader = expat.ParserCreate()
    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.EntityDeclHandler = declared
    reader.ExternalEntityRefHandler = declared
    reader.StartDoctypeDeclHandler = _require_no_document_type
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, LookupError):  # the latter for an encoding that nobody knows
        return


def _require_no_document_type(_name: str, system: str | None, public: str | None, _: bool) -> None:
    if system or public:
        raise UnsafeRdf("The document refers to a document type elsewhere: nothing is fetched")
