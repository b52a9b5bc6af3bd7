package feed

import (
	"slices"

	"marsad/services/fetcher/feed/charset"
)

// Repair says what had to be mended in a feed before it could be read.
type Repair string

// The repairs.
const (
	RepairedCharset    Repair = "charset_guessed"     // the encoding was not declared, and guessed
	RepairedLabel      Repair = "charset_mislabelled" // it was declared wrongly
	RepairedCharacters Repair = "illegal_characters"  // characters were left out that XML does not allow
	RepairedEntities   Repair = "undefined_entities"  // references that XML does not know, ampersands that begin none
	RepairedPrefixes   Repair = "undeclared_prefixes"
	RepairedStart      Repair = "leading_junk" // there was something before the feed
	RepairedTags       Repair = "unclosed_tags"
	RepairedNesting    Repair = "nesting_flattened" // elements too deep, or too many in an entry
	RepairedEnd        Repair = "truncated"         // it ends in the middle
	RepairedLost       Repair = "entries_lost"      // entries that were not complete, or broken
	RepairedLimit      Repair = "entries_capped"    // there are more than were asked for
	RepairedNoDates    Repair = "dates_absent"      // at least one entry has none that can be read
	RepairedFuture     Repair = "dates_in_the_future"
	RepairedAddresses  Repair = "addresses_shared" // different entries have the same one
)

// repairs is a set that keeps their order.
type repairs []Repair

func (r *repairs) add(one Repair) {
	if !slices.Contains(*r, one) {
		*r = append(*r, one)
	}
}

func repairsOf(e charset.Result) repairs {
	var r repairs
	switch {
	case e.Wrong:
		r.add(RepairedLabel)
	case e.Guessed:
		r.add(RepairedCharset)
	}
	if e.Broken {
		r.add(RepairedCharacters)
	}
	return r
}
