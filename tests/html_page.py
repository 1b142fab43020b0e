"""A page as its reader has it: the tables by their ids, each a list of rows of texts, and every other text."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "br"})


class Page(HTMLParser):
    """`Page(html).tables["partitions"]` are the rows of its body; `texts["clock_due"]` is the text with that id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: dict[str, str] = {}
        self.links: list[str] = []
        self.open: list[str] = []
        self.mismatched: list[str] = []
        self._table: list[list[str]] | None = None
        self._at: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))
        if tag == "table":
            self._table = self.tables.setdefault(str(named.get("id")), [])
        if tag == "tr" and self._table is not None and "tbody" in self.open:
            self._table.append([])
        if tag == "td" and self._table:
            self._table[-1].append("")
        if named.get("id") and tag != "table":
            self._at = str(named["id"])
            self.texts[self._at] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._table = None
        if self.open[-1:] != [tag]:
            self.mismatched.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if "td" in self.open and self._table:
            self._table[-1][-1] += data.strip()
        elif self._at is not None:
            self.texts[self._at] += data.strip()
            self._at = None
