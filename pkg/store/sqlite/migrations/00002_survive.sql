-- +goose Up

-- Articles that were taken down for good. The ledger row of the item stays.
CREATE TABLE tombstones (
    item   TEXT    NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    reason TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The latest time at which each process claimed: one that claims at an earlier
-- time has had its clock set back. One such claim may only have come late: the
-- second in a row has not. What belongs to nobody goes back once for all who
-- share the clock.
CREATE TABLE clocks (
    owner  TEXT    NOT NULL PRIMARY KEY,
    latest INTEGER NOT NULL,
    behind INTEGER NOT NULL DEFAULT 0,
    moved  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- When a start was recorded last: one of a message of an item that ended may
-- still be counted.
ALTER TABLE attempts ADD COLUMN at INTEGER NOT NULL DEFAULT 0;

-- Publishers take turns: the one served longest ago has the lowest number.
ALTER TABLE publishers ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX publishers_turn ON publishers (turn);

DROP INDEX items_ready;
CREATE INDEX items_ready ON items (publisher, claim_at) WHERE state = 'due' AND download = 0;
CREATE INDEX sources_host ON sources (host, claim_at) WHERE paused = 0 AND removed = 0 AND kind <> 'manual';

-- What is too old is found without reading what is not.
CREATE INDEX pages_fetched ON pages (fetched_at);
CREATE INDEX polls_at ON polls (at);
CREATE INDEX sources_removed ON sources (id) WHERE removed = 1;
CREATE INDEX items_prunable ON items (ended_at) WHERE outcome = 'dropped' AND reason <> 'removed';
CREATE INDEX article_revisions_archived ON article_revisions (archived_at);
CREATE INDEX fingerprints_at ON fingerprints (at);
CREATE INDEX fingerprints_item ON fingerprints (item);

-- +goose StatementBegin
CREATE TRIGGER items_count_removed AFTER DELETE ON items BEGIN
    UPDATE item_counts SET items = items - 1 WHERE source = OLD.source AND status = OLD.status;
END;
-- +goose StatementEnd
