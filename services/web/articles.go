package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// excerptWidth is the length of an excerpt, in characters.
const excerptWidth = 240

// searchInput are the parameters of GET /articles.
type searchInput struct {
	Q         string `query:"q" doc:"Words, \"phrases\", OR, -not"`
	Topic     string `query:"topic" doc:"IPTC Media Topic code"`
	Country   string `query:"country" doc:"ISO 3166-1 alpha-2"`
	Lang      string `query:"lang" doc:"Language, as ar"`
	Source    string `query:"source" doc:"ID, beginning of an ID, URL or name of a source"`
	Publisher string `query:"publisher" doc:"ID or name of a publisher"`
	Watch     string `query:"watch"`
	Story     string `query:"story" doc:"ID of a story"`
	Since     string `query:"since" doc:"Published at or after: a date, an RFC 3339 time, or an age such as 36h or 7d"`
	Until     string `query:"until" doc:"Published before; as since"`
	Before    int64  `query:"before" doc:"Continue after the article with that seq"`
	Limit     int    `query:"limit" default:"20" minimum:"1" maximum:"1000"`
}

func (s *Service) registerArticles(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/api/v1/articles", Summary: "Search articles, newest first", Tags: []string{"articles"},
	}, func(ctx context.Context, in *searchInput) (*body[api.Hits], error) {
		query, err := s.query(ctx, *in)
		if err != nil {
			return nil, s.answer(ctx, err)
		}
		hits, err := s.search(ctx, query)
		return &body[api.Hits]{hits}, s.answer(ctx, err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "article", Method: http.MethodGet, Path: "/api/v1/articles/{ref}", Summary: "One article, with its trail, copies, revisions, and who was first", Tags: []string{"articles"},
	}, func(ctx context.Context, in *byRef) (*body[api.Reading], error) {
		detail, err := s.article(ctx, in.Ref)
		if err != nil {
			return nil, s.answer(ctx, err)
		}
		return &body[api.Reading]{api.Reading{ArticleDetail: detail, First: api.FirstOf(groupOf(detail)), HTML: detail.Article.HTML()}}, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "remove-article", Method: http.MethodDelete, Path: "/api/v1/articles/{ref}", Summary: "Take an article down for good: it does not come back", Tags: []string{"articles"},
	}, func(ctx context.Context, in *byRef) (*body[api.Removed], error) {
		removed, err := s.remove(ctx, in.Ref)
		return &body[api.Removed]{removed}, s.answer(ctx, err)
	})
}

// article returns an article by its ID, the beginning of it, or its URL.
func (s *Service) article(ctx context.Context, ref string) (store.ArticleDetail, error) {
	id, err := findID(ctx, ref, s.store.FindArticle)
	if err != nil {
		return store.ArticleDetail{}, noArticle(err, ref)
	}
	detail, err := s.store.Article(ctx, id)
	return detail, noArticle(err, ref)
}

// remove takes an article down for good: out of the store, and then, as far as
// the bus can be reached, off the public tap.
func (s *Service) remove(ctx context.Context, ref string) (api.Removed, error) {
	id, err := findID(ctx, ref, s.store.FindArticle)
	if err != nil {
		return api.Removed{}, s.notRemoved(ctx, err, ref)
	}
	removed, err := s.store.RemoveArticle(ctx, id, s.now())
	if err != nil {
		return api.Removed{}, s.notRemoved(ctx, err, ref)
	}
	out := api.Removed{Removed: removed}
	if s.bus != nil {
		err = s.bus.Unpublish(ctx, news.Ref{Item: id, Revision: removed.Revision})
		out.Unpublished = err == nil
		if err != nil {
			s.log.Warn("a removed article is still on the public tap: it goes from there within 72 hours", "item", id, "error", err)
		}
	}
	s.log.Info("an article was removed", "item", id)
	return out, nil
}

// notRemoved says what stands in the place of an article that is not there.
func (s *Service) notRemoved(ctx context.Context, err error, ref string) error {
	if !errors.Is(err, store.ErrNotFound) {
		return noArticle(err, ref)
	}
	item, err := s.item(ctx, ref)
	if err != nil {
		return err
	}
	var why string
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case item.Outcome == news.Dropped && item.Reason == store.ReasonRemoved:
		why = "it was removed already, at " + at(item.EndedAt)
	case item.Outcome == news.Dropped:
		why = fmt.Sprintf("its item was dropped at %s (%s)", at(item.EndedAt), item.Reason)
	case item.Outcome == news.Dead:
		why = fmt.Sprintf("its item is dead ('marsad dead drop %s' ends it)", item.ID)
	case item.State == news.StateInLine:
		why = "its item is in line: it can be removed once it is archived"
	default:
		why = fmt.Sprintf("its item is due at %s: it can be removed once it is archived", at(item.DueAt))
	}
	return huma.Error404NotFound(fmt.Sprintf("there is no article %q: %s", ref, why))
}

// noArticle says plainly that there is none, or more than one.
func noArticle(err error, ref string) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(fmt.Sprintf("there is no article %q: it may not be archived yet, or it was removed", ref))
	case errors.Is(err, store.ErrAmbiguous):
		return huma.Error409Conflict(fmt.Sprintf("several articles begin with %q: give more digits", ref))
	}
	return err
}

// body is an answer of JSON.
type body[T any] struct{ Body T }

// byID is a request about one thing.
type byID struct {
	ID string `path:"id"`
}

// answer gives an error its form as an answer. What went wrong inside is told
// only to who runs the program.
func (s *Service) answer(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if known := expected(err); known != nil {
		return known
	}
	if ctx.Err() == nil { // else nobody waits for the answer
		s.log.Error("a request could not be answered", "error", err)
	}
	if app.Trusted(ctx) {
		return huma.Error503ServiceUnavailable(err.Error())
	}
	return huma.Error503ServiceUnavailable("the store or the bus cannot be used right now: try again later")
}

// expected is the HTTP error of what a request can get wrong; nil for anything else.
func expected(err error) huma.StatusError {
	var status huma.StatusError
	switch {
	case errors.As(err, &status):
		return status
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	}
	return nil
}

var (
	// threeLetters is how a language may be searched for: also as und, of which no
	// source is.
	threeLetters = regexp.MustCompile(`^[A-Za-z]{2,3}$`)
	topicCode    = regexp.MustCompile(`^[0-9]{8}$`)
)

// knownCodes refuses what no article can have, where an empty list would say
// that there are none right now.
func (s *Service) knownCodes(ctx context.Context, in searchInput) error {
	if _, err := api.Country(in.Country); err != nil {
		return huma.Error422UnprocessableEntity(err.Error())
	}
	if in.Topic != "" && !topicCode.MatchString(in.Topic) {
		return huma.Error422UnprocessableEntity(fmt.Sprintf("topic: %q is no code of an IPTC Media Topic, as 11000000", in.Topic))
	}
	if in.Lang != "" && !threeLetters.MatchString(in.Lang) {
		return huma.Error422UnprocessableEntity(fmt.Sprintf("lang: %q is no code of two or three letters, as ar", in.Lang))
	}
	if _, err := api.Language(in.Lang); err == nil || strings.EqualFold(in.Lang, "und") {
		return nil
	}
	counts, err := s.store.ArticleCounts(ctx)
	if lang := strings.ToLower(in.Lang); err == nil && counts[lang] == 0 {
		return huma.Error404NotFound(fmt.Sprintf("there are no articles in %q, which is no known code of a language", lang))
	}
	return err
}

// query reads the parameters of a search.
func (s *Service) query(ctx context.Context, in searchInput) (store.Query, error) {
	q := store.Query{
		Topic: in.Topic, Country: strings.ToUpper(in.Country), Lang: strings.ToLower(in.Lang), Watch: in.Watch, Story: news.ID(in.Story), Before: in.Before, Limit: in.Limit,
	}
	var err error
	if q.Match, err = store.ParseMatch(in.Q); err != nil {
		return q, huma.Error422UnprocessableEntity("q: " + err.Error())
	}
	if q.Since, err = moment(in.Since, s.now()); err != nil {
		return q, huma.Error422UnprocessableEntity("since: " + err.Error())
	}
	if q.Until, err = moment(in.Until, s.now()); err != nil {
		return q, huma.Error422UnprocessableEntity("until: " + err.Error())
	}
	if !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return q, huma.Error422UnprocessableEntity("since: it is not before until")
	}
	if err := s.knownCodes(ctx, in); err != nil {
		return q, err
	}
	if in.Story != "" && !q.Story.Valid() {
		if q.Story, err = findID(ctx, in.Story, s.store.FindStory); err != nil {
			return q, s.noStory(ctx, err, in.Story)
		}
	}
	if in.Source != "" {
		source, err := s.findSource(ctx, in.Source)
		if err != nil {
			return q, err
		}
		q.Source = source.ID
	}
	if in.Publisher != "" {
		if q.Publisher, err = s.findPublisher(ctx, in.Publisher); err != nil {
			return q, err
		}
	}
	return q, nil
}

// findPublisher finds a publisher by ID or by name.
func (s *Service) findPublisher(ctx context.Context, ref string) (news.ID, error) {
	if id := news.ID(ref); id.Valid() {
		return id, nil
	}
	sources, err := s.store.Sources(ctx)
	if err != nil {
		return "", err
	}
	for _, source := range sources {
		if strings.EqualFold(source.Publisher.Name, ref) {
			return source.Publisher.ID, nil
		}
	}
	return "", huma.Error404NotFound(fmt.Sprintf("there is no publisher %q: 'marsad sources list' shows sources and publishers", ref))
}

// moment reads a time as people write it: a date, an RFC 3339 time, or an age.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	age := s
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil {
			age = fmt.Sprintf("%dh", 24*n)
		}
	}
	d, err := time.ParseDuration(age)
	if err != nil || d < 0 {
		return time.Time{}, fmt.Errorf("%q is no date (2026-01-31), time (2026-01-31T08:00:00Z) or age (36h, 7d)", s)
	}
	return now.Add(-d), nil
}

// search runs a query and cuts the excerpts.
func (s *Service) search(ctx context.Context, query store.Query) (api.Hits, error) {
	found, err := s.store.Search(ctx, query)
	if err != nil {
		return api.Hits{}, err
	}
	hits := api.Hits{Next: found.Next, Articles: make([]api.Hit, len(found.Articles))}
	for i, h := range found.Articles {
		hits.Articles[i] = api.Hit{Hit: h, Excerpt: store.Excerpt(h.Article.Text, query.Match, excerptWidth)}
	}
	return hits, nil
}
