// Package deduplicator decides what each article is in relation to those that
// came before: an original, a copy or a revision of another; and the story it
// belongs to.
//
// It takes news.cleaned and gives news.deduplicated. It drops nothing; what the
// store can never take is a dead letter ("cannot_be_stored").
//
// It is single-active: only the holder of a lease in the store decides, and
// every batch of decisions is one transaction with the fingerprints they rest
// on and a check that the lease is still held at the same epoch. A standby
// waits for the lease.
//
// Doing it again is harmless: a decision that is stored is repeated, not made anew.
package deduplicator
