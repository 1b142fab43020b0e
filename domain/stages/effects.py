"""What the ledger itself states inside the entry of another event: one function per effect type of these stages.

The types are in the catalogue (kind `effect`, `stated_in` says where) and are never submitted. Called by the stages'
rules and by `domain.stream`.
"""

from __future__ import annotations

from domain.event import Effect


def breach(code: str, rule: str | None = None) -> Effect:
    """`ledger.BreachRecorded`: `rule` is a name of the catalogue; a code without one is its own rule, in words."""
    return Effect("ledger.BreachRecorded", {"breach": code, "rule": rule or code.lower().replace("_", " ")})


def leads_assigned(*, care: str, proceedings: str) -> Effect:
    """`case.LeadsAssigned`: the agencies that lead a case from its opening."""
    return Effect("case.LeadsAssigned", {"care": care, "proceedings": proceedings})


def recovery_opened(*, victim_id: str, starts_on: str, ends_on: str) -> Effect:
    """`identification.RecoveryPeriodOpened`: dates are YYYY-MM-DD, `ends_on` is its last day."""
    return Effect(
        "identification.RecoveryPeriodOpened", {"victim_id": victim_id, "starts_on": starts_on, "ends_on": ends_on}
    )


def response_due(*, referral_id: str, due_at: str) -> Effect:
    """`referral.ResponseDue`: the instant by which the addressee answers."""
    return Effect("referral.ResponseDue", {"referral_id": referral_id, "due_at": due_at})
