package feed

import (
	"strconv"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed/safehtml"
)

// ahead is how far in the future a date may lie: clocks and zones are often wrong, by
// less than a day.
const ahead = 24 * time.Hour

// feed makes what the pipeline keeps of a document.
func (d *Document) feed(o Options) Feed {
	f := Feed{
		Format: d.Format, Title: d.Title.Plain(), Link: weburlOf(d.Link), ID: safehtml.Line(d.ID), Description: d.Subtitle.HTML(), Lang: d.Lang,
		Authors: names(d.Authors), Categories: terms(d.Tags), Wait: d.Wait,
		Sitemaps: d.Children, Charset: d.Charset,
	}
	if t, ok := When(d.Updated, d.Lang); ok && t.Before(o.Now.Add(ahead)) {
		f.Updated = &t
	}
	for _, l := range d.Links {
		if l.Rel == "self" && f.Self == "" {
			f.Self = weburlOf(l.Href)
		}
	}
	for _, hub := range d.Hubs {
		if u := weburlOf(hub); u != "" {
			f.Hubs = append(f.Hubs, u)
		}
	}
	f.Entries = make([]news.Found, 0, min(len(d.Entries), o.Limit))
	for i := range d.Entries[:min(len(d.Entries), o.Limit)] {
		f.Entries = append(f.Entries, d.found(&d.Entries[i], o))
	}
	if len(sharedNow(f.Entries, addresses(f.Entries))) > 0 {
		d.repairs.add(RepairedAddresses)
	}
	f.Repairs = d.repairs
	return f
}

// found makes what the ledger keeps of an entry.
func (d *Document) found(e *Entry, o Options) news.Found {
	f := news.Found{
		URL: canonical(e, o), GUID: safehtml.Line(e.ID), Title: e.Title.Plain(), Summary: e.Summary.HTML(), Authors: names(e.Authors), Categories: terms(e.Tags),
		Lang: e.Lang, Image: weburlOf(e.Image),
	}
	for _, text := range e.Content {
		if html := text.HTML(); len(html) > len(f.Content) {
			f.Content = html
		}
	}
	for _, text := range append([]Text{e.Title, e.Summary}, e.Content...) {
		if f.Lang == "" && text.Value != "" {
			f.Lang = text.Lang
		}
	}
	if f.Lang == "" {
		f.Lang = d.Lang
	}
	for _, l := range e.Enclosures {
		f.Enclosures = appendEnclosure(f.Enclosures, l)
	}
	for _, enclosure := range f.Enclosures {
		if f.Image == "" && strings.HasPrefix(enclosure.Type, "image/") {
			f.Image = enclosure.URL
		}
	}
	d.date(&f, e, o)
	return f
}

// maxEnclosures bounds the files of an entry.
const maxEnclosures = 20

func appendEnclosure(list []news.Enclosure, l Link) []news.Enclosure {
	u := weburlOf(l.Href)
	if u == "" || len(list) >= maxEnclosures {
		return list
	}
	length, err := strconv.ParseInt(strings.TrimSpace(l.Length), 10, 64)
	if err != nil || length < 0 {
		length = 0
	}
	return append(list, news.Enclosure{URL: u, Type: safehtml.Line(l.Type), Length: length})
}

// date reads the dates of an entry. Those in the future are not believed.
func (d *Document) date(f *news.Found, e *Entry, o Options) {
	written := false
	read := func(s string) *time.Time {
		if strings.TrimSpace(s) == "" {
			return nil
		}
		written = true
		t, ok := When(s, f.Lang)
		switch {
		case !ok:
			return nil
		case t.After(o.Now.Add(ahead)):
			f.DateMark = news.DateFuture
			d.repairs.add(RepairedFuture)
			return nil
		}
		return &t
	}
	f.Published, f.Updated = read(e.Published), read(e.Updated)
	if f.Published == nil {
		f.Published = read(e.Created)
	}
	if f.Published == nil && f.Updated == nil && f.DateMark == "" {
		f.DateMark = news.DateAbsent
		if written {
			f.DateMark = news.DateUnreadable
		}
		d.repairs.add(RepairedNoDates)
	}
}

// canonical is the address by which an entry is known; empty if it has none on the web.
func canonical(e *Entry, o Options) string {
	candidates := []string{e.Original, e.Link}
	if safehtml.IsAbsolute(e.ID) {
		candidates = append(candidates, e.ID)
	}
	for _, raw := range candidates {
		if strings.TrimSpace(raw) == "" || raw == o.URL {
			continue // an empty link leads to the feed itself
		}
		if u, err := weburl.Canonical(safehtml.Resolve(o.URL, raw)); err == nil {
			return u
		}
	}
	return ""
}

// weburlOf is an address of the web in its normal form; empty for any other.
func weburlOf(raw string) string {
	u, err := weburl.Normal(raw)
	if err != nil {
		return ""
	}
	return u
}

// maxNames bounds the authors of an entry.
const maxNames = 50

// names are those of people, each once.
func names(list []Person) []string {
	var out []string
	for _, p := range list {
		name := safehtml.Text(p.Name)
		if name == "" || len(out) >= maxNames {
			continue
		}
		seen := false
		for _, known := range out {
			seen = seen || known == name
		}
		if !seen {
			out = append(out, name)
		}
	}
	return out
}

func terms(list []Tag) []string {
	var out []string
	for _, tag := range list {
		if term := safehtml.Text(tag.Term); term != "" {
			out = append(out, term)
		} else if label := safehtml.Text(tag.Label); label != "" {
			out = append(out, label)
		}
	}
	return out
}
