"""`/v1/events`: what an agency is told and what becomes of its submissions, as server-sent events, while it happens.

The messages are those of the agency's feed (`consumers.feeds`), from the same rows. The id of each is where its reader
stands then, `<partition>-<pos>-<n>` of every partition: who comes back with it as `Last-Event-ID` goes on there and
misses nothing. A comment is sent as a sign of life, the caller is looked at anew with each, and the stream ends at once
when the process is told to end. HTML Living Standard, 9.2.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from infra.api import position, reading
from infra.api.auth import Credential
from infra.api.event_stream import VIEWS, EventStream, Place
from infra.api.problems import ProblemError, declared
from infra.api.reading import READ_PROBLEMS, Reading

router = APIRouter(tags=["events"])

MEDIA_TYPE = "text/event-stream"
LONGEST = 86_400
EVERYTHING_OF = 999_999
"""No position says as many things to one agency."""

_PLACE = r"(0|[1-9][0-9]{0,3})-(0|[1-9][0-9]{0,15})-(0|[1-9][0-9]{0,5})"
PATTERN = rf"^{_PLACE}(,{_PLACE})*$"
_ONE = re.compile(_PLACE)

LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=1024, pattern=PATTERN, description="the id of the last event taken"),
]
After = Annotated[
    str | None,
    Query(
        max_length=1024,
        pattern=PATTERN,
        description="the same where no header can be set; `0-0-0`: from the beginning; neither: from now on",
    ),
]
Seconds = Annotated[
    int | None, Query(ge=0, le=LONGEST, description="end after this time; 0: with what there is; else never by itself")
]


@router.get(
    "/v1/events",
    operation_id="streamEvents",
    response_class=StreamingResponse,
    responses=declared(*READ_PROBLEMS)
    | {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "headers": position.HEADER}},
)
async def stream_events(
    read: Annotated[Reading, reading.of(*VIEWS)],
    credential: Credential,
    last_event_id: LastEventId = None,
    after: After = None,
    seconds: Seconds = None,
) -> StreamingResponse:
    """The agency's events as they come, each with an id to go on from."""
    service = read.service
    if service.streams[read.caller.agency] >= service.settings.event_streams:
        raise ProblemError("request.too_many", headers={"Retry-After": "60"})
    asked, partitions = last_event_id or after, service.watch.partitions()
    stand = position.of_rows(await read.rows(position.statement(tuple(VIEWS))))
    if asked:
        places = _places(asked, partitions, "header.last-event-id" if last_event_id else "query.after")
    else:
        places = {p: (stand.get(p, -1), EVERYTHING_OF) for p in range(partitions)}
    stream = EventStream(service, read.caller, credential, places, seconds)
    answer = StreamingResponse(stream.text(), media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
    position.say(answer, stand)
    return answer


def _places(asked: str, partitions: int, parameter: str) -> dict[int, Place]:
    """Where the reader stands; a partition that is not named from the beginning."""
    found = {int(place[1]): (int(place[2]), int(place[3])) for place in _ONE.finditer(asked)}
    if any(partition >= partitions for partition in found):
        raise ProblemError("request.invalid", paths=[parameter])
    return dict.fromkeys(range(partitions), (-1, 0)) | found
