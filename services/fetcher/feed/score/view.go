package score

import (
	"time"

	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/feed/score/pyexpr"
)

// modelled are the names of what Marsad reads of a feed, as the Universal Feed Parser calls
// it. An expectation that names others is not compared.
var modelled = set("get", "has_key",
	"title", "title_detail", "link", "links", "id", "guid", "guidislink", "summary", "summary_detail", "description", "description_detail",
	"subtitle", "subtitle_detail", "tagline", "tagline_detail", "content", "content_detail", "value", "type", "base", "language",
	"author", "author_detail", "authors", "name", "email", "href", "url", "homepage", "rel", "hreflang", "length",
	"published", "published_parsed", "issued", "issued_parsed", "updated", "updated_parsed", "modified", "modified_parsed", "date", "date_parsed",
	"tags", "category", "categories", "term", "scheme", "label", "enclosures")

// variables are the names under which they are found, and what expressions are made of.
var variables = set("feed", "entries", "version", "bozo", "len")

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, name := range names {
		m[name] = true
	}
	return m
}

// View shows a document as the Universal Feed Parser shows it.
func View(d *feed.Document) map[string]any {
	f := pyexpr.Dict{"links": links(d.Links)}
	put(f, "title", d.Title)
	put(f, "subtitle", d.Subtitle)
	putString(f, "id", d.ID)
	putString(f, "link", d.Link)
	putString(f, "language", d.Lang)
	putPeople(f, d.Authors)
	putTags(f, d.Tags)
	putDate(f, "updated", d.Updated)
	putDate(f, "published", d.Published)
	entries := make([]any, len(d.Entries))
	for i := range d.Entries {
		entries[i] = entryView(&d.Entries[i])
	}
	return map[string]any{"feed": f, "entries": entries, "version": d.Version, "encoding": d.Charset, "bozo": false}
}

func entryView(e *feed.Entry) pyexpr.Dict {
	d := pyexpr.Dict{"links": links(e.Links), "guidislink": e.Permalink && e.Link == e.ID && e.ID != ""}
	put(d, "title", e.Title)
	put(d, "summary", e.Summary)
	var contents []any
	for _, text := range e.Content {
		contents = append(contents, detail(text))
	}
	if contents != nil {
		d["content"] = contents
		if _, ok := d["summary"]; !ok {
			put(d, "summary", e.Content[0])
		}
	}
	putString(d, "id", e.ID)
	putString(d, "link", e.Link)
	putString(d, "language", e.Lang)
	putPeople(d, e.Authors)
	putTags(d, e.Tags)
	putDate(d, "published", e.Published)
	putDate(d, "updated", e.Updated)
	var enclosures []any
	for _, l := range e.Enclosures {
		enclosures = append(enclosures, linkView(l))
	}
	if enclosures != nil {
		d["enclosures"] = enclosures
	}
	return d
}

func put(d pyexpr.Dict, name string, t feed.Text) {
	if t.Value != "" {
		d[name], d[name+"_detail"] = t.Value, detail(t)
	}
}

func detail(t feed.Text) pyexpr.Dict {
	d := pyexpr.Dict{"value": t.Value, "type": t.Type, "base": t.Base, "language": nil}
	putString(d, "language", t.Lang)
	return d
}

func putString(d pyexpr.Dict, name, value string) {
	if value != "" {
		d[name] = value
	}
}

func putPeople(d pyexpr.Dict, people []feed.Person) {
	var all []any
	for _, p := range people {
		one := pyexpr.Dict{}
		putString(one, "name", p.Name)
		putString(one, "email", p.Email)
		putString(one, "href", p.URL)
		all = append(all, one)
	}
	if all == nil {
		return
	}
	d["authors"], d["author_detail"] = all, all[len(all)-1]
	last := people[len(people)-1]
	switch {
	case last.Name != "" && last.Email != "":
		d["author"] = last.Name + " (" + last.Email + ")"
	case last.Name != "":
		d["author"] = last.Name
	default:
		putString(d, "author", last.Email)
	}
}

func putTags(d pyexpr.Dict, tags []feed.Tag) {
	var all, pairs []any
	for _, tag := range tags {
		one := pyexpr.Dict{"term": tag.Term, "scheme": optional(tag.Scheme), "label": optional(tag.Label)}
		all, pairs = append(all, one), append(pairs, []any{optional(tag.Scheme), tag.Term})
	}
	if all != nil {
		d["tags"], d["categories"], d["category"] = all, pairs, tags[0].Term
	}
}

func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func links(list []feed.Link) []any {
	all := []any{}
	for _, l := range list {
		all = append(all, linkView(l))
	}
	return all
}

func linkView(l feed.Link) pyexpr.Dict {
	d := pyexpr.Dict{}
	for name, value := range map[string]string{"rel": l.Rel, "href": l.Href, "type": l.Type, "title": l.Title, "hreflang": l.Lang, "length": l.Length} {
		putString(d, name, value)
	}
	return d
}

func putDate(d pyexpr.Dict, name, written string) {
	if written == "" {
		return
	}
	d[name] = Moment(written)
	if t, ok := feed.When(written, ""); ok {
		d[name+"_parsed"] = TimeTuple(t)
	}
}

// Moment is a date as it is written. It equals other ways to write it.
type Moment string

// EqualTo makes it pyexpr.Comparable.
func (m Moment) EqualTo(other any) bool {
	s, ok := other.(string)
	if !ok {
		return false
	}
	t, read := feed.When(string(m), "")
	u, also := feed.When(s, "")
	return s == string(m) || read && also && t.Equal(u)
}

// MarshalText writes it as RFC 3339 where it can be read.
func (m Moment) MarshalText() ([]byte, error) {
	if t, ok := feed.When(string(m), ""); ok {
		return []byte(t.Format(time.RFC3339)), nil
	}
	return []byte(m), nil
}

// TimeTuple is a time as Python's time module has it: weeks begin on Monday.
func TimeTuple(t time.Time) []any {
	t = t.UTC()
	var list []any
	for _, n := range []int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), (int(t.Weekday()) + 6) % 7, t.YearDay(), 0} {
		list = append(list, float64(n))
	}
	return list
}
