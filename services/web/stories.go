package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// storiesInput are the parameters of GET /stories.
type storiesInput struct {
	Since     string `query:"since" default:"24h" doc:"With an article found at or after: a date, an RFC 3339 time, or an age such as 36h or 7d"`
	Until     string `query:"until" doc:"Found before; as since"`
	Sort      string `query:"sort" default:"size" enum:"size,growth,latest" doc:"By articles in the period, by recent ones, or by the last one found"`
	Lang      string `query:"lang" doc:"Language of the articles, as ar"`
	Country   string `query:"country" doc:"Mentioned in the articles, ISO 3166-1 alpha-2"`
	Topic     string `query:"topic" doc:"IPTC Media Topic code"`
	Publisher string `query:"publisher" doc:"ID or name of a publisher"`
	Before    string `query:"before" doc:"Continue after a page: its next"`
	Limit     int    `query:"limit" default:"20" minimum:"1" maximum:"200"`
}

// diffInput are the parameters of GET /articles/{ref}/diff.
type diffInput struct {
	Ref   string `path:"ref" doc:"ID, beginning of an ID, or URL"`
	With  string `query:"with" doc:"What to compare with: an article, one of its revisions (ID-2), or the number of a revision of this one. Without it: what the article is a copy or excerpt of, as that was when this was decided; or its revision before"`
	Exact bool   `query:"exact" doc:"Whether differences of spelling and punctuation count"`
}

func (s *Service) registerStories(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "stories", Method: http.MethodGet, Path: "/api/v1/stories", Summary: "The stories of a period, largest, fastest growing or latest first", Tags: []string{"stories"},
	}, func(ctx context.Context, in *storiesInput) (*body[api.Stories], error) {
		stories, err := s.stories(ctx, *in)
		return &body[api.Stories]{stories}, s.answer(ctx, err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "story", Method: http.MethodGet, Path: "/api/v1/stories/{id}", Summary: "One story, with its members, and who was first", Tags: []string{"stories"},
	}, func(ctx context.Context, in *storyRef) (*body[api.StoryReading], error) {
		story, err := s.story(ctx, in.ID)
		return &body[api.StoryReading]{story}, s.answer(ctx, err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "article-diff", Method: http.MethodGet, Path: "/api/v1/articles/{ref}/diff", Summary: "What differs between an article and another, word by word", Tags: []string{"articles"},
	}, func(ctx context.Context, in *diffInput) (*body[api.Diff], error) {
		diff, err := s.diff(ctx, *in)
		return &body[api.Diff]{diff}, s.answer(ctx, err)
	})
}

// storyRef is a request about one story.
type storyRef struct {
	ID string `path:"id" doc:"ID of a story, or the beginning of it; of one that became part of another, it stands for that"`
}

// stories lists the stories of a period.
func (s *Service) stories(ctx context.Context, in storiesInput) (api.Stories, error) {
	query, until, err := s.storyQuery(ctx, in)
	if err != nil {
		return api.Stories{}, err
	}
	hits, err := s.store.Stories(ctx, query)
	if err != nil {
		return api.Stories{}, err
	}
	return api.Stories{Since: query.Since, Until: until, RecentSince: query.Recent, Stories: hits.Stories, Next: hits.Next.String()}, nil
}

// storyQuery reads the parameters. It returns the end of the period too, which
// the query has only if it was asked for: articles found right now count.
func (s *Service) storyQuery(ctx context.Context, in storiesInput) (store.StoryQuery, time.Time, error) {
	found, err := s.query(ctx, searchInput{
		Since: cmp.Or(in.Since, "24h"), Until: in.Until, Lang: in.Lang, Country: in.Country, Topic: in.Topic, Publisher: in.Publisher,
	})
	if err != nil {
		return store.StoryQuery{}, time.Time{}, err
	}
	q := store.StoryQuery{
		Since: found.Since, Until: found.Until, Lang: found.Lang, Country: found.Country, Topic: found.Topic, Publisher: found.Publisher,
		Order: store.StoryOrder(cmp.Or(in.Sort, string(store.BySize))), Limit: in.Limit,
	}
	until := q.Until
	if until.IsZero() {
		until = s.now()
	}
	if until.Sub(q.Since) < time.Second {
		return q, until, huma.Error422UnprocessableEntity(fmt.Sprintf("since: %q is not before %s: there is no such period", cmp.Or(in.Since, "24h"), cmp.Or(in.Until, "now")))
	}
	q.Recent = until.Add(-until.Sub(q.Since) / 4)
	if q.Before, err = store.ParseStoryCursor(in.Before); err != nil {
		return q, until, huma.Error422UnprocessableEntity("before: " + err.Error())
	}
	if q.Before.ID != "" && q.Before.Order != q.Order {
		return q, until, huma.Error422UnprocessableEntity(fmt.Sprintf("before: it is a place in a list by %s, and this one is by %s", q.Before.Order, q.Order))
	}
	return q, until, nil
}

// story returns a story by its ID, or the beginning of it.
func (s *Service) story(ctx context.Context, ref string) (api.StoryReading, error) {
	id, err := findID(ctx, ref, s.store.FindStory)
	if err != nil {
		return api.StoryReading{}, s.noStory(ctx, err, ref)
	}
	detail, err := s.store.Story(ctx, id)
	if err != nil {
		return api.StoryReading{}, s.noStory(ctx, err, ref)
	}
	return api.StoryReading{StoryDetail: detail, First: api.FirstOf(detail.Members)}, nil
}

// noStory says plainly that there is none, or more than one; of an article, which
// story it is in.
func (s *Service) noStory(ctx context.Context, err error, ref string) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		if article, err := s.article(ctx, ref); err == nil {
			return huma.Error404NotFound(fmt.Sprintf("%q is an article, and no story: it is in the story %s", ref, article.Story.ID))
		}
		return huma.Error404NotFound(fmt.Sprintf("there is no story %q: its articles may not be archived yet, or were removed", ref))
	case errors.Is(err, store.ErrAmbiguous):
		return huma.Error409Conflict(fmt.Sprintf("several stories begin with %q: give more digits", ref))
	}
	return err
}

// groupOf is an article and the others of its group.
func groupOf(d store.ArticleDetail) []store.Related {
	return append([]store.Related{d.Self()}, d.Copies...)
}

// diff compares an article with another, or with a revision of itself.
func (s *Service) diff(ctx context.Context, in diffInput) (api.Diff, error) {
	to, err := s.article(ctx, in.Ref)
	if err != nil {
		return api.Diff{}, err
	}
	with := in.With
	if with == "" {
		if with, err = comparedWith(to); err != nil {
			return api.Diff{}, err
		}
	}
	from, text, err := s.diffFrom(ctx, to, with)
	if err != nil {
		return api.Diff{}, err
	}
	return api.DiffOf(from, sideOf(to), text, to.Article.Text, in.Exact), nil
}

// comparedWith is what an article is compared with if nobody says: what it is a
// copy or excerpt of, as that was when it was decided, or the revision before.
func comparedWith(d store.ArticleDetail) (with string, err error) {
	parent := d.Self().Parent()
	switch {
	case d.OfRevision > 0:
		return news.Ref{Item: parent, Revision: d.OfRevision}.Key(), nil
	case d.OfRemoved != nil:
		return "", huma.Error409Conflict(fmt.Sprintf("what it is a copy or excerpt of was removed on %s: say with what to compare it", d.OfRemoved.UTC().Format("2006-01-02 15:04 UTC")))
	case parent != "":
		return "", huma.Error409Conflict("what it is a copy or excerpt of is no longer archived: say with what to compare it")
	case len(d.Revisions) > 1:
		return strconv.Itoa(d.Revisions[1].Revision), nil
	}
	return "", huma.Error409Conflict("it is an original with one revision: there is nothing before it to compare it with. Compare its copies with it, or say with what to compare it")
}

func sideOf(d store.ArticleDetail) api.DiffSide {
	return api.DiffSide{ID: d.ItemID, Revision: d.Revision, Latest: d.Revision, Title: d.Article.Title, Publisher: d.Article.Publisher}
}

// maxRevisionDigits tells the number of a revision from the beginning of an ID.
const maxRevisionDigits = api.MinDigits - 1

// diffFrom reads what an article is compared with: an article, a revision of
// it, or a revision of the same article.
func (s *Service) diffFrom(ctx context.Context, to store.ArticleDetail, with string) (api.DiffSide, string, error) {
	if n, err := strconv.Atoi(with); err == nil && len(with) <= maxRevisionDigits {
		return s.revision(ctx, to, n)
	}
	ref, number, _ := strings.Cut(with, "-")
	revision, err := strconv.Atoi(number)
	if _, ok := api.IDDigits(with); !ok || err != nil {
		ref, revision = with, 0
	}
	from, err := s.article(ctx, ref)
	switch {
	case err != nil:
		return api.DiffSide{}, "", err
	case revision == 0:
		return sideOf(from), from.Article.Text, nil
	}
	return s.revision(ctx, from, revision)
}

// revision reads a revision of an article.
func (s *Service) revision(ctx context.Context, of store.ArticleDetail, n int) (api.DiffSide, string, error) {
	side := sideOf(of)
	side.Revision = n
	var text string
	var err error
	side.Title, text, err = s.store.RevisionText(ctx, news.Ref{Item: of.ItemID, Revision: n})
	if errors.Is(err, store.ErrNotFound) {
		err = huma.Error404NotFound(fmt.Sprintf("there is no revision %d: it never was, or was too old to be kept", n))
	}
	return side, text, err
}
