package feed

import (
	"strings"
	"time"

	"marsad/services/fetcher/feed/markup"
	"marsad/services/fetcher/feed/safehtml"
)

// recent is how old an entry of a sitemap may be: Google News takes two days, and
// a sitemap that is no news sitemap lists all that ever was.
const recent = 3 * 24 * time.Hour

// readSitemap reads a sitemap or an index of sitemaps (sitemaps.org 0.9, with Google's
// extensions for news and images). Entries without a date, and old ones, are left out.
func readSitemap(text []byte, o Options, r *repairs) *Document {
	s := sitemap{o: o, repairs: r, document: &Document{Format: Sitemap, Version: "sitemap"}, scan: markup.NewScanner(text)}
	s.read()
	return s.document
}

type sitemap struct {
	o        Options
	repairs  *repairs
	document *Document
	scan     *markup.Scanner
	fields   map[string]string // of the entry that is open, by local name; nil: none is
	path     []string          // of local names that are open in the entry
}

// maxField bounds the text of a field.
const maxField = 16 << 10

func (s *sitemap) read() {
	for {
		t, ok := s.scan.Next()
		if !ok {
			break
		}
		name := strings.ToLower(string(localName(t.Name)))
		switch {
		case t.Kind == markup.Start && name == "sitemapindex":
			s.document.Format, s.document.Version = SitemapIndex, "sitemap_index"
		case t.Kind == markup.Start && (name == "url" || name == "sitemap") && len(s.path) == 0:
			s.fields = map[string]string{}
		case t.Kind == markup.Start && s.fields != nil && !t.Empty && len(s.path) < maxDepth:
			s.path = append(s.path, name)
		case t.Kind == markup.End && (name == "url" || name == "sitemap"):
			if s.close(name); len(s.document.Entries)+len(s.document.Children) >= s.o.Limit {
				s.repairs.add(RepairedLimit)
				return
			}
		case t.Kind == markup.End && len(s.path) > 0 && s.path[len(s.path)-1] == name:
			s.path = s.path[:len(s.path)-1]
		case (t.Kind == markup.Text || t.Kind == markup.CDATA) && len(s.path) > 0:
			s.characters(t)
		}
	}
	if s.fields != nil {
		s.repairs.add(RepairedEnd)
		s.repairs.add(RepairedLost)
	}
}

func (s *sitemap) characters(t markup.Token) {
	key := s.path[len(s.path)-1]
	if len(s.path) > 1 && s.path[len(s.path)-2] != "news" {
		key = s.path[len(s.path)-2] + "/" + key
	}
	data := t.Data[:min(len(t.Data), maxField)]
	text := string(data)
	if t.Kind == markup.Text {
		text = string(markup.AppendText(nil, data, nil))
	}
	if text = clean(strings.TrimSpace(text)); text != "" && len(s.fields) < maxFields && s.fields[key] == "" {
		s.fields[key] = text
	}
}

// close ends an entry. Its order in the file says nothing: all are looked at.
func (s *sitemap) close(name string) {
	f := s.fields
	s.fields, s.path = nil, s.path[:0]
	if f == nil || f["loc"] == "" {
		return
	}
	address := safehtml.Resolve(s.o.URL, f["loc"])
	if name == "sitemap" {
		child := Child{URL: weburlOf(address)}
		if t, ok := When(f["lastmod"], ""); ok {
			child.Updated = &t
		}
		if child.URL != "" {
			s.document.Children = append(s.document.Children, child)
		}
		return
	}
	published, updated := f["publication_date"], f["lastmod"]
	if !s.isRecent(published, updated) {
		return
	}
	lang := language(f["publication/language"])
	e := Entry{
		Link: address, Lang: lang, Published: published, Updated: updated,
		Title: Text{Value: safehtml.Text(f["title"]), Type: plainText, Lang: lang},
	}
	if f["image/loc"] != "" {
		e.Image = safehtml.Resolve(s.o.URL, f["image/loc"])
	}
	e.Links = []Link{newLink(Link{Href: address})}
	for word := range strings.SplitSeq(f["keywords"], ",") {
		e.Tags = append(e.Tags, Tag{Term: strings.TrimSpace(word)})
	}
	e.Tags = unique(e.Tags)
	if s.document.Title.Value == "" {
		s.document.Title = Text{Value: f["publication/name"], Type: plainText, Lang: lang}
	}
	s.document.Entries = append(s.document.Entries, e)
}

func (s *sitemap) isRecent(dates ...string) bool {
	for _, date := range dates {
		if t, ok := When(date, ""); ok {
			return t.After(s.o.Now.Add(-recent))
		}
	}
	return false
}
