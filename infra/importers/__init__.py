"""Records of elsewhere, read into the codes of the ledger: parsing only, no Kafka and no signing.

Each module reads one kind of file and yields `record.ImportedRecord` or `record.Problem`, row by row; nothing that a
source states is dropped in silence. `infra.cli` turns the records into signed submissions of `case.RecordImported`.
"""
