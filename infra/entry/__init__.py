"""Processes: each parses its settings, asks `infra.bootstrap` for its parts and runs one consumer until it is stopped."""
