-- +goose Up

-- What is only shown of an article: news.Details, as JSON.
ALTER TABLE articles ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
