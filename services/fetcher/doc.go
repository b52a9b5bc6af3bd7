// Package fetcher finds news and brings pages.
//
// It takes due sources and due items, claimed in the store with a lease, and
// gives news.fetched; an item that has neither a page nor text in its feed, or
// is more than its source may bring, ends as news.dropped.
//
// Loops run side by side. The poll loop reads feeds and sitemaps into the
// ledger (poll.go, reading.go): one poll is one transaction, nothing is
// published; it also learns the rhythm of the source, and so when to ask again
// (package schedule). The download loop claims items, one request per
// registrable domain at a time, stores their pages, publishes a reference and
// marks the items in line (download.go). Another reconciles: what is in line for
// long but in no stream becomes due again (reconcile.go). Another has young
// articles looked at a second time (look.go). Hubs that feeds name are asked to
// bring what is new (websub_subscribe.go, websub_push.go); polls go on as a backup.
//
// All requests go through one client (client.go): addresses are guarded at every
// dial (guard.go), bodies bounded in size and pace (body.go), redirects take the
// slot of the domain they lead to (visit.go), pages ask robots.txt (robots.go).
//
// Drop and poll reasons are listed in reasons.go. It gives no dead letters: what fails is
// due again later.
//
// Doing it again is harmless: a poll adds only what the ledger does not have,
// a page is stored under its item and revision, and the bus refuses a revision
// that it still has. A fetcher that dies leaves leases, which run out.
package fetcher
