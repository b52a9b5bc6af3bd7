package web

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

// minPollEvery keeps a source of its own interval from being a burden.
const minPollEvery = time.Second

const authorizationHeader = "Authorization"

// Bounds of what is said of a source.
const (
	maxName = 500 // characters
	maxTag  = 100
	maxTags = 50
)

// addSources adds all or, where one is wrong, none, unless those are to be skipped.
func (s *Service) addSources(ctx context.Context, list []api.NewSource, skip bool) (api.Added, error) {
	added := api.Added{Refused: []api.Refused{}, IDs: make([]news.ID, len(list))}
	var sources []news.Source
	for i, n := range list {
		source, err := newSource(n, s.now())
		switch {
		case err == nil:
			sources, added.IDs[i] = append(sources, source), source.ID
		case skip:
			added.Refused = append(added.Refused, api.Refused{Index: i, Reason: err.Error()})
		default:
			return api.Added{}, huma.Error422UnprocessableEntity(err.Error())
		}
	}
	fresh, err := s.store.AddSources(ctx, sources...)
	if err != nil {
		return api.Added{}, err
	}
	for _, isFresh := range fresh {
		if isFresh {
			added.Added++
		} else {
			added.Existing++
		}
	}
	return added, nil
}

// CheckSource says what is wrong with a source to be added; nil if nothing is.
func CheckSource(n api.NewSource) error {
	_, err := newSource(n, time.Time{})
	return err
}

// newSource makes of n a source whose first poll is due. Its errors say what is
// wrong of n, without its secrets.
func newSource(n api.NewSource, now time.Time) (news.Source, error) {
	raw, authorization := api.Credentials(n.URL)
	address, err := weburl.Normal(raw)
	if err != nil {
		return news.Source{}, fmt.Errorf("%q is %w", raw, err)
	}
	options := n.Options
	if authorization != "" && options.Headers[authorizationHeader] == "" {
		headers := map[string]string{authorizationHeader: authorization}
		maps.Copy(headers, options.Headers)
		options.Headers = headers
	}
	source := news.Source{
		ID: news.NewSourceID(address), Kind: news.KindFeed, URL: address, Paused: n.Paused, Options: options, AddedAt: now, NextPoll: now,
	}
	switch kind := news.SourceKind(n.Kind); kind {
	case "":
	case news.KindFeed, news.KindSitemap:
		source.Kind = kind
	default:
		return source, fmt.Errorf("kind: %q is neither feed nor sitemap", n.Kind)
	}
	err = apply(&source, api.SourceChange{
		Name: &n.Name, Publisher: &n.Publisher, Lang: &n.Lang, Country: &n.Country, Tags: &n.Tags, PollEvery: &n.PollEvery,
	})
	return source, err
}

// changeSource leaves what change does not speak of as it is.
func (s *Service) changeSource(ctx context.Context, ref string, change api.SourceChange) (api.Source, error) {
	found, err := s.findSource(ctx, ref)
	switch {
	case err != nil:
		return api.Source{}, err
	case found.Kind == news.KindManual:
		return api.Source{}, errManual
	}
	source, err := s.store.Source(ctx, found.ID) // what was found is without its secrets
	if err != nil {
		return api.Source{}, err
	}
	if err := apply(&source, change); err != nil {
		return api.Source{}, huma.Error422UnprocessableEntity(err.Error())
	}
	if err := s.store.ChangeSource(ctx, source); err != nil {
		return api.Source{}, err
	}
	return api.SourceOf(source, s.now()), nil
}

// apply changes a source, and checks what it says then.
func apply(source *news.Source, change api.SourceChange) (err error) {
	if change.Name != nil {
		if source.Name = strings.TrimSpace(*change.Name); source.Name == "" {
			source.Name = hostAndPath(source.URL)
		}
	}
	if change.Publisher != nil {
		publisher := strings.TrimSpace(*change.Publisher)
		if publisher == "" {
			publisher = weburl.Domain(source.URL)
		}
		source.Publisher = news.NewPublisher(publisher)
	}
	for what, name := range map[string]string{"name": source.Name, "publisher": source.Publisher.Name} {
		if utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("%s: it is longer than %d characters, or holds control characters", what, maxName)
		}
	}
	if change.Lang != nil {
		if source.Lang, err = api.Language(*change.Lang); err != nil {
			return err
		}
	}
	if change.Country != nil {
		if source.Country, err = api.Country(*change.Country); err != nil {
			return err
		}
	}
	if change.Tags != nil {
		if source.Tags, err = tags(*change.Tags); err != nil {
			return err
		}
	}
	if change.PollEvery != nil {
		if source.PollEvery, err = interval(*change.PollEvery); err != nil {
			return err
		}
	}
	if change.Options != nil {
		source.Options = change.Options.Of(source.Options)
	}
	source.Options, err = api.Options(source.Options)
	return err
}

// tags are those of a list, each once. A comma would part them in lists of feeds.
func tags(list []string) (out []string, err error) {
	for _, tag := range list {
		tag = strings.Trim(strings.TrimSpace(tag), "/")
		switch {
		case tag == "" || slices.Contains(out, tag):
			continue
		case len(out) == maxTags || utf8.RuneCountInString(tag) > maxTag || strings.ContainsRune(tag, ',') || strings.ContainsFunc(tag, unicode.IsControl):
			return nil, fmt.Errorf("tags: %.40q: at most %d tags, of at most %d characters, without commas", tag, maxTags, maxTag)
		}
		out = append(out, tag)
	}
	return out, nil
}

// interval reads that of a source; 0: as its habit asks.
func interval(value string) (time.Duration, error) {
	if value == "" || value == api.Adaptive {
		return 0, nil
	}
	every, err := time.ParseDuration(value)
	if err != nil || every < minPollEvery {
		return 0, fmt.Errorf("poll_every: %q is neither %s nor a duration of at least %v, as 5m", value, api.Adaptive, minPollEvery)
	}
	return every, nil
}

// hostAndPath names a source that has no name.
func hostAndPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host + strings.TrimSuffix(u.Path, "/")
}
