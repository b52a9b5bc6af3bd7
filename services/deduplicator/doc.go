// Package deduplicator decides what each article is in relation to those that
// came before: an original, a copy, an excerpt or a revision of another; and the
// story it belongs to.
//
// It takes news.cleaned and gives news.deduplicated. It drops nothing; what the
// store can never take is a dead letter ("cannot_be_stored").
//
// It is single-active: only the holder of a lease in the store decides, and
// every batch of decisions is one transaction with all that they change and a
// check that the lease is still held at the same epoch. What texts are compared
// with is in memory (package near: copies; package story: stories). Each change of
// memory is an entry in a journal, appended in the same transaction: a process that
// starts replays the part of it that is within the window, a standby follows its
// end, and either decides as the one before would have.
//
// Doing it again is harmless: a decision that is stored is repeated, not made anew.
package deduplicator
