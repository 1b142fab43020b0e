"""The data of each event type, a module a stage: `tamga_client.events.referral.ReferralRequested`.

A class named after a type is its newest version; `…V1`, `…V2` are the versions by number. Written by
`tools/client_types.py` from the published JSON Schemas.
"""
