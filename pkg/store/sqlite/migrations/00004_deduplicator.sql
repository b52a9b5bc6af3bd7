-- +goose Up

-- The group and the original a decision goes by. Before, every member of a story
-- was a copy of its first article.
ALTER TABLE decisions ADD COLUMN leader TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN anchor TEXT NOT NULL DEFAULT '';
UPDATE decisions SET leader = coalesce(nullif(story, ''), item), anchor = coalesce(nullif(story, ''), item);

-- Most articles lead themselves and anchor themselves: those are found by their
-- own ID, and the indexes hold the others.
CREATE INDEX decisions_leader ON decisions (leader, at) WHERE leader <> item;
CREATE INDEX decisions_anchor ON decisions (anchor) WHERE anchor <> item;
CREATE INDEX decisions_story ON decisions (story) WHERE story <> anchor;

-- Empty for an article that leads its group.
ALTER TABLE articles ADD COLUMN leader TEXT NOT NULL DEFAULT '';
UPDATE articles SET leader = story
    WHERE seq IN (SELECT seq FROM articles INDEXED BY articles_story WHERE kind <> 'original') AND story <> id;
CREATE INDEX articles_leader ON articles (leader, seq) WHERE leader <> '';

DROP INDEX articles_story;
CREATE INDEX articles_story ON articles (story, seq, kind, publisher_id, found_at, lang, leader);
-- The stories of a period are counted without reading an article.
CREATE INDEX articles_found ON articles (found_at, story, lang, publisher_id);

-- The deduplicator's memory. Numbers are never used again.
CREATE TABLE journal (
    n    INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    item TEXT    NOT NULL,
    data BLOB    NOT NULL
) STRICT;

CREATE INDEX journal_at ON journal (at);
CREATE INDEX journal_item ON journal (item);

-- Stories that became part of another. story is never itself in id.
CREATE TABLE story_aliases (
    id    TEXT NOT NULL PRIMARY KEY,
    story TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX story_aliases_story ON story_aliases (story);

-- The same event in two languages; a < b.
CREATE TABLE story_links (
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

CREATE INDEX story_links_b ON story_links (b);
