package discover

import (
	"net/url"
	"path"
	"strings"
)

// below are the paths of feeds that belong to a part of a site, after its own.
// The first is what WordPress makes of every part.
var below = []string{"/feed", "/rss", "/rss.xml", "/feed.xml"}

// atRoot are the paths of feeds that sites have without saying so, those met
// most often first; the last ones are habits of systems that Arabic newspapers use.
var atRoot = []string{
	"/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/?feed=rss2", "/feed.json",
	"/rss.php", "/rss.aspx", "/ar/rss", "/rss/all", "/rss/latest-news.xml",
}

// Guesses are where the feeds of an address may be though nobody says so, the
// likeliest first: those of its own part of the site before those of all of it.
func Guesses(address string) []Link {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	var list []Link
	if dir := directory(u); dir != "" {
		for _, ending := range below {
			list = append(list, at(u, dir+ending))
		}
	}
	for _, p := range atRoot {
		list = append(list, at(u, p))
	}
	return list
}

// directory is the part of the site that an address is in; empty for all of it.
func directory(u *url.URL) string {
	dir := strings.TrimSuffix(u.EscapedPath(), "/")
	if dir != "" && strings.Contains(path.Base(dir), ".") { // a file
		dir = path.Dir(dir)
	}
	return strings.TrimSuffix(dir, "/")
}

// Sitemaps are where news sitemaps may be though robots.txt does not say so.
func Sitemaps(address string) []Link {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	var list []Link
	for _, p := range []string{"/sitemap_news.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml"} {
		list = append(list, at(u, p))
	}
	return list
}

func at(site *url.URL, target string) Link {
	return Link{URL: site.Scheme + "://" + site.Host + target}
}
