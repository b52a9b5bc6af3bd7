// Package archiver writes what became of every item: it is the only writer of
// articles and of final states.
//
// It takes news.classified, news.dropped and news.dead, writes them in batches
// of one transaction each, and gives news.archived for every article. It also
// keeps the full-text index up to date, in batches of its own, and deletes what
// is older than the settings of retention allow, in small steps.
//
// An event about an item that the ledger does not know is let go, with an
// error in the log: there is nothing to end. What the store can never take is a
// dead letter ("cannot_be_stored").
//
// Doing it again is harmless: writes are upserts under (item, revision,
// generation), and an older one never overwrites a newer one. An event that comes
// twice is written, announced and counted twice, with the same content. A replay
// (generation 1 and up) is announced as one, and counted apart.
package archiver
