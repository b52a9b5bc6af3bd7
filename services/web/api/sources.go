package api

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Source is a source and how it is doing. Its options are without secrets.
type Source struct {
	news.Source
	PollEvery string      `json:"poll_every,omitempty" doc:"A duration such as 5m0s; absent: the fetcher's default"`
	Health    news.Health `json:"health"`
}

// SourceOf describes a source as it is at the moment now.
func SourceOf(s news.Source, now time.Time) Source {
	source := Source{Source: s, Health: s.Health(now)}
	source.Options = s.Options.WithoutSecrets()
	if s.PollEvery > 0 {
		source.PollEvery = s.PollEvery.String()
	}
	return source
}

// Under reports whether the source has a tag, or one below it: politics is above
// politics/elections.
func (s Source) Under(tag string) bool {
	for _, t := range s.Tags {
		if below, ok := strings.CutPrefix(strings.ToLower(t), strings.ToLower(tag)); ok && (below == "" || below[0] == '/') {
			return true
		}
	}
	return false
}

// Dropped is an item that ended without an article.
type Dropped struct {
	ID     news.ID   `json:"id"`
	Title  string    `json:"title"`
	URL    string    `json:"url"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Poll is one reading of a source.
type Poll struct {
	news.Poll
	TookSeconds float64 `json:"took_seconds"`
}

// Pace is what decides when a source is polled next.
type Pace string

// The paces.
const (
	PaceNone     Pace = "none"     // it is not polled
	PaceNew      Pace = "new"      // it was not polled yet
	PaceOwn      Pace = "own"      // its own interval
	PaceInterval Pace = "interval" // that of all sources
	PaceFailures Pace = "failures" // polls failed: it is asked less often
	PaceHabit    Pace = "habit"    // what it usually publishes
)

// SourceDetail is a source with its last polls.
type SourceDetail struct {
	Source
	PerDay     float64             `json:"per_day" doc:"Articles a day that its habit makes expected; 0: not known yet"`
	Pace       Pace                `json:"pace" doc:"What decides when it is polled next" enum:"none,new,own,interval,failures,habit"`
	HostFreeAt time.Time           `json:"host_free_at,omitzero" doc:"While its host is left alone until then"`
	Hub        *store.Subscription `json:"hub,omitempty" doc:"The hub that brings what is new, if there is one (WebSub)"`
	Moves      []news.Move         `json:"moves" doc:"Where it was read before, last move first, at most 30"`
	Dropped    []Dropped           `json:"dropped" doc:"Items dropped last, at most 30"`
	Polls      []Poll              `json:"polls" doc:"Newest first, at most 30"`
}

// NewSource is a source to be added.
type NewSource struct {
	URL       string       `json:"url" minLength:"1" doc:"A user name and password in it become a header of its options"`
	Kind      string       `json:"kind,omitempty" doc:"feed or sitemap; default: feed"`
	Name      string       `json:"name,omitempty"`
	Publisher string       `json:"publisher,omitempty" doc:"Default: the registrable domain of the URL"`
	Lang      string       `json:"lang,omitempty" doc:"Language, as ar"`
	Country   string       `json:"country,omitempty" doc:"ISO 3166-1 alpha-2, as MA"`
	Tags      []string     `json:"tags,omitempty" doc:"A tag such as politics/elections is below another"`
	PollEvery string       `json:"poll_every,omitempty" doc:"A duration such as 5m; default, and adaptive: as its habit asks"`
	Paused    bool         `json:"paused,omitempty"`
	Options   news.Options `json:"options,omitzero"`
}

// Adaptive is the interval of a source that is polled as its habit asks.
const Adaptive = "adaptive"

// SourceChange is what should be different of a source; what is absent stays.
type SourceChange struct {
	Name      *string        `json:"name,omitempty"`
	Publisher *string        `json:"publisher,omitempty"`
	Lang      *string        `json:"lang,omitempty"`
	Country   *string        `json:"country,omitempty"`
	Tags      *[]string      `json:"tags,omitempty"`
	PollEvery *string        `json:"poll_every,omitempty" doc:"adaptive: as its habit asks"`
	Options   *OptionsChange `json:"options,omitempty"`
}

// OptionsChange is what should be different of a source's options; what is absent
// stays, secrets too.
type OptionsChange struct {
	Headers      map[string]string `json:"headers,omitempty" doc:"Those named are set, and taken away where they are empty; others stay"`
	Cookies      *string           `json:"cookies,omitempty"`
	Proxy        *string           `json:"proxy,omitempty"`
	FullContent  *bool             `json:"full_content,omitempty"`
	Keep         *[]string         `json:"keep,omitempty"`
	Drop         *[]string         `json:"drop,omitempty"`
	SecondLooks  *[]string         `json:"second_looks,omitempty"`
	Quota        *int              `json:"quota,omitempty"`
	IgnoreRobots *bool             `json:"ignore_robots,omitempty"`
}

// Added says what became of sources to be added.
type Added struct {
	Added    int       `json:"added"`
	Existing int       `json:"existing" doc:"Sources that were there already"`
	Refused  []Refused `json:"refused" doc:"Sources that are wrong; only of requests that ask to skip them"`
	IDs      []news.ID `json:"ids" doc:"In order; empty of those refused"`
}

// Refused is a source that was not added, and why.
type Refused struct {
	Index  int    `json:"index" doc:"In the list, from 0"`
	Reason string `json:"reason"`
}

// Credentials takes a user name and password out of an address: authorization is
// the header that says the same (RFC 7617); empty if there are none.
func Credentials(raw string) (address, authorization string) {
	raw = strings.TrimSpace(raw)
	scheme, rest, ok := strings.Cut(raw, "://")
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	i := strings.LastIndexByte(authority, '@')
	if !ok || i < 0 {
		return raw, ""
	}
	name, password, _ := strings.Cut(authority[:i], ":")
	return scheme + "://" + rest[i+1:], "Basic " + base64.StdEncoding.EncodeToString([]byte(unescaped(name)+":"+unescaped(password)))
}

// unescaped undoes percent-encoding; what is none stays.
func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
