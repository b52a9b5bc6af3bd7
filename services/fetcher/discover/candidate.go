package discover

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"marsad/pkg/text"
	"marsad/services/fetcher/feed"
)

// Origin says how a feed was come by.
type Origin string

// The origins, the most trustworthy first.
const (
	Given     Origin = "given"     // its own address was asked about
	Linked    Origin = "linked"    // the page names it as its feed
	Mentioned Origin = "mentioned" // a link of the page leads there
	Robots    Origin = "robots"    // robots.txt names it
	Guessed   Origin = "guessed"   // it is where feeds often are
)

var origins = []Origin{Given, Linked, Mentioned, Robots, Guessed}

// Candidate is a feed or sitemap that was found and read. The entries of an index
// are those of one of its sitemaps.
type Candidate struct {
	URL    string
	Origin Origin
	Feed   feed.Feed
	Also   []string // other addresses of the same
}

// OfComments reports whether it is of what readers write.
func (c Candidate) OfComments() bool { return OfComments(c.URL, c.Feed.Title) }

// IsSitemap reports whether it is a sitemap, or an index of them.
func (c Candidate) IsSitemap() bool {
	return c.Feed.Format == feed.Sitemap || c.Feed.Format == feed.SitemapIndex
}

// OfNews reports whether it says what its articles are called, as feeds and news
// sitemaps do.
func (c Candidate) OfNews() bool {
	for _, e := range c.Feed.Entries {
		if e.Title != "" {
			return true
		}
	}
	return !c.IsSitemap()
}

// Last is the time of the newest entry; zero if none has one.
func (c Candidate) Last() (last time.Time) {
	for _, e := range c.Feed.Entries {
		for _, t := range []*time.Time{e.Published, e.Updated} {
			if t != nil && t.After(last) {
				last = *t
			}
		}
	}
	return last
}

// Lang is the language of its titles, or the one it declares where they are too
// few to tell: systems declare that of their maker.
func (c Candidate) Lang() string {
	var titles strings.Builder
	for _, e := range c.Feed.Entries[:min(len(c.Feed.Entries), 30)] {
		titles.WriteString(e.Title + "\n")
	}
	if lang, confidence := text.Language(titles.String()); lang != text.Unknown && confidence > sure {
		return lang
	}
	for _, e := range c.Feed.Entries {
		if c.Feed.Lang == "" && e.Lang != "" {
			return text.Base(e.Lang)
		}
	}
	return text.Base(c.Feed.Lang)
}

// sure is how probable a language told from titles must be.
const sure = 0.9

// abandoned is how far behind the liveliest feed of a site another one is that
// nobody writes for any more.
const abandoned = 60 * 24 * time.Hour

// Best puts the candidates in order, the one to watch first, and leaves out those
// that bring the same as a better one. asked is the address for which they were
// looked for: feeds of that part of a site come before those of all of it.
func Best(list []Candidate, asked string) []Candidate {
	newest := time.Time{}
	for _, c := range list {
		if last := c.Last(); last.After(newest) {
			newest = last
		}
	}
	part := partOf(asked)
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(
			later(a.OfComments(), b.OfComments()),
			later(a.idle(newest), b.idle(newest)),
			later(a.IsSitemap(), b.IsSitemap()),
			later(!a.OfNews(), !b.OfNews()),
			later(!within(a.URL, part), !within(b.URL, part)),
			cmp.Compare(slices.Index(origins, a.Origin), slices.Index(origins, b.Origin)),
		)
	})
	var best []Candidate
	for _, c := range list {
		i := slices.IndexFunc(best, c.sameAs)
		if i < 0 {
			best = append(best, c)
		} else if !slices.Contains(append(best[i].Also, best[i].URL), c.URL) {
			best[i].Also = append(best[i].Also, c.URL)
		}
	}
	return best
}

// later puts what is so after what is not.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// idle reports whether it brings nothing, or nothing any more.
func (c Candidate) idle(newest time.Time) bool {
	last := c.Last()
	return len(c.Feed.Entries) == 0 || !last.IsZero() && newest.Sub(last) > abandoned
}

// partOf is the part of a site that an address is in, with its host; empty for all of it.
func partOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || directory(u) == "" {
		return ""
	}
	return u.Host + directory(u)
}

func within(address, part string) bool {
	_, rest, _ := strings.Cut(address, "://")
	below, ok := strings.CutPrefix(rest, part)
	return ok && (part == "" || below == "" || strings.ContainsRune("/.?", rune(below[0])))
}

// sameAs reports whether two candidates bring the same: all their entries, or half
// of them where they name one address as their own. Feeds are not the same as sitemaps.
func (c Candidate) sameAs(other Candidate) bool {
	if c.URL == other.URL {
		return true
	}
	if c.IsSitemap() != other.IsSitemap() || len(c.Feed.Entries) == 0 {
		return false
	}
	mine, theirs := c.addresses(), other.addresses()
	shared := 0
	for address := range mine {
		if theirs[address] {
			shared++
		}
	}
	if c.Feed.Self != "" && c.Feed.Self == other.Feed.Self {
		return 2*shared >= min(len(mine), len(theirs))
	}
	return shared == len(mine) && shared == len(theirs)
}

// addresses are what tells the entries apart.
func (c Candidate) addresses() map[string]bool {
	set := make(map[string]bool, len(c.Feed.Entries))
	for _, e := range c.Feed.Entries {
		set[cmp.Or(e.URL, e.GUID, e.Title)] = true
	}
	return set
}
