"""Records of elsewhere, read into the codes of the ledger: parsing only, no Kafka and no signing.

`ctdc` and `htcds` yield `record.ImportedRecord` or `record.Problem`, row by row, `case_uco` a plan of events of custody
with its findings; nothing that a source states is dropped in silence. `infra.cli` turns records into signed submissions
of `case.RecordImported`, and `infra.case_import` submits the plan.
"""
