// Package classifier says what an article is about: its topics (package topics), the
// countries it mentions (pkg/places), the organisations (package organisations), and
// which watches it matches (pkg/watches). Its language was found when it was cleaned.
//
// It takes news.deduplicated and gives news.classified. It drops nothing and has no
// dead letters of its own: an article of which it is not sure has no topics, and the
// reason why: too_short, low_confidence or unsupported_language.
//
// Doing it again is harmless: labels are a function of the article, the program, its
// settings and the watches that are applied.
package classifier
