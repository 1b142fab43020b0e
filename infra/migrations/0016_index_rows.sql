-- The recorder alone writes entries, with the head of their log in one statement: no need to look the log up for each row.
-- Bodies of some kilobytes stay as they are in their row: to compress each costs more than all else of its writing.

ALTER TABLE entry DROP CONSTRAINT entry_log_fkey;
ALTER TABLE entry SET (toast_tuple_target = 8160);
