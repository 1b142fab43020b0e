"""Other streams, as far as a registrar has brought them for a batch: rules that reach over cases ask here.

A stream of the registrar's own partition is as its last judged entry left it, one of another partition as the index of
all partitions has it: what has not come there yet is not known. Built by the registrar, handed to the rules in
`domain.stages.rules.Context`; `asked` says for which events, and from which streams on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from domain import persons
from domain.event import Event
from domain.ids import listed
from domain.party import Party
from domain.stages.party import ELSEWHERE, cases_asked
from domain.stages.state import StreamState

if TYPE_CHECKING:
    from domain.judge import Stream

_PERSON = frozenset(
    {
        "protection.AccountTaken",
        "protection.CareEpisodeClosed",
        "protection.ChildPlaced",
        "protection.ForensicInterviewConducted",
        "protection.GuardianAppointed",
        "protection.InterviewScheduled",
        "protection.MedicalExaminationConducted",
        "protection.RepatriationCompleted",
        "prosecution.HearingHeld",
    }
)
"""The types that are judged by what is on record of the same person in linked cases."""

_COUNTERPART = frozenset({"investigation.ProceedingsJoined"})
"""The types that name the other half in another case; those of links name two cases."""


_HALF_IN = ("other_case", "home_case", "for_case", "right_stream")
"""The fields in which an event names the stream of its other half."""


def asked(state: StreamState, event: Event) -> frozenset[str]:
    """The streams from which the links lead that the event's rules ask about; none when they ask nothing elsewhere.

    `state` is the event's own stream as it stands before the batch. An approval asks what the approved event asks.
    """
    if event.type in ELSEWHERE:
        return cases_asked(state, event)
    if event.type == "ledger.ApprovalGiven" and event.data["of"] in state.awaiting:
        event = state.awaiting[event.data["of"]].event
    if event.type == "ledger.DutyOverdueMarked" and event.data["duty"] == "other_half":
        return _halves(state)
    if event.type in _COUNTERPART:
        return frozenset({event.data["other_case"]})
    by_guardian = event.type == "consent.ConsentRecorded" and "guardian_id" in event.data
    return frozenset({event.stream}) if event.type in _PERSON or by_guardian else frozenset()


def _halves(state: Any) -> frozenset[str]:
    """The streams in which the other halves stand that this stream waits for."""
    duties = getattr(state, "duties", None)
    subjects = [duty.subject for duty in duties.open.values() if duty.deadline == "other_half"] if duties else []
    return frozenset(
        stream for subject in subjects for name in _HALF_IN if name in subject for stream in listed(subject[name])
    )


class Brought:
    """Satisfies `domain.stages.rules.Elsewhere`: `brought` are states from the index, `own` streams of the partition,
    which are newer and move while the batch is judged; `named` are the ids of those of them that matter here."""

    def __init__(self, brought: Mapping[str, StreamState], own: Mapping[str, Stream], named: frozenset[str]) -> None:
        self._brought, self._own = brought, own
        self._ids = sorted(named | brought.keys())

    def stream(self, stream: str) -> Any:
        """The state of another stream; None when no admitted event of it is known."""
        own = self._own.get(stream)
        if own is not None and own.state.version > 0:
            return own.state
        return self._brought.get(stream)

    def same_person(self, stream: str, person_id: str) -> Sequence[tuple[Any, str]]:
        """The other records of this person by confirmed links, of those cases that are known."""
        others = persons.same_person((stream, person_id), (link for party in self._parties() for link in party))
        return [(case, person) for case_id, person in others if (case := self.stream(case_id)) is not None]

    def _parties(self) -> Iterator[Any]:
        for stream in self._ids:
            party = self.stream(stream)
            if isinstance(party, Party):
                yield party.links.values()
