"""Webhooks: an agency that asked for it is sent its feed over HTTPS, signed. The rules: `consumers.webhooks`."""
