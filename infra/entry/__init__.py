"""Processes: each reads its settings, asks `infra.bootstrap` for its parts and runs one consumer until stopped."""
