// Package classifier says what an article is about: for now, which countries
// it mentions. Its language was found when it was cleaned.
//
// It takes news.deduplicated and gives news.classified. It drops nothing and
// has no dead letters of its own.
//
// Doing it again is harmless: labels are a function of the article alone.
package classifier
