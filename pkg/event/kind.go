package event

import (
	"fmt"
	"strings"

	"marsad/pkg/news"
)

// Kind is the kind of an event; it names its subject, its stream and its type.
type Kind string

const (
	KindFetched      Kind = "fetched"
	KindCleaned      Kind = "cleaned"
	KindDeduplicated Kind = "deduplicated"
	KindClassified   Kind = "classified"
	KindDropped      Kind = "dropped"
	KindDead         Kind = "dead"
	KindArchived     Kind = "archived"
)

// InLine lists the kinds that carry an item on its way, in the order of the
// way. An item in line is in one of their streams.
var InLine = []Kind{KindFetched, KindCleaned, KindDeduplicated, KindClassified, KindDropped, KindDead}

// Subject is where an event of kind k about ref is published.
func (k Kind) Subject(ref news.Ref) string { return k.subject(ref.Key()) }

func (k Kind) subject(key string) string { return "news." + string(k) + "." + key }

// Subjects matches every Subject of kind k.
func (k Kind) Subjects() string { return "news." + string(k) + ".>" }

// Type is the CloudEvents type, with the version of the payload.
func (k Kind) Type() string { return "marsad.news." + string(k) + ".v1" }

// ParseSubject takes a Subject apart. The generation is not part of it.
func ParseSubject(subject string) (Kind, news.Ref, error) {
	rest, ok := strings.CutPrefix(subject, "news.")
	kind, key, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 {
		return "", news.Ref{}, fmt.Errorf("subject %q is not news.<kind>.<item>-<revision>", subject)
	}
	ref, err := news.ParseKey(key)
	return Kind(kind), ref, err
}
