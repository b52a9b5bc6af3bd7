package feed

import (
	"cmp"
	"slices"

	gofeedatom "github.com/mmcdole/gofeed/atom"
)

// atom translates Atom.
func (t *translator) atom(d *Document, in *gofeedatom.Feed) {
	e := extensions(in.Extensions)
	d.Title = t.first(in.Title, e.firstOf("dc:title", "media:title"))
	d.Subtitle = t.first(in.Subtitle, e.firstOf("x:description", "dc:description", "x:summary"))
	d.ID = in.ID
	d.Lang = language(cmp.Or(d.Lang, e.value("dc", "language"), e.value("x", "language")))
	d.Links = t.hrefs(atomLinks(in.Links, e))
	d.Link = alternate(d.Links)
	d.Authors = append(atomPersons(in.Authors), e.persons()...)
	d.Tags = unique(slices.Concat(atomTags(in.Categories), e.tags()))
	d.Updated = e.firstOf("x:updated", "x:modified", "dcterms:modified", "dc:date", "x:lastbuilddate")
	d.Published = e.firstOf("x:published", "x:issued", "dcterms:issued", "x:pubdate")
	d.Hubs, d.Wait = hubs(d.Links), e.wait(e.value("x", "ttl"))
	d.Image = cmp.Or(in.Logo, e.picture(), in.Icon)
	for _, entry := range in.Entries {
		d.Entries = append(d.Entries, t.entry(entry))
	}
}

func (t *translator) entry(in *gofeedatom.Entry) Entry {
	e := extensions(in.Extensions)
	out := Entry{
		Title:     t.first(in.Title, e.firstOf("dc:title", "media:title")),
		Summary:   t.first(in.Summary, e.firstOf("x:description", "dc:description", "itunes:summary", "media:description"), e.inGroup("description")),
		ID:        cmp.Or(in.ID, e.value("x", "guid")),
		Links:     t.hrefs(atomLinks(in.Links, e)),
		Authors:   append(atomPersons(in.Authors), e.persons()...),
		Tags:      unique(slices.Concat(atomTags(in.Categories), e.tags())),
		Lang:      language(cmp.Or(e.value("dc", "language"), e.value("x", "lang"))),
		Published: e.firstOf("x:published", "x:issued", "dcterms:issued", "x:pubdate"),
		Updated:   e.firstOf("x:updated", "x:modified", "dcterms:modified", "dc:date"),
		Created:   e.firstOf("x:created", "dcterms:created"),
		Image:     e.picture(),
		Original:  e.value("feedburner", "origlink"),
	}
	for _, index := range slices.Concat(e.values("x", "content"), e.values("content", "encoded"), e.values("xhtml", "body")) {
		if text := t.of(index); text.Value != "" {
			out.Content = append(out.Content, text)
		}
	}
	out.Link, out.Enclosures = alternate(out.Links), enclosures(out.Links)
	if len(out.Authors) == 0 && in.Source != nil {
		out.Authors = atomPersons(in.Source.Authors)
	}
	return out
}

func atomLinks(links []*gofeedatom.Link, e extensions) []Link {
	var list []Link
	for _, l := range links {
		list = append(list, newLink(Link{l.Rel, l.Href, l.Type, l.Title, l.Hreflang, l.Length}))
	}
	return append(list, e.links()...)
}

func atomPersons(persons []*gofeedatom.Person) []Person {
	var list []Person
	for _, p := range persons {
		one := Person{p.Name, p.Email, p.URI}
		if one.Email == "" {
			one = person(p.Name)
			one.URL = p.URI
		}
		list = append(list, one)
	}
	return list
}

func atomTags(categories []*gofeedatom.Category) []Tag {
	var list []Tag
	for _, c := range categories {
		list = append(list, Tag{c.Term, c.Scheme, c.Label})
	}
	return list
}
