-- +goose Up

-- Versions of the file of watches. None is ever changed.
CREATE TABLE watches (
    version    INTEGER NOT NULL PRIMARY KEY,
    applied_at INTEGER NOT NULL,
    note       TEXT    NOT NULL,
    yaml       BLOB    NOT NULL -- zstd
) STRICT;
