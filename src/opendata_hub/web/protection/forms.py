"""The token of forms: put into every form of a page, asked for at every door."""

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import UploadFile

from opendata_hub.domain.errors import FormExpired
from opendata_hub.domain.protection.form_token import FIELD, form_token, is_form_token
from opendata_hub.web.deps import served
from opendata_hub.web.protection.cookies import shown_key
from opendata_hub.web.protection.crossing import SAFE_METHODS

MOST_FIELDS = 1_000
"""Of a form whose door says nothing else."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class FormField:
    """``form_token()`` of the templates: the hidden field for whoever has a session.

    Empty for others: their pages are the same for all, and may be kept by caches.
    is_asked: whether the page has a form at all. is_filled: whether the page is one person's.
    """

    def __init__(self, request: Request) -> None:
        self.secret = served(request).key
        self.key = shown_key(request)
        self.is_asked = False

    @property
    def is_filled(self) -> bool:
        """Whether the page holds a token, which no cache may keep."""
        return self.is_asked and self.key != ""

    def __call__(self) -> Markup:
        """The field, to be put into a form that is sent by POST."""
        self.is_asked = True
        if not self.key:
            return Markup()
        field = Markup('<input type="hidden" name="{}" value="{}">')
        return field.format(FIELD, form_token(self.secret, self.key))


TOKEN_HEADER = "X-Form-Token"  # noqa: S105  (a name)


def require_token_header(request: Request) -> None:
    """Raise FormExpired where a browser with a session does not show the token of our forms.

    For what is sent without a form, by a script of our own pages.
    """
    key = shown_key(request)
    if key and not is_form_token(request.headers.get(TOKEN_HEADER, ""), served(request).key, key):
        raise FormExpired("This page was opened before you signed in, or too long ago; reload it")


async def require_form_token(request: Request, most_fields: int = MOST_FIELDS) -> None:
    """Raise FormExpired for a form that our own pages did not give to this session.

    Reads the form, so it is asked after all that can be known without. The route is given the same
    one, read once: what a route sets for the reading itself comes too late.
    most_fields: a form with more is refused before it is looked at.
    """
    key = shown_key(request)
    kind = request.headers.get("content-type", "").lower()
    if request.method in SAFE_METHODS or not key or not kind.startswith(FORMS):
        return
    form = await request.form(max_fields=most_fields)
    given = form.get(FIELD, "")
    if isinstance(given, UploadFile) or not is_form_token(given, served(request).key, key):
        await form.close()
        raise FormExpired("This form was opened before you signed in, or too long ago; reload it")
