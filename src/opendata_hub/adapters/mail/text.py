"""The text of a mail that is written in HTML, and of nothing that a reader would not see."""

from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style", "head", "title", "template", "svg", "math", "noscript"})
BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
     "ul", "ol", "pre", "hr", "section", "article"}
)  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in UNSEEN:
            self.unseen += 1
        elif tag in BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def text_of_html(html: str) -> str:
    r"""What a reader would see, a line for each block; no markup, no script, no address of a link.

    >>> text_of_html("<p>Bonjour&nbsp;!<script>alert(1)</script><br>Le <b>budget</b></p>")
    'Bonjour !\nLe budget'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)
