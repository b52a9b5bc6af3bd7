package fetcher

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed"
)

// Documents makes ledger entries of a document given by hand. Its kind follows
// from the extension of name, or, for the name "-", from its first bytes. A
// feed gives an entry for each of its own, with the text that it carries: the pages are
// not downloaded.
func Documents(name string, body []byte) ([]store.Entry, error) {
	switch kind, err := documentKind(name, body); kind {
	case "text":
		return []store.Entry{document(news.PageText, body)}, err
	case "html":
		return []store.Entry{document(news.PageHTML, body)}, err
	case "feed":
		parsed, err := feed.Parse(body, feed.Options{Limit: DefaultConfig().MaxFeedItems})
		if err != nil {
			return nil, err
		}
		if len(parsed.Entries) == 0 {
			return nil, errors.New("the feed has no entries")
		}
		list, _ := identified(news.Source{ID: news.ManualSource}, parsed.Entries)
		for i := range list {
			list[i].Page = &news.Page{Kind: news.PageFeed, URL: list[i].URL, Found: list[i].Found}
		}
		return list, nil
	default:
		return nil, err
	}
}

// Address makes a ledger entry of a web address, to be downloaded.
func Address(raw string) (store.Entry, error) {
	canonical, err := weburl.Canonical(raw)
	if err != nil {
		return store.Entry{}, err
	}
	return store.Entry{ID: news.ItemID(weburl.Identity(canonical), news.ManualSource, ""), URL: canonical, Found: news.Found{URL: canonical}}, nil
}

func documentKind(name string, body []byte) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".txt", ".text", ".md":
		return "text", nil
	case ".html", ".htm", ".xhtml":
		return "html", nil
	case ".xml", ".rss", ".atom", ".rdf", ".json":
		return "feed", nil
	default:
		if name == "-" {
			return sniff(body), nil
		}
		return "", fmt.Errorf("unknown extension %q: known are .txt, .html, and .xml, .rss, .atom, .rdf or .json for feeds ('-' reads standard input)", ext)
	}
}

// sniff guesses the kind of a document without a name.
func sniff(body []byte) string {
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(body[:min(len(body), 1024)], []byte("\uFEFF"))))
	for _, mark := range []string{"<?xml", "<rss", "<feed", "<rdf"} {
		if bytes.HasPrefix(head, []byte(mark)) && !bytes.Contains(head, []byte("<html")) {
			return "feed"
		}
	}
	if bytes.HasPrefix(head, []byte("<")) {
		return "html"
	}
	if bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte("jsonfeed.org")) {
		return "feed"
	}
	return "text"
}

// document is identified by its bytes: given twice, it is the same item.
func document(kind news.PageKind, body []byte) store.Entry {
	found := news.Found{GUID: string(news.NewID(string(body)))}
	return store.Entry{
		ID: news.ItemID("", news.ManualSource, found.GUID), Found: found,
		Page: &news.Page{Kind: kind, Body: body},
	}
}
