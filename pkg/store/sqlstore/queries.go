package sqlstore

import "marsad/pkg/store"

// Queries are those whose cost must not grow with the store, for backends to test their plans.
var Queries = map[string]string{
	"ready publishers": readyPublishers, "ready items": readyOf, "ready hosts": readyHosts,
	"old pages": oldPages, "old polls": oldPolls, "orphaned polls": orphanedPolls, "old items": oldItems,
	"old revisions": oldRevisions, "old fingerprints": oldFingerprints, "useless attempts": uselessAttempts, "old entries": oldEntries, "journal": readJournal,
	"anchored": anchored, "group": group, "beside": besideIt, "members": members, "kinships": kinships, "of revision": ofRevision, "linked": linkedStep, "stories": storiesQuery(),
	"archived since": archivedSince, "archived of": archivedOf, "old clocks": oldClocks, "novel entries": novelEntries, "former entries": formerEntries, "due sources": dueSources,
}

// Removals are what Prune deletes with.
func Removals() map[string]string {
	out := map[string]string{}
	for name, queries := range map[string][]string{
		"pages": removePages, "polls": removePolls, "orphaned polls": removeOrphanedPolls, "items": removeItems,
		"revisions": removeRevisions, "fingerprints": removeFingerprints, "entries": removeEntries, "moves": move, "attempts": removeAttempts, "clocks": removeClocks,
	} {
		for i, query := range queries {
			out[name+" "+string(rune('a'+i))] = query
		}
	}
	return out
}

func storiesQuery() string {
	query, _, err := buildStories(store.StoryQuery{Order: store.BySize}, 1)
	if err != nil {
		panic(err)
	}
	return query
}
