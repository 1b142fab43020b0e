-- Which cases the links of a party name, whatever became of the link: from here a registrar finds the streams of every
-- partition that belong to one person. Part of the index: written with the entries, caught up from the log.

CREATE TABLE party_case (
    log     integer NOT NULL REFERENCES log,
    party   text    NOT NULL,
    case_id text    NOT NULL,
    PRIMARY KEY (log, party, case_id)
);
CREATE INDEX party_case_party ON party_case (party);
CREATE INDEX party_case_case ON party_case (case_id);
