"""Typed wrappers around kafka-python: topics, logs read from an offset, logs appended to in batches."""
