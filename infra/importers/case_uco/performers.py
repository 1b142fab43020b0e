"""Who signs for a performer: the agency that the caller names for it, else the laboratory for those who examine or
derive, else the agency that imports; the officer is a pseudonym that nobody can try names against.

Called by `plan`; the choice and its reason are shown with the import.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from infra.importers.case_uco.jsonld import Document


@dataclass
class Performers:
    """The agencies by performer. `given` maps an id (compact or full) or a name to an agency; `key` keys pseudonyms."""

    document: Document
    agency: str
    laboratory: str
    key: bytes
    given: Mapping[str, str] = field(default_factory=dict)
    examiners: frozenset[str] = frozenset()
    seen: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def of(self, performer: str) -> tuple[str, str]:
        """Agency and actor of a performer."""
        known = self.seen.get(performer)
        if known is None:
            agency, why = self._agency(performer)
            known = self.seen[performer] = (agency, self.tag("actor", performer)[:12], why)
        return known[0], f"p-{known[1]}"

    def tag(self, use: str, text: str) -> str:
        """A keyed digest in hexadecimal: the same text under another use or key has nothing in common with it."""
        return hmac.new(self.key, f"{use}\0{text}".encode("utf-8", "surrogatepass"), sha256).hexdigest()

    def _agency(self, performer: str) -> tuple[str, str]:
        node = self.document.nodes.get(performer)
        names = [performer, *((node.written, *node.texts("name")) if node is not None else ())]
        for name in names:
            if name in self.given:
                return self.given[name], "named by the caller"
        if performer in self.examiners:
            return self.laboratory, "examines or derives"
        return self.agency, "the agency that imports"
