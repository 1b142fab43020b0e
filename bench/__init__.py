"""Figures of the ledger, each beside its peer on the same work in the same run: `make bench`."""
