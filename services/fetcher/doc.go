// Package fetcher finds news and brings pages.
//
// It takes due sources and due items, claimed in the store with a lease, and
// gives news.fetched; an item that has neither a page nor text in its feed
// ends as news.dropped.
//
// Two loops run side by side. The poll loop reads feeds into the ledger: one
// poll is one transaction, nothing is published. The download loop claims
// items, one request per registrable domain at a time, stores their pages,
// publishes a reference and marks the items in line. A third loop reconciles:
// what is in line for long but in no stream becomes due again.
//
// Drop and poll reasons are listed in reasons.go. It gives no dead letters: what fails is
// due again later.
//
// Doing it again is harmless: a poll adds only what the ledger does not have,
// a page is stored under its item and revision, and the bus refuses a revision
// that it still has. A fetcher that dies leaves leases, which run out.
package fetcher
