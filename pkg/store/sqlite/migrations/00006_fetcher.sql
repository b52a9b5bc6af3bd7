-- +goose Up

-- What an operator sets of one source, and what the fetcher keeps of it
-- between polls.
ALTER TABLE sources ADD COLUMN options TEXT NOT NULL DEFAULT '{}';    -- JSON of news.Options
ALTER TABLE sources ADD COLUMN notice TEXT NOT NULL DEFAULT '';       -- why it was paused, unless a person did it
ALTER TABLE sources ADD COLUMN quiet_at INTEGER NOT NULL DEFAULT 0;   -- silent for longer than this, it is quiet
ALTER TABLE sources ADD COLUMN volume TEXT NOT NULL DEFAULT '';       -- how much it publishes against its habit
ALTER TABLE sources ADD COLUMN habit BLOB NOT NULL DEFAULT x'';       -- its rhythm
ALTER TABLE sources ADD COLUMN guids BLOB NOT NULL DEFAULT x'';       -- guids of its last poll, to see whether they last
ALTER TABLE sources ADD COLUMN quota_from INTEGER NOT NULL DEFAULT 0; -- the 24 hours of its quota began then
ALTER TABLE sources ADD COLUMN quota_used INTEGER NOT NULL DEFAULT 0; -- new items since

-- +goose StatementBegin
CREATE TABLE source_moves (
    n      INTEGER PRIMARY KEY,
    source TEXT    NOT NULL REFERENCES sources (id),
    at     INTEGER NOT NULL,
    before TEXT    NOT NULL, -- the address it was read at until then
    after  TEXT    NOT NULL
) STRICT;
-- +goose StatementEnd
CREATE INDEX source_moves_source ON source_moves (source);
CREATE INDEX sources_url ON sources (url) WHERE removed = 0 AND kind <> 'manual';

ALTER TABLE polls ADD COLUMN status INTEGER NOT NULL DEFAULT 0;   -- of the answer; 0: there was none
ALTER TABLE polls ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;    -- of its body, decompressed
ALTER TABLE polls ADD COLUMN repairs TEXT NOT NULL DEFAULT '[]';  -- JSON: what was mended

-- Hosts know when a source of theirs is due first: what is due is found by
-- steps of an index, however many others of the same host wait.
ALTER TABLE hosts ADD COLUMN poll_at INTEGER; -- least claim_at of the sources there; kept by triggers on sources
ALTER TABLE hosts ADD COLUMN poll_ready_at INTEGER AS (max(next_at, busy_until, poll_at)) VIRTUAL;
ALTER TABLE hosts ADD COLUMN polled INTEGER NOT NULL DEFAULT 0; -- a source had the slot last: an item is next
CREATE INDEX hosts_poll_ready ON hosts (poll_ready_at) WHERE poll_at IS NOT NULL;
DROP INDEX sources_due;

INSERT INTO hosts (host, poll_at)
SELECT host, min(claim_at) FROM sources WHERE paused = 0 AND removed = 0 AND kind <> 'manual' GROUP BY host
ON CONFLICT DO UPDATE SET poll_at = excluded.poll_at;

-- +goose StatementBegin
CREATE TRIGGER sources_due_added AFTER INSERT ON sources WHEN NEW.kind <> 'manual' BEGIN
    INSERT INTO hosts (host, poll_at)
    VALUES (NEW.host, (SELECT min(claim_at) FROM sources WHERE paused = 0 AND removed = 0 AND kind <> 'manual' AND host = NEW.host))
    ON CONFLICT DO UPDATE SET poll_at = excluded.poll_at WHERE poll_at IS NOT excluded.poll_at;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER sources_due_moved AFTER UPDATE OF claim_at, paused, removed, host ON sources WHEN NEW.kind <> 'manual' BEGIN
    INSERT INTO hosts (host, poll_at)
    VALUES (NEW.host, (SELECT min(claim_at) FROM sources WHERE paused = 0 AND removed = 0 AND kind <> 'manual' AND host = NEW.host))
    ON CONFLICT DO UPDATE SET poll_at = excluded.poll_at WHERE poll_at IS NOT excluded.poll_at;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER sources_due_left AFTER UPDATE OF host ON sources WHEN NEW.host <> OLD.host BEGIN
    UPDATE hosts SET poll_at = (SELECT min(claim_at) FROM sources WHERE paused = 0 AND removed = 0 AND kind <> 'manual' AND host = OLD.host)
    WHERE host = OLD.host;
END;
-- +goose StatementEnd

-- robots.txt of each origin, as it was last had.
CREATE TABLE robots (
    origin     TEXT    NOT NULL PRIMARY KEY, -- scheme://host:port
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    status     INTEGER NOT NULL, -- of the answer; 0: there was none
    body       BLOB    NOT NULL  -- zstd
) STRICT, WITHOUT ROWID;

-- Validators of pages: a second look costs their servers little.
ALTER TABLE pages ADD COLUMN etag TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';

-- Second looks at young articles.
ALTER TABLE items ADD COLUMN look_at INTEGER NOT NULL DEFAULT 0; -- the page is looked at again then; 0: it is not
ALTER TABLE items ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;   -- second looks begun
ALTER TABLE items ADD COLUMN looking INTEGER NOT NULL DEFAULT 0; -- due for a look: the revision has its article
CREATE INDEX items_look ON items (look_at) WHERE look_at > 0;

-- An item that its source may not bring can become another's.
DROP TRIGGER items_count_moved;
-- +goose StatementBegin
CREATE TRIGGER items_count_moved AFTER UPDATE OF state, outcome, source ON items WHEN NEW.status <> OLD.status OR NEW.source <> OLD.source BEGIN
    UPDATE item_counts SET items = items - 1 WHERE source = OLD.source AND status = OLD.status;
    INSERT INTO item_counts VALUES (NEW.source, NEW.status, 1)
    ON CONFLICT DO UPDATE SET items = items + 1;
END;
-- +goose StatementEnd

-- WebSub: who brings news of a source unasked.
CREATE TABLE subscriptions (
    id         TEXT    NOT NULL PRIMARY KEY, -- of its callback, which nobody can guess
    source     TEXT    NOT NULL REFERENCES sources (id),
    hub        TEXT    NOT NULL,
    topic      TEXT    NOT NULL,
    secret     TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- wanted, active, refused, ending
    asked      INTEGER NOT NULL, -- the hub's answer is waited for
    due_at     INTEGER NOT NULL, -- asked, or asked again, then
    until      INTEGER NOT NULL, -- the hub brings news until then; 0: it does not
    failures   INTEGER NOT NULL,
    reason     TEXT    NOT NULL, -- of the last failure, or of the hub's refusal
    pushed_at  INTEGER NOT NULL  -- the last time it brought something
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_due ON subscriptions (due_at);
CREATE UNIQUE INDEX subscriptions_source ON subscriptions (source) WHERE state <> 'ending';
ALTER TABLE polls ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;   -- a hub brought it
