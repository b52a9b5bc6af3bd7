package feed

import (
	"cmp"
	"slices"
	"strings"

	gofeedrss "github.com/mmcdole/gofeed/rss"

	"marsad/services/fetcher/feed/safehtml"
)

// rss translates RSS, RDF and CDF.
func (t *translator) rss(d *Document, in *gofeedrss.Feed) {
	e := extensions(in.Extensions)
	d.Title = t.first(in.Title, e.firstOf("dc:title", "media:title", "itunes:title"))
	d.Subtitle = t.first(in.Description, e.firstOf("dc:description", "x:abstract", "x:subtitle", "x:tagline", "itunes:subtitle", "itunes:summary"))
	d.Lang = language(cmp.Or(in.Language, e.value("dc", "language"), d.Lang))
	d.ID = e.firstOf("x:id", "x:guid", "atom:id")
	d.Links = t.hrefs(rssLinks(in.Links, e))
	d.Link = alternate(d.Links)
	d.Authors = rssPersons(append(e.values("x", "author"), in.ManagingEditor), e)
	d.Tags = unique(slices.Concat(rssTags(in.Categories), e.tags()))
	d.Published = e.firstOf("x:pubdate", "x:published", "x:issued", "dcterms:issued")
	d.Updated = e.firstOf("x:lastbuilddate", "dc:date", "dcterms:modified", "x:updated", "x:modified", "atom:updated")
	d.Hubs, d.Wait = hubs(d.Links), e.wait(in.TTL)
	if d.Image = e.picture(); d.Image == "" && in.Image != nil {
		d.Image = in.Image.URL
	}
	for _, item := range in.Items {
		d.Entries = append(d.Entries, t.item(item))
	}
}

func (t *translator) item(in *gofeedrss.Item) Entry {
	e := extensions(in.Extensions)
	out := Entry{
		Title:     t.first(in.Title, e.firstOf("dc:title", "x:title", "media:title", "itunes:title")),
		Tags:      unique(slices.Concat(rssTags(in.Categories), e.tags())),
		Lang:      language(cmp.Or(e.value("dc", "language"), e.value("x", "language"), e.value("x", "lang"))),
		Published: e.firstOf("x:pubdate", "x:published", "x:issued", "dcterms:issued"),
		Updated:   e.firstOf("x:updated", "x:modified", "dcterms:modified", "dc:date", "x:lastbuilddate", "atom:updated"),
		Created:   e.firstOf("x:created", "dcterms:created"),
		Image:     e.picture(),
		Original:  e.value("feedburner", "origlink"),
	}
	t.itemTexts(&out, in, e)
	out.Links = t.hrefs(rssLinks(in.Links, e))
	if in.GUID != nil {
		out.ID, out.Permalink = in.GUID.Value, !strings.EqualFold(in.GUID.IsPermalink, "false")
	}
	out.ID = cmp.Or(out.ID, e.firstOf("x:id", "x:about", "atom:id", "dc:identifier"))
	out.Link = alternate(out.Links)
	if out.Link == "" && out.Permalink && (safehtml.IsAbsolute(out.ID) || strings.HasPrefix(out.ID, "/")) {
		out.Link = safehtml.Resolve(t.base, out.ID) // many a guid is said to be an address, and is a number
	}
	out.Authors = rssPersons(append(e.values("x", "author"), in.Author, e.value("x", "managingeditor")), e)
	for _, enclosure := range in.Enclosures {
		out.Enclosures = append(out.Enclosures, Link{Rel: "enclosure", Href: enclosure.URL, Type: enclosure.Type, Length: enclosure.Length})
	}
	out.Enclosures = append(out.Enclosures, enclosures(out.Links)...)
	out.Links = append(out.Links, out.Enclosures...)
	return out
}

// itemTexts finds the summary and the contents of an item. A description beside a
// summary is content.
func (t *translator) itemTexts(out *Entry, in *gofeedrss.Item, e extensions) {
	out.Summary = t.first(e.value("x", "summary"))
	description := t.first(in.Description, e.firstOf("dc:description", "x:abstract", "itunes:summary", "dcterms:abstract", "itunes:subtitle", "media:description"), e.inGroup("description"))
	if out.Summary.Value == "" {
		out.Summary = description
	} else if description.Value != "" {
		out.Content = append(out.Content, description)
	}
	for _, index := range slices.Concat([]string{in.Content}, e.values("content", "encoded"), e.values("x", "encoded"), e.values("x", "fullitem"),
		e.values("x", "content"), e.values("x", "body"), e.values("xhtml", "body"), e.values("xhtml", "div"), e.values("x", "prodlink")) {
		if text := t.of(index); text.Value != "" {
			out.Content = append(out.Content, text)
		}
	}
}

// rssLinks are the links of RSS and those of Atom in it.
func rssLinks(addresses []string, e extensions) []Link {
	var list []Link
	for _, href := range addresses {
		if href = strings.TrimSpace(href); href != "" {
			list = append(list, newLink(Link{Href: href}))
		}
	}
	return append(list, e.links()...)
}

// alternate is the address of what a feed or an entry is about: of a web page, where
// there are others.
func alternate(links []Link) string {
	other := ""
	for _, l := range links {
		if l.Rel != "alternate" || l.Href == "" {
			continue
		}
		if typ := textType(l.Type, htmlText); typ == htmlText || typ == xhtmlText {
			return l.Href
		}
		other = cmp.Or(other, l.Href)
	}
	return other
}

func enclosures(links []Link) []Link {
	var list []Link
	for _, l := range links {
		if l.Rel == "enclosure" && l.Href != "" {
			list = append(list, l)
		}
	}
	return list
}

func rssPersons(names []string, e extensions) []Person {
	var list []Person
	for _, name := range names {
		if name != "" {
			list = append(list, person(name))
		}
	}
	return append(list, e.persons()...)
}

func rssTags(categories []*gofeedrss.Category) []Tag {
	var list []Tag
	for _, c := range categories {
		list = append(list, Tag{Term: strings.TrimSpace(c.Value), Scheme: c.Domain})
	}
	return list
}
