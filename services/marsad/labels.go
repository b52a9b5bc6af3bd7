package main

import (
	"cmp"
	"slices"

	"marsad/pkg/news"
)

// The kinds of labels, as they are named to users.
const (
	kindTopic        = "topic"
	kindNoTopic      = "no topic"
	kindPlace        = "place"
	kindOrganisation = "organisation"
	kindWatch        = "watch"
)

var labelKinds = []string{kindTopic, kindNoTopic, kindPlace, kindOrganisation, kindWatch}

// How a label changes.
const (
	gained  = '+'
	lost    = '-'
	altered = '~' // other mentions, or other matches
)

// change is a label that an article gains or loses, or that says something else than before.
type change struct {
	kind, id, name string
	how            rune
}

// differences lists how labels changed, kind by kind. How probable a topic is does
// not count: the last digits of that may differ between two machines.
func differences(before, after news.Labels) []change {
	return slices.Concat(
		compare(kindTopic, before.Topics, after.Topics,
			func(t news.Topic) (id, name string) { return t.Code, t.Label },
			func(a, b news.Topic) bool { return a.Label == b.Label }),
		compare(kindNoTopic, reasonsOf(before), reasonsOf(after),
			func(a news.Abstention) (id, name string) { return string(a), "" },
			func(a, b news.Abstention) bool { return a == b }),
		compare(kindPlace, before.Places, after.Places,
			func(p news.Place) (id, name string) { return p.Code, p.Name },
			func(a, b news.Place) bool { return a == b }),
		compare(kindOrganisation, before.Organisations, after.Organisations,
			func(o news.Organisation) (id, name string) { return o.ID, o.Name },
			func(a, b news.Organisation) bool { return a == b }),
		compare(kindWatch, before.Watches, after.Watches,
			func(w news.Watch) (id, name string) { return w.ID, "" },
			func(a, b news.Watch) bool { return a.Score == b.Score && slices.Equal(a.Matches, b.Matches) }),
	)
}

// reasonsOf is why there is no topic, if it is known.
func reasonsOf(l news.Labels) []news.Abstention {
	if l.Abstained == "" {
		return nil
	}
	return []news.Abstention{l.Abstained}
}

func compare[T any](kind string, before, after []T, name func(T) (id, name string), same func(a, b T) bool) (list []change) {
	old := make(map[string]T, len(before))
	for _, label := range before {
		id, _ := name(label)
		old[id] = label
	}
	for _, label := range after {
		id, called := name(label)
		was, ok := old[id]
		delete(old, id)
		if !ok {
			list = append(list, change{kind, id, called, gained})
		} else if !same(was, label) {
			list = append(list, change{kind, id, called, altered})
		}
	}
	for id, label := range old {
		_, called := name(label)
		list = append(list, change{kind, id, called, lost})
	}
	slices.SortStableFunc(list, func(a, b change) int { return cmp.Compare(a.id, b.id) })
	return list
}
