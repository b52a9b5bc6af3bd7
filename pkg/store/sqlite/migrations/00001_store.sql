-- Times are microseconds since 1970, 0 for none. IDs are 32 hex digits.

-- +goose Up
CREATE TABLE publishers (
    id   TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
    id            TEXT    NOT NULL PRIMARY KEY,
    publisher     TEXT    NOT NULL REFERENCES publishers (id),
    kind          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    host          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    lang          TEXT    NOT NULL,
    country       TEXT    NOT NULL,
    tags          TEXT    NOT NULL, -- JSON
    poll_every    INTEGER NOT NULL, -- microseconds
    paused        INTEGER NOT NULL,
    removed       INTEGER NOT NULL DEFAULT 0,
    added_at      INTEGER NOT NULL,
    next_poll     INTEGER NOT NULL,
    claim_at      INTEGER NOT NULL, -- next_poll, or the end of the lease if there is one
    lease_owner   TEXT    NOT NULL DEFAULT '',
    last_poll     INTEGER NOT NULL,
    last_new      INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    reason        TEXT    NOT NULL,
    etag          TEXT    NOT NULL,
    last_modified TEXT    NOT NULL,
    body_hash     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sources_due ON sources (claim_at) WHERE paused = 0 AND removed = 0 AND kind <> 'manual';
CREATE INDEX sources_leased ON sources (lease_owner) WHERE lease_owner <> '';

CREATE TABLE polls (
    n       INTEGER PRIMARY KEY,
    source  TEXT    NOT NULL REFERENCES sources (id),
    at      INTEGER NOT NULL,
    took    INTEGER NOT NULL, -- nanoseconds
    outcome TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    entries INTEGER NOT NULL,
    new     INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

CREATE INDEX polls_source ON polls (source);

-- Politeness: one request at a time to a registrable domain.
CREATE TABLE hosts (
    host       TEXT    NOT NULL PRIMARY KEY,
    next_at    INTEGER NOT NULL DEFAULT 0,  -- no request before
    busy_until INTEGER NOT NULL DEFAULT 0,  -- end of the slot's lease
    owner      TEXT    NOT NULL DEFAULT '', -- the process that holds the slot
    holder     TEXT    NOT NULL DEFAULT '', -- and the item or source it holds it for
    wanted_at  INTEGER,                     -- least claim_at of the items to download there; kept by triggers on items
    ready_at   INTEGER AS (max(next_at, busy_until, wanted_at)) VIRTUAL
) STRICT, WITHOUT ROWID;

CREATE INDEX hosts_ready ON hosts (ready_at) WHERE wanted_at IS NOT NULL;
CREATE INDEX hosts_owner ON hosts (owner) WHERE owner <> '';

-- The ledger. Other tables refer to n; what the feed said is kept apart, in
-- payloads, so that the rows stay small.
CREATE TABLE items (
    n             INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    revision      INTEGER NOT NULL,
    generation    INTEGER NOT NULL DEFAULT 0, -- of the ending applied last
    source        TEXT    NOT NULL REFERENCES sources (id),
    state         TEXT    NOT NULL CHECK (state IN ('due', 'in_line', 'ended')),
    outcome       TEXT    NOT NULL DEFAULT ''
                  CHECK (outcome IN ('archived', 'dropped', 'dead') = (state = 'ended') AND (outcome = '') = (state <> 'ended')),
    has_page      INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    found_at      INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    claim_at      INTEGER NOT NULL,           -- due_at, or the end of the lease if there is one
    in_line_at    INTEGER NOT NULL DEFAULT 0,
    checked_at    INTEGER NOT NULL DEFAULT 0, -- last looked for in the streams
    missing_since INTEGER NOT NULL DEFAULT 0,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    lease_owner   TEXT    NOT NULL DEFAULT '',
    reason        TEXT    NOT NULL DEFAULT '',
    hash          TEXT    NOT NULL,           -- of the payload
    publisher     TEXT    NOT NULL,
    host          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    status        TEXT    AS (iif(state = 'ended', outcome, state)) VIRTUAL,
    download      INTEGER AS (url <> '' AND has_page = 0) VIRTUAL
) STRICT;

CREATE INDEX items_ready ON items (claim_at) WHERE state = 'due' AND download = 0;
CREATE INDEX items_download ON items (host, claim_at) WHERE state = 'due' AND download = 1;
CREATE INDEX items_leased ON items (lease_owner) WHERE lease_owner <> '';
CREATE INDEX items_in_line ON items (checked_at, in_line_at) WHERE state = 'in_line';
CREATE INDEX items_dropped ON items (source, ended_at) WHERE outcome = 'dropped';
CREATE INDEX items_open ON items (found_at) WHERE state <> 'ended';

CREATE TABLE payloads (
    item  INTEGER PRIMARY KEY REFERENCES items (n),
    found TEXT NOT NULL -- JSON of news.Found
) STRICT;

CREATE TABLE item_finders (
    item   INTEGER NOT NULL REFERENCES items (n),
    source TEXT    NOT NULL REFERENCES sources (id),
    PRIMARY KEY (item, source)
) STRICT, WITHOUT ROWID;

-- The trails of items that were dropped or are dead; articles have their own.
CREATE TABLE item_trails (
    item  INTEGER PRIMARY KEY REFERENCES items (n),
    trail TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE item_counts (
    source TEXT    NOT NULL,
    status TEXT    NOT NULL,
    items  INTEGER NOT NULL,
    PRIMARY KEY (source, status)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER items_count_added AFTER INSERT ON items BEGIN
    INSERT INTO item_counts VALUES (NEW.source, NEW.status, 1)
    ON CONFLICT DO UPDATE SET items = items + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER items_count_moved AFTER UPDATE OF state, outcome ON items WHEN NEW.status <> OLD.status BEGIN
    UPDATE item_counts SET items = items - 1 WHERE source = OLD.source AND status = OLD.status;
    INSERT INTO item_counts VALUES (NEW.source, NEW.status, 1)
    ON CONFLICT DO UPDATE SET items = items + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER items_wanted_added AFTER INSERT ON items WHEN NEW.state = 'due' AND NEW.download = 1 BEGIN
    INSERT INTO hosts (host, wanted_at) VALUES (NEW.host, NEW.claim_at)
    ON CONFLICT DO UPDATE SET wanted_at = excluded.wanted_at
    WHERE wanted_at IS NULL OR wanted_at > excluded.wanted_at;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER items_wanted_moved AFTER UPDATE OF state, claim_at, has_page ON items
WHEN (NEW.state = 'due' AND NEW.download = 1) OR (OLD.state = 'due' AND OLD.download = 1) BEGIN
    INSERT INTO hosts (host, wanted_at)
    VALUES (NEW.host, (SELECT min(claim_at) FROM items WHERE state = 'due' AND download = 1 AND host = NEW.host))
    ON CONFLICT DO UPDATE SET wanted_at = excluded.wanted_at
    WHERE wanted_at IS NOT excluded.wanted_at;
END;
-- +goose StatementEnd

CREATE TABLE pages (
    item         INTEGER NOT NULL REFERENCES items (n),
    revision     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    fetched_at   INTEGER NOT NULL,
    found        BLOB    NOT NULL, -- zstd of JSON
    body         BLOB    NOT NULL, -- zstd
    PRIMARY KEY (item, revision)
) STRICT;

CREATE TABLE decisions (
    item       TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    of         TEXT,
    similarity REAL    NOT NULL,
    rule       TEXT    NOT NULL,
    story      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (item, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE fingerprints (
    kind  TEXT    NOT NULL,
    hash  TEXT    NOT NULL,
    item  TEXT    NOT NULL,
    story TEXT    NOT NULL,
    title TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;

-- seq orders articles in time (store.Seq). The text comes last: reading the
-- other columns must not touch its pages.
CREATE TABLE articles (
    seq           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL, -- the item's; at most one row each
    revision      INTEGER NOT NULL,
    generation    INTEGER NOT NULL,
    at            INTEGER NOT NULL, -- store.EffectiveTime
    found_at      INTEGER NOT NULL,
    archived_at   INTEGER NOT NULL,
    story         TEXT    NOT NULL,
    source_id     TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    publisher_id  TEXT    NOT NULL,
    publisher     TEXT    NOT NULL,
    lang          TEXT    NOT NULL,
    direction     TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    authors       TEXT    NOT NULL, -- JSON
    published     INTEGER,
    modified      INTEGER,
    url           TEXT    NOT NULL,
    canonical_url TEXT    NOT NULL,
    section       TEXT    NOT NULL,
    image         TEXT    NOT NULL,
    words         INTEGER NOT NULL,
    completeness  TEXT    NOT NULL,
    kind          TEXT    NOT NULL, -- of the verdict
    of            TEXT,
    similarity    REAL    NOT NULL,
    rule          TEXT    NOT NULL,
    labels        TEXT    NOT NULL, -- JSON of news.Labels
    trail         TEXT    NOT NULL, -- JSON
    text          TEXT    NOT NULL
) STRICT;

-- Look-ups by id also want revision and generation: with them in the index the
-- article itself is not read. That an id has one row is End's doing.
CREATE UNIQUE INDEX articles_id ON articles (id, revision, generation);
CREATE INDEX articles_story ON articles (story, seq, kind, publisher_id, found_at);
CREATE INDEX articles_source ON articles (source_id);
CREATE INDEX articles_publisher ON articles (publisher_id);
CREATE INDEX articles_lang ON articles (lang);

CREATE TABLE article_counts (
    lang     TEXT    NOT NULL PRIMARY KEY,
    articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER articles_count_added AFTER INSERT ON articles BEGIN
    INSERT INTO article_counts VALUES (NEW.lang, 1) ON CONFLICT DO UPDATE SET articles = articles + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER articles_count_moved AFTER UPDATE OF lang ON articles WHEN NEW.lang <> OLD.lang BEGIN
    UPDATE article_counts SET articles = articles - 1 WHERE lang = OLD.lang;
    INSERT INTO article_counts VALUES (NEW.lang, 1) ON CONFLICT DO UPDATE SET articles = articles + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER articles_count_removed AFTER DELETE ON articles BEGIN
    UPDATE article_counts SET articles = articles - 1 WHERE lang = OLD.lang;
END;
-- +goose StatementEnd

-- Revisions that a later one replaced.
CREATE TABLE article_revisions (
    seq         INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    archived_at INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    PRIMARY KEY (seq, revision)
) STRICT;

CREATE TABLE stories (
    id         TEXT    NOT NULL PRIMARY KEY,
    title      TEXT    NOT NULL,
    articles   INTEGER NOT NULL,
    publishers INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE article_topics (
    label TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (label, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE article_places (
    label TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (label, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE article_organisations (
    label TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (label, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE article_watches (
    label TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (label, seq)
) STRICT, WITHOUT ROWID;

-- Articles that wait for the full-text index. A flag in articles would mean to
-- write every text twice.
CREATE TABLE index_queue (
    seq         INTEGER PRIMARY KEY,
    archived_at INTEGER NOT NULL,
    replaces    INTEGER NOT NULL -- whether an older text of it is in the index
) STRICT;

CREATE INDEX index_queue_oldest ON index_queue (archived_at);

-- rowid is articles.seq. The tokens are made by pkg/text: "ascii" only splits
-- them at the spaces between.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, text, content = '', contentless_delete = 1, tokenize = 'ascii', detail = full
);

-- Memory in which a batch gathers before it is written as one segment. The
-- default, 1 MB, cuts a batch of 500 articles into several, to be merged again.
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 16777216);

CREATE TABLE dead_letters (
    item       TEXT    NOT NULL PRIMARY KEY,
    revision   INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    stage      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    error      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    headers    TEXT    NOT NULL, -- JSON
    payload    BLOB    NOT NULL
) STRICT;

CREATE INDEX dead_letters_at ON dead_letters (at);

CREATE TABLE attempts (
    key    TEXT    NOT NULL,
    stage  TEXT    NOT NULL,
    starts INTEGER NOT NULL,
    PRIMARY KEY (key, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    name    TEXT    NOT NULL PRIMARY KEY,
    owner   TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ping writes here.
CREATE TABLE pings (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    n   INTEGER NOT NULL
) STRICT;
