package fetcher

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// maxFeedDepth bounds how deep the elements of a feed may nest: every level
// costs the parser memory.
const maxFeedDepth = 200

// maxFeedEntries bounds how many entries are parsed: all of them are in memory
// at once, and a small document can hold a million empty ones.
const maxFeedEntries = 20_000

// Feed is a parsed feed.
type Feed struct {
	Title   string
	Lang    string
	Entries []news.Found
}

// ParseFeed reads RSS, RDF, Atom or JSON Feed. base is the feed's address,
// against which relative links are resolved. At most limit entries are returned.
func ParseFeed(body []byte, base string, limit int) (feed Feed, err error) {
	defer func() { // the parser has met many feeds, but not all
		if value := recover(); value != nil {
			err = fmt.Errorf("the feed parser gave up: %v", value)
		}
	}()
	if len(bytes.TrimSpace(body)) == 0 {
		return Feed{}, errors.New("the document is empty")
	}
	if n := mostEntries(body); n > maxFeedEntries {
		return Feed{}, fmt.Errorf("it may hold %d entries, more than %d", n, maxFeedEntries)
	}
	if deeper(body, maxFeedDepth) {
		return Feed{}, fmt.Errorf("elements nest more than %d deep", maxFeedDepth)
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return Feed{}, err
	}
	feed = Feed{Title: strings.TrimSpace(parsed.Title), Lang: parsed.Language}
	for _, item := range parsed.Items[:min(limit, len(parsed.Items))] {
		feed.Entries = append(feed.Entries, found(item, parsed.Language, base))
	}
	return feed, nil
}

func found(item *gofeed.Item, lang, base string) news.Found {
	f := news.Found{
		URL: link(item, base), GUID: item.GUID, Title: strings.TrimSpace(item.Title),
		Summary: item.Description, Content: item.Content, Categories: item.Categories, Lang: lang,
		Published: news.UTC(item.PublishedParsed), Updated: news.UTC(item.UpdatedParsed),
	}
	for _, a := range item.Authors {
		if a != nil && strings.TrimSpace(a.Name) != "" {
			f.Authors = append(f.Authors, strings.TrimSpace(a.Name))
		}
	}
	if item.Image != nil {
		f.Image = item.Image.URL
	}
	return f
}

func link(item *gofeed.Item, base string) string {
	for _, candidate := range []string{item.Link, item.GUID} {
		u, err := url.Parse(strings.TrimSpace(candidate))
		if err != nil || candidate == "" || (candidate == item.GUID && !u.IsAbs()) {
			continue
		}
		if b, err := url.Parse(base); err == nil {
			u = b.ResolveReference(u)
		}
		if canonical, err := weburl.Canonical(u.String()); err == nil {
			return canonical
		}
	}
	return ""
}

// entries gives each found entry its identity. Of several with the same, the first stays.
func entries(found []news.Found, source news.ID) []store.Entry {
	seen := make(map[news.ID]bool, len(found))
	out := make([]store.Entry, 0, len(found))
	for _, f := range found {
		guid := f.GUID
		if guid == "" {
			guid = string(news.NewID(f.Title, f.Summary))
		}
		id := news.ItemID(f.URL, source, guid)
		if !seen[id] {
			seen[id] = true
			out = append(out, store.Entry{ID: id, URL: f.URL, Found: f})
		}
	}
	return out
}

// mostEntries is how many entries a document can hold at most: what looks like
// the beginning of one.
func mostEntries(body []byte) int {
	if trimmed := bytes.TrimSpace(body); trimmed[0] == '{' {
		return bytes.Count(body, []byte("{")) / 2 // an entry without an object in it says nothing
	}
	return bytes.Count(body, []byte("<item")) + bytes.Count(body, []byte("<entry")) + bytes.Count(body, []byte(":item")) + bytes.Count(body, []byte(":entry"))
}

// deeper reports whether the elements of an XML document nest more than limit
// deep. It counts tags, outside comments and CDATA, and is no judge of
// whether they match.
func deeper(body []byte, limit int) bool {
	depth := 0
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 || i+1 >= len(body) {
			return false
		}
		body = body[i+1:]
		end := ">"
		switch {
		case bytes.HasPrefix(body, []byte("!--")):
			end = "-->"
		case bytes.HasPrefix(body, []byte("![CDATA[")):
			end = "]]>"
		}
		j := bytes.Index(body, []byte(end))
		if j < 0 {
			return false
		}
		switch tag := body[:j]; {
		case body[0] == '/':
			depth = max(depth-1, 0)
		case body[0] != '!' && body[0] != '?' && !bytes.HasSuffix(tag, []byte("/")):
			if depth++; depth > limit {
				return true
			}
		}
		body = body[j+len(end):]
	}
}
