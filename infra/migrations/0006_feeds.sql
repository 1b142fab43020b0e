-- How far the feeders have come: every message up to this position was acknowledged. A feeder that starts goes on here.

CREATE TABLE feed_position (
    partition integer PRIMARY KEY,
    pos       bigint NOT NULL
);
