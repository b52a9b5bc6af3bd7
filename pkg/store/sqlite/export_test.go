package sqlite

// Queries are those whose cost must not grow with the store, as they are run.
var Queries = map[string]string{
	"ready publishers": readyPublishers, "ready items": readyOf, "ready hosts": readyHosts,
	"old pages": oldPages, "old polls": oldPolls, "orphaned polls": orphanedPolls, "old items": oldItems,
	"old revisions": oldRevisions, "old fingerprints": oldFingerprints, "useless attempts": uselessAttempts,
	"old clocks": oldClocks, "known entries": knownEntries,
}

// Removals are what Prune deletes with.
func Removals() map[string]string {
	out := map[string]string{}
	for name, queries := range map[string][]string{
		"pages": removePages, "polls": removePolls, "orphaned polls": removeOrphanedPolls, "items": removeItems,
		"revisions": removeRevisions, "fingerprints": removeFingerprints, "attempts": removeAttempts, "clocks": removeClocks,
	} {
		for i, query := range queries {
			out[name+" "+string(rune('a'+i))] = query
		}
	}
	return out
}
