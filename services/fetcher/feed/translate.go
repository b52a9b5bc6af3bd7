package feed

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	gofeedatom "github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	gofeedrss "github.com/mmcdole/gofeed/rss"
)

// readXML reads a feed in XML whose first element begins at start.
func readXML(text []byte, start int, kind Format, o Options, r *repairs) (*Document, error) {
	s := newSkeleton(text, start, kind, o, r)
	s.write()
	t := &translator{texts: s.texts, aside: s.aside, base: o.URL, decoder: decoder{own: s.own, format: kind, atom10: s.version == "atom10"}}
	d := &Document{Format: kind, Version: s.version, Lang: s.lang}
	if kind == Atom {
		parsed, err := new(gofeedatom.Parser).Parse(bytes.NewReader(s.out))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotAFeed, err)
		}
		t.atom(d, parsed)
		return d, nil
	}
	parsed, err := new(gofeedrss.Parser).Parse(bytes.NewReader(s.out))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAFeed, err)
	}
	t.rss(d, parsed)
	return d, nil
}

// translator makes a Document of what the parser found in a skeleton.
type translator struct {
	texts []rawText
	aside []string
	base  string
	decoder
}

// of decodes the text whose index stands where the text was.
func (t *translator) of(index string) Text {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(t.texts) {
		return Text{}
	}
	return t.text(t.texts[i])
}

// hrefs puts back the addresses that were set aside.
func (t *translator) hrefs(links []Link) []Link {
	for i, l := range links {
		if index, ok := strings.CutPrefix(l.Href, asidePrefix); ok {
			links[i].Href = ""
			if n, err := strconv.Atoi(index); err == nil && n >= 0 && n < len(t.aside) {
				links[i].Href = t.aside[n]
			}
		}
	}
	return links
}

// first decodes the first text that says something.
func (t *translator) first(indexes ...string) Text {
	for _, index := range indexes {
		if text := t.of(index); text.Value != "" {
			return text
		}
	}
	return Text{Type: plainText}
}

// extensions are the elements that the parser keeps without knowing them.
type extensions ext.Extensions

// all are those of a name.
func (e extensions) all(prefix, name string) []ext.Extension { return e[prefix][name] }

// value is the text of the last of a name; empty without one.
func (e extensions) value(prefix, name string) string {
	if all := e.all(prefix, name); len(all) > 0 {
		return strings.TrimSpace(all[len(all)-1].Value)
	}
	return ""
}

// firstOf is the text of the first of these names, "prefix:name", that has one.
func (e extensions) firstOf(names ...string) string {
	for _, name := range names {
		prefix, local, _ := strings.Cut(name, ":")
		if v := e.value(prefix, local); v != "" {
			return v
		}
	}
	return ""
}

// inGroup is the text of an element in the first group of Media RSS.
func (e extensions) inGroup(name string) string {
	if groups := e.all("media", "group"); len(groups) > 0 {
		return child(groups[0], name)
	}
	return ""
}

// values are the texts of all of a name.
func (e extensions) values(prefix, name string) []string {
	var list []string
	for _, x := range e.all(prefix, name) {
		if v := strings.TrimSpace(x.Value); v != "" {
			list = append(list, v)
		}
	}
	return list
}

// links are those that stand in a feed as Atom has them.
func (e extensions) links() []Link {
	var list []Link
	for _, x := range slices.Concat(e.all("atom", "link"), e.all("itunes", "link")) {
		list = append(list, newLink(Link{x.Attrs["rel"], x.Attrs["href"], x.Attrs["type"], x.Attrs["title"], x.Attrs["hreflang"], x.Attrs["length"]}))
	}
	return list
}

// newLink gives a link what it has where nothing is said.
func newLink(l Link) Link {
	if l.Rel == "" {
		l.Rel = "alternate"
	}
	if l.Type == "" {
		switch l.Rel {
		case "self":
			l.Type = "application/atom+xml"
		case "alternate":
			l.Type = htmlText
		}
	}
	return l
}

// persons are the authors of extensions: of Dublin Core, of iTunes, of Atom in RSS.
func (e extensions) persons() []Person {
	var list []Person
	for _, x := range e.all("atom", "author") {
		list = append(list, Person{child(x, "name"), child(x, "email"), child(x, "uri")})
	}
	for _, name := range []string{"dc:creator", "dc:author", "itunes:author", "x:creator"} {
		prefix, local, _ := strings.Cut(name, ":")
		for _, v := range e.values(prefix, local) {
			list = append(list, person(v))
		}
	}
	return list
}

func child(x ext.Extension, name string) string {
	if list := x.Children[name]; len(list) > 0 {
		return list[0].Value
	}
	return ""
}

// tags are the categories of extensions.
func (e extensions) tags() []Tag {
	var list []Tag
	for _, v := range slices.Concat(e.values("dc", "subject"), e.values("dcterms", "subject"), e.values("x", "keywords")) {
		list = append(list, Tag{Term: v})
	}
	for _, x := range e.all("itunes", "category") {
		for x.Attrs["text"] != "" {
			list = append(list, Tag{Term: x.Attrs["text"], Scheme: "http://www.itunes.com/"})
			inner := x.Children["category"]
			if len(inner) == 0 {
				break
			}
			x = inner[0]
		}
	}
	for word := range strings.SplitSeq(e.value("itunes", "keywords"), ",") {
		list = append(list, Tag{Term: strings.TrimSpace(word), Scheme: "http://www.itunes.com/"})
	}
	for _, x := range e.all("media", "category") {
		list = append(list, Tag{strings.TrimSpace(x.Value), x.Attrs["scheme"], x.Attrs["label"]})
	}
	return list
}

// picture is the address of an entry's picture: of iTunes, or of Media RSS.
func (e extensions) picture() string {
	for _, x := range e.all("itunes", "image") {
		if x.Attrs["href"] != "" {
			return x.Attrs["href"]
		}
	}
	for _, l := range e.links() {
		if l.Rel == "image" {
			return l.Href
		}
	}
	return picture(slices.Concat(e.all("media", "thumbnail"), e.all("media", "content"), e.all("media", "group")), 0)
}

func picture(list []ext.Extension, depth int) string {
	for _, x := range list {
		if u := x.Attrs["url"]; u != "" && (x.Name == "thumbnail" || x.Attrs["medium"] == "image" || strings.HasPrefix(x.Attrs["type"], "image/")) {
			return u
		}
		if depth < 3 {
			if u := picture(slices.Concat(x.Children["content"], x.Children["thumbnail"]), depth+1); u != "" {
				return u
			}
		}
	}
	return ""
}

// hubs are where a feed announces its changes.
func hubs(links []Link) []string {
	var list []string
	for _, l := range links {
		if l.Rel == "hub" {
			list = append(list, l.Href)
		}
	}
	return list
}

// wait is how long a feed asks to be left alone: ttl in minutes, or the period of
// RDF Site Summary's syndication module.
func (e extensions) wait(ttl string) time.Duration {
	if minutes, err := strconv.ParseFloat(strings.TrimSpace(ttl), 64); err == nil && minutes > 0 {
		return time.Duration(min(minutes, maxWait.Minutes()) * float64(time.Minute))
	}
	period := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour, "monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
	}[strings.ToLower(e.value("sy", "updateperiod"))]
	frequency, err := strconv.ParseFloat(e.value("sy", "updatefrequency"), 64)
	if err != nil || frequency < 1 {
		frequency = 1
	}
	return min(time.Duration(float64(period)/frequency), maxWait)
}

// maxWait bounds what a feed can ask for.
const maxWait = 30 * 24 * time.Hour

// unique leaves out tags without a term and those that were there.
func unique(tags []Tag) []Tag {
	var kept []Tag
	for _, tag := range tags {
		same := func(k Tag) bool {
			return k.Term == tag.Term && (k.Scheme == tag.Scheme || tag.Scheme == "http://www.itunes.com/")
		}
		if (tag.Term != "" || tag.Label != "") && !slices.ContainsFunc(kept, same) && len(kept) < maxTags {
			kept = append(kept, tag)
		}
	}
	return kept
}

// maxTags bounds the categories of an entry: each is compared with all before it.
const maxTags = 100
