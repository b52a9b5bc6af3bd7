package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/store"
	"marsad/pkg/watches"
	"marsad/services/web/api"
)

// maxWatchVersions is how many versions are listed.
const maxWatchVersions = 100

// watchesInput are the parameters of GET /watches.
type watchesInput struct {
	Version int `query:"version" minimum:"0" doc:"The number of a version; 0: the newest"`
}

func (s *Service) registerWatches(a huma.API) {
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/watches" + path, Summary: summary, Tags: []string{"watches"}}
	}
	huma.Register(a, operation("watches", http.MethodGet, "", "The watches that were applied"), func(ctx context.Context, in *watchesInput) (*body[api.Watches], error) {
		set, err := s.watches(ctx, in.Version)
		return &body[api.Watches]{set}, s.answer(ctx, err)
	})
	huma.Register(a, operation("watch-versions", http.MethodGet, "/versions", "The last versions of the watches, newest first"), func(ctx context.Context, _ *struct{}) (*body[api.WatchVersions], error) {
		versions, err := s.store.WatchVersions(ctx, maxWatchVersions)
		return &body[api.WatchVersions]{versions}, s.answer(ctx, err)
	})
	huma.Register(a, huma.Operation{
		OperationID: archivedOperation, Method: http.MethodGet, Path: "/api/v1/archived", Summary: "Whole articles, oldest first, for who goes through all of them", Tags: []string{"articles"},
	}, func(ctx context.Context, in *archivedInput) (*body[[]store.Archived], error) {
		list, err := s.archived(ctx, *in)
		return &body[[]store.Archived]{list}, s.answer(ctx, err)
	})
	applying := operation("apply-watches", http.MethodPut, "", "Apply a file of watches")
	applying.MaxBodyBytes = 8 * watches.MaxBytes // JSON may write a character as six
	huma.Register(a, applying, func(ctx context.Context, in *struct{ Body api.NewWatches }) (*body[api.AppliedWatches], error) {
		applied, err := s.applyWatches(ctx, in.Body)
		return &body[api.AppliedWatches]{applied}, s.answer(ctx, err)
	})
}

// archivedInput are the parameters of GET /archived.
type archivedInput struct {
	Since string `query:"since" doc:"Published or found at or after: a date, an RFC 3339 time, or an age such as 36h or 7d"`
	After int64  `query:"after" doc:"Continue after the article with this seq"`
	Limit int    `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

func (s *Service) archived(ctx context.Context, in archivedInput) ([]store.Archived, error) {
	since, err := moment(in.Since, s.now())
	if err != nil {
		return nil, huma.Error422UnprocessableEntity("since: " + err.Error())
	}
	return s.store.ArchivedSince(ctx, since, in.After, in.Limit)
}

func (s *Service) watches(ctx context.Context, version int) (api.Watches, error) {
	stored, err := s.store.Watches(ctx, version)
	if errors.Is(err, store.ErrNotFound) {
		return api.Watches{}, huma.Error404NotFound(noWatches(version))
	}
	if err != nil {
		return api.Watches{}, err
	}
	counts, err := s.store.WatchCounts(ctx)
	set := api.Watches{Version: stored.Version, AppliedAt: stored.AppliedAt, Note: stored.Note, Watches: []api.WatchInUse{}, YAML: string(stored.YAML)}
	for _, w := range s.listed.of(stored) {
		w.Articles = counts[w.ID]
		set.Watches = append(set.Watches, w)
	}
	return set, err
}

// watchLists keeps which watches the last versions asked for have: strangers may ask,
// and to read a file takes long. The zero value has none.
type watchLists struct {
	reading sync.Mutex // one file at a time
	mu      sync.Mutex
	lists   map[int][]api.WatchInUse
	order   []int // of the versions in lists, the oldest first
}

// maxWatchLists is how many versions are kept.
const maxWatchLists = 16

// of gives the watches of a version, without counts; none if it cannot be read.
func (l *watchLists) of(stored store.WatchSet) []api.WatchInUse {
	if list, ok := l.get(stored.Version); ok {
		return list
	}
	l.reading.Lock()
	defer l.reading.Unlock()
	if list, ok := l.get(stored.Version); ok { // read meanwhile
		return list
	}
	file, _ := watches.Parse(stored.YAML, watches.Names{}) // what it names may be known elsewhere
	return l.put(stored.Version, file)
}

func (l *watchLists) get(version int) ([]api.WatchInUse, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok := l.lists[version]
	return list, ok
}

func (l *watchLists) put(version int, file *watches.File) []api.WatchInUse {
	var list []api.WatchInUse
	if file != nil {
		for _, w := range file.Watches {
			list = append(list, api.WatchInUse{ID: w.ID, Name: w.Name})
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lists == nil {
		l.lists = map[int][]api.WatchInUse{}
	}
	if _, ok := l.lists[version]; !ok {
		l.order = append(l.order, version)
	}
	l.lists[version] = list
	if len(l.order) > maxWatchLists {
		delete(l.lists, l.order[0])
		l.order = l.order[1:]
	}
	return list
}

func noWatches(version int) string {
	if version > 0 {
		return "there is no such version: 'marsad watches show --versions' lists them"
	}
	return "no watches were applied yet: 'marsad watches apply FILE' does it, and watches.example.yaml is one to start from"
}

// applyWatches refuses a file that is not in order: no instance could use it.
func (s *Service) applyWatches(ctx context.Context, in api.NewWatches) (api.AppliedWatches, error) {
	raw := []byte(in.YAML)
	file, mistakes := watches.Parse(raw, s.watchNames())
	if file == nil {
		return api.AppliedWatches{}, huma.Error422UnprocessableEntity(firstMistakes(mistakes))
	}
	version, applied, err := s.store.ApplyWatches(ctx, store.WatchSet{YAML: raw, AppliedAt: s.now(), Note: in.Note})
	if err == nil {
		s.listed.put(version, file)
	}
	return api.AppliedWatches{Version: version, Applied: applied, Watches: len(file.Watches)}, err
}

// firstMistakes is what an answer says of a file that is not in order.
func firstMistakes(mistakes []watches.Mistake) string {
	const most = 10
	var lines []string
	for _, m := range mistakes {
		if !m.Warning && len(lines) < most {
			lines = append(lines, m.String())
		}
	}
	return "the watches are not in order: " + strings.Join(lines, "; ")
}

func (s *Service) watchNames() watches.Names {
	if s.cfg.WatchNames == nil {
		return watches.Names{}
	}
	return s.cfg.WatchNames()
}
