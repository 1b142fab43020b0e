"""Kafka and PostgreSQL of our own, for development, the demo and the tests; never for production."""
