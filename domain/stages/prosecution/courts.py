"""What the courts decide on a person, through all instances to the final judgment, charge by charge.

A verdict gives each charge a result and an article; a decision on appeal changes them or sends the charge back to the
first court; nothing is final before the court says so. No fold here writes a victim: an acquittal says nothing about
who was exploited. Called by `domain.stream` through the folds of `domain.stages.prosecution`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.investigation.articles import named
from domain.stages.investigation.rules import defendant_of
from domain.stages.investigation.state import ArticleChange
from domain.stages.investigation.subjects import moved, person
from domain.stages.prosecution.rules import judgment_of
from domain.stages.prosecution.state import Appeal, Charge, Decided, Judgment, Sentence
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case

# A decision that leaves the judgment as it was: a final one stays final.
_LEAVING = frozenset({"upheld", "withdrawn"})


def judged(case: Case, event: Event, judgment: Judgment) -> Changes:
    """The judgment on the person that the event is about."""
    return {"judgments": {**case.judgments, event.data["defendant_id"]: judgment}}


def charged(case: Case, charges: Mapping[str, Charge]) -> Changes:
    """These charges as they are now."""
    return {"charges": {**case.charges, **charges}}


def articles_named(case: Case, event: Event, articles: Mapping[str, tuple[str, ...]]) -> tuple[ArticleChange, ...]:
    """The history of articles with what the event names for each charge."""
    investigation_id = defendant_of(case, event).investigation_id
    return (
        *case.article_history,
        *(
            named(
                event,
                investigation_id=investigation_id,
                defendant_id=event.data["defendant_id"],
                charge_id=charge_id,
                before=case.charges[charge_id].articles,
                after=after,
            )
            for charge_id, after in articles.items()
            if charge_id in case.charges
        ),
    )


def _decided(event: Event, result: str | None, charges: tuple[tuple[str, str], ...], on: str) -> Decided:
    by = (event.publisher, event.actor)
    return Decided(event.data["instance"], result, charges, on, event.time, by, event.id)


def _verdict(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    results = tuple(zip(data["charge_id"], data["results"], strict=False))
    articles = {charge_id: (article,) for charge_id, article in zip(data["charge_id"], data["articles"], strict=False)}
    charges = {
        charge_id: changed(
            case.charges[charge_id],
            articles=articles.get(charge_id, case.charges[charge_id].articles),
            state="judged",
            decided_by=event.id,
            result=result,
        )
        for charge_id, result in results
        if charge_id in case.charges
    }
    before = judgment_of(case, event)
    decided = _decided(event, None, results, data["rendered_on"])
    judgment = changed(
        before, instances=(*before.instances, decided), state="verdict", trial_held=False, lapsed=False, final_on=None
    )
    return {
        **charged(case, charges),
        **judged(case, event, judgment),
        "article_history": articles_named(case, event, articles),
    }


def _sentence(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    additional = tuple(data.get("additional", ()))
    sentence = Sentence(data["months_imprisonment"], data["suspended"], data["fine_mnt"], additional)
    return judged(case, event, changed(judgment_of(case, event), sentence=sentence))


def _appeal_filed(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    appeal = Appeal(data["defendant_id"], data["by"], data["instance"], event.id)
    return {"appeals": {**case.appeals, data["appeal_id"]: appeal}}


def _remitted(charge: Charge, event: Event) -> Charge:
    return changed(charge, state="before_court", decided_by=event.id, result=None)


def _amended(charge: Charge, event: Event, result: str | None, article: str | None) -> Charge:
    """Quashed without a result, none stands; amended without one, only the sentence is another."""
    stands = charge.result if event.data["result"] == "amended" else None
    articles = charge.articles if article is None else (article,)
    return changed(charge, decided_by=event.id, result=result or stands, articles=articles)


def _on_appeal(case: Case, event: Event) -> dict[str, Charge]:
    """The charges that the decision changes: those it names, or when it names none, all that were judged."""
    data = event.data
    concerned = data.get("charges") or [
        key
        for key, charge in case.charges.items()
        if charge.defendant_id == data["defendant_id"] and charge.state == "judged"
    ]
    named_charges = [charge_id for charge_id in concerned if charge_id in case.charges]
    results = dict(zip(named_charges, data.get("results", ()), strict=False))
    articles = dict(zip(named_charges, data.get("articles", ()), strict=False))
    match data["result"]:
        case "remitted":
            return {key: _remitted(case.charges[key], event) for key in named_charges}
        case "amended" | "quashed":
            return {
                key: _amended(case.charges[key], event, results.get(key), articles.get(key)) for key in named_charges
            }
        case _:
            return {}


def _appeal_decided(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    appeal, before = case.appeals[data["appeal_id"]], judgment_of(case, event)
    charges = _on_appeal(case, event)
    results = tuple((key, charge.result) for key, charge in charges.items() if charge.result is not None)
    after = {**case.charges, **charges}
    remains = any(charge.defendant_id == data["defendant_id"] and charge.state == "judged" for charge in after.values())
    stays_final = before.state == "final" and data["result"] in _LEAVING
    judgment = changed(
        before,
        instances=(*before.instances, _decided(event, data["result"], results, data["decided_on"])),
        state="final" if stays_final else "appeal_decided" if remains else "none",
        trial_held=before.trial_held and data["result"] != "remitted",
        lapsed=False,
        final_on=before.final_on if stays_final else None,
    )
    answered = Appeal(appeal.defendant_id, appeal.by, appeal.instance, appeal.filed_by, data["result"])
    reopened = moved(case, event, state="before_court") if before.state == "final" and not stays_final else {}
    renamed = {key: charge.articles for key, charge in charges.items() if charge.articles != case.charges[key].articles}
    return {
        **charged(case, charges),
        **judged(case, event, judgment),
        **reopened,
        "appeals": {**case.appeals, data["appeal_id"]: answered},
        "article_history": articles_named(case, event, renamed),
    }


def _period_lapsed(case: Case, recorded: Recorded) -> Changes:
    return judged(case, recorded.event, changed(judgment_of(case, recorded.event), lapsed=True))


def _is_over(case: Case, judgments: Mapping[str, Judgment], investigation_id: str | None) -> bool:
    """Whether everybody of the investigation who was before a court is judged finally."""
    persons = {key for key, each in case.defendants.items() if each.investigation_id == investigation_id}
    tried = {
        charge.defendant_id
        for charge in case.charges.values()
        if charge.defendant_id in persons and charge.state in ("before_court", "judged")
    }
    return all(key in judgments and judgments[key].state == "final" for key in tried)


def _final(case: Case, recorded: Recorded) -> Changes:
    """The measure ends with the judgment, the proceedings with the last of the persons in them."""
    event = recorded.event
    changes = judged(
        case, event, changed(judgment_of(case, event), state="final", lapsed=False, final_on=event.data["final_on"])
    )
    changes |= person(case, event, measure=None, measure_to=None)
    investigation_id = defendant_of(case, event).investigation_id
    investigation = case.investigations.get(investigation_id or "")
    there = investigation is not None and investigation.state == "before_court"
    if there and _is_over(case, changes["judgments"], investigation_id):
        changes |= moved(case, event, state="judged")
    return changes


FOLDS: Folds = {
    "prosecution.VerdictRendered": _verdict,
    "prosecution.SentenceImposed": _sentence,
    "prosecution.AppealFiled": _appeal_filed,
    "prosecution.AppealDecided": _appeal_decided,
    "prosecution.AppealPeriodLapsed": _period_lapsed,
    "prosecution.JudgmentBecameFinal": _final,
}
