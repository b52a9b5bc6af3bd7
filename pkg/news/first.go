package news

import (
	"slices"
	"strings"
	"time"
)

// Appearance is what is known of when and where one member of a group appeared.
type Appearance struct {
	ID             ID
	Publisher      string
	Published      *time.Time
	Confidence     float64 // Details.PublishedConfidence
	OriginalSource string  // Details.OriginalSource
	Found          time.Time
}

// FirstRule says what decided who was first.
type FirstRule string

const (
	FirstOnly      FirstRule = "only"      // there is no other
	FirstPublished FirstRule = "published" // by a time of publication that can be trusted
	FirstAgency    FirstRule = "agency"    // an agency's own article comes before a reprint
	FirstArrived   FirstRule = "arrived"   // it was found first
)

const (
	// trustedConfidence is that of a date which a page or feed declares of
	// itself. The date in a notice of republication, at .8, is the original's.
	trustedConfidence = .82
	// dateSlack is how far clocks may differ.
	dateSlack = time.Hour
	// oldest is how long before it was found an article can have appeared: a page
	// dated earlier is another one, or dated wrongly.
	oldest = 365 * 24 * time.Hour
	// firstTolerance is a difference of publication times that says nothing.
	firstTolerance = 5 * time.Minute
)

// First says which of the members of a group appeared first, and by what. It
// takes away, in this order, until one is left:
//
//  1. those with a trusted time of publication that is more than five minutes
//     after the earliest one;
//  2. if there is an agency's own article, all others; else, if there is one
//     that is no reprint, the reprints;
//  3. those without a trusted time that were found more than five minutes after
//     the earliest one: nothing shows that they were there before;
//  4. all but the one that was found first, and of those found at the same
//     moment all but the one with the lowest ID.
//
// The rule is the last step that took any away. The answer does not depend on
// the order of members; -1 if there are none.
func First(members []Appearance) (int, FirstRule) {
	left, rule := make([]int, len(members)), FirstOnly
	for i := range members {
		left[i] = i
	}
	earliest, dated := earliestPublished(members)
	narrow := func(by FirstRule, stays func(Appearance) bool) {
		fewer := slices.DeleteFunc(slices.Clone(left), func(i int) bool { return !stays(members[i]) })
		if len(fewer) > 0 && len(fewer) < len(left) {
			left, rule = fewer, by
		}
	}
	narrow(FirstPublished, func(m Appearance) bool {
		from, _, ok := m.appeared()
		return !dated || !ok || !from.After(earliest.Add(firstTolerance))
	})
	narrow(FirstAgency, func(m Appearance) bool { return !m.reprint() && (IsAgency(m.Publisher) || named(m, members)) })
	narrow(FirstAgency, func(m Appearance) bool { return !m.reprint() })
	narrow(FirstPublished, func(m Appearance) bool {
		_, _, ok := m.appeared()
		return !dated || ok || !m.Found.After(earliest.Add(firstTolerance))
	})
	if len(left) == 0 {
		return -1, ""
	}
	first := slices.MinFunc(left, func(a, b int) int {
		if c := members[a].Found.Compare(members[b].Found); c != 0 {
			return c
		}
		return strings.Compare(string(members[a].ID), string(members[b].ID))
	})
	if len(left) > 1 {
		rule = FirstArrived
	}
	return first, rule
}

// earliestPublished is the moment by which a member had surely appeared, of those
// that say when.
func earliestPublished(members []Appearance) (earliest time.Time, ok bool) {
	for _, m := range members {
		if _, until, trusted := m.appeared(); trusted && (!ok || until.Before(earliest)) {
			earliest, ok = until, true
		}
	}
	return earliest, ok
}

// Trusted reports whether the time of publication can be relied on to compare
// it with another's.
func (m Appearance) Trusted() bool {
	return m.Published != nil && m.Confidence >= trustedConfidence &&
		!m.Published.After(m.Found.Add(dateSlack)) && m.Published.After(m.Found.Add(-oldest))
}

// appeared is the span in which a member appeared by its trusted time: a moment,
// or a day, as far as it was not found earlier.
func (m Appearance) appeared() (from, until time.Time, ok bool) {
	if !m.Trusted() {
		return from, until, false
	}
	from, until = *m.Published, *m.Published
	if dayOnly(from) {
		until = from.Add(24 * time.Hour)
		if m.Found.Before(until) {
			until = m.Found
		}
	}
	return from, until, true
}

// dayOnly reports whether a time may stand for a day: it is midnight in UTC, as
// feeds write it, or somewhere between Lisbon and Muscat, as pages do.
func dayOnly(t time.Time) bool {
	t = t.UTC()
	return t.Equal(t.Truncate(time.Hour)) && (t.Hour() == 0 || t.Hour() >= 20)
}

func (m Appearance) reprint() bool {
	return m.OriginalSource != "" && !sameName(m.OriginalSource, m.Publisher)
}

// named reports whether another member says to be a reprint of m's publisher.
func named(m Appearance, members []Appearance) bool {
	return slices.ContainsFunc(members, func(other Appearance) bool {
		return other.ID != m.ID && other.OriginalSource != "" && sameName(other.OriginalSource, m.Publisher)
	})
}
