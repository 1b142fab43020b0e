"""Typed wrappers around kafka-python: topics, a log that is read from an offset, a log that is appended to in batches."""
