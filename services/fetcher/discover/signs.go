package discover

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
)

// isAlternate reads the rel of a link element. "alternative" is a mistake that is met.
func isAlternate(rel string) bool {
	return slices.ContainsFunc(strings.Fields(strings.ToLower(rel)), func(word string) bool {
		return word == "alternate" || word == "alternative" || word == "feed"
	})
}

// isFeedType reads the media type of a link element. Plain JSON is more often
// another program's than a feed.
func isFeedType(value, href string) bool {
	kind, _, err := mime.ParseMediaType(strings.TrimSpace(value))
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(value)), ";")
	}
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/rss", "application/atom",
		"application/x.atom+xml", "application/x-atom+xml", "text/rss+xml", "text/atom+xml", "text/rss", "text/atom", "text/xml", "application/xml":
		return true
	case "application/json":
		return looksLikeFeed(href)
	}
	return false
}

// feedNames are last parts of paths, without extension, that feeds have.
var feedNames = []string{"rss", "rss2", "rss20", "feed", "feeds", "atom", "rdf", "newsfeed", "rssfeed", "rssfeeds", "syndication"}

// looksLikeFeed tells from an address alone.
func looksLikeFeed(address string) bool {
	u, err := url.Parse(strings.ToLower(address))
	if err != nil {
		return false
	}
	last := path.Base(strings.TrimSuffix(u.Path, "/"))
	ext := path.Ext(last)
	switch ext {
	case ".rss", ".atom", ".rdf":
		return true
	case ".xml", ".json":
		return !strings.Contains(last, "sitemap") && (ext == ".xml" || slices.Contains(feedNames, strings.TrimSuffix(last, ext)))
	case ".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".css", ".js", ".pdf":
		return false
	}
	query := u.Query()
	for _, name := range []string{"feed", "format", "type", "output"} {
		if value := query.Get(name); slices.Contains(feedNames, strings.TrimSuffix(value, ".xml")) || name == "feed" && value != "" {
			return true
		}
	}
	return slices.ContainsFunc(strings.Split(u.Path, "/"), func(part string) bool {
		return slices.Contains(feedNames, strings.TrimSuffix(part, path.Ext(part)))
	})
}

// feedWords are what links to feeds, and to pages that list them, are called.
var feedWords = []string{"rss", "atom", "خلاصات", "خلاصة", "الخلاصات", "خدمة rss", "تلقيمات", "تغذية", "flux"}

// namesFeed tells from the text of a link.
func namesFeed(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\n-–|:()[]/.,،", r) })
	return len(words) <= 12 && slices.ContainsFunc(words, func(word string) bool { return slices.Contains(feedWords, word) })
}

// commentWords begin the words for comments in titles of feeds.
var commentWords = []string{"comment", "تعليق", "التعليق", "commentaire", "comentario", "kommentar", "yorum", "комментар", "نظر"}

// OfComments reports whether a feed seems to be of what readers write.
func OfComments(address, title string) bool {
	u, err := url.Parse(strings.ToLower(address))
	if err != nil {
		return false
	}
	if strings.Contains(u.Query().Get("feed"), "comment") {
		return true
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if name := strings.TrimSuffix(part, path.Ext(part)); name == "comments" || name == "comment" {
			return true
		}
	}
	for word := range strings.FieldsSeq(strings.ToLower(title)) {
		if slices.ContainsFunc(commentWords, func(begin string) bool { return strings.HasPrefix(word, begin) }) {
			return true
		}
	}
	return false
}

// OfNews reports whether a sitemap's address says that it is of news.
func OfNews(address string) bool {
	u, err := url.Parse(strings.ToLower(address))
	return err == nil && strings.Contains(u.Path+"?"+u.RawQuery, "news")
}

// OfSeries reports whether an address is numbered or dated, as one of many.
func OfSeries(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.ContainsAny(path.Base(u.Path)+u.RawQuery, "0123456789")
}
