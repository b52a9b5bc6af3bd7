package score

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/deduplicator/story"
)

// StoryOptions say how to run; the zero value scores file order alone, silently.
type StoryOptions struct {
	Shuffles    int                   // how many random orders streams are scored in, besides that of the file
	Predictions io.Writer             // one JSON object per document or pair, in their order; nil: none
	Progress    func(done, total int) // called now and then
}

// StoryPrediction is what a document of a stream got: of the fields of all verdicts, those
// that gathering stories decides.
type StoryPrediction struct {
	ID         json.RawMessage `json:"id"`
	Verdict    string          `json:"verdict"` // always original
	Of         *string         `json:"of"`      // always null
	Similarity float64         `json:"similarity"`
	Rule       string          `json:"rule"`
	Leader     json.RawMessage `json:"leader"` // its own id
	Story      json.RawMessage `json:"story"`  // the id of the story's first document, after the last document
}

// PairPrediction is what a pair got.
type PairPrediction struct {
	ID         int     `json:"id"` // its line, from 0
	Lang       string  `json:"lang"`
	Similarity float64 `json:"similarity"`
	Same       bool    `json:"same"`
}

// RunStories scores the gathering of stories on the files of a path: streams of
// documents whose cluster is known, and pairs whose likeness is. Of a folder, it
// takes the files that are either by their fields.
func RunStories(ctx context.Context, path string, opts StoryOptions) (*StoryReport, error) {
	files, err := readStoryFiles(ctx, path)
	if err != nil {
		return nil, err
	}
	run := storyRun{opts: opts, report: &StoryReport{Streams: []*StreamScore{}, Pairs: []*PairScore{}}}
	for _, f := range files {
		run.total += len(f.documents)*(1+opts.Shuffles) + 2*len(f.pairs)
	}
	if opts.Predictions != nil {
		run.out = json.NewEncoder(opts.Predictions)
	}
	for _, f := range files {
		if len(f.documents) > 0 {
			err = run.stream(ctx, f)
		} else {
			err = run.pairs(ctx, f)
		}
		if err != nil {
			return nil, err
		}
	}
	run.report.DocumentsPerSecond = float64(run.done) / run.took.Seconds()
	return run.report, nil
}

// storyRun is one run over all files.
type storyRun struct {
	opts        StoryOptions
	report      *StoryReport
	out         *json.Encoder // nil: none
	done, total int
	took        time.Duration
}

// stream scores one file of documents in its order, then shuffled.
func (r *storyRun) stream(ctx context.Context, f storyFile) error {
	s := &StreamScore{File: f.name, Documents: len(f.documents), Clusters: clustersOf(f.documents)}
	r.report.Streams = append(r.report.Streams, s)
	for shuffle := range 1 + r.opts.Shuffles {
		order := make([]int, len(f.documents))
		for i := range order {
			order[i] = i
		}
		if shuffle > 0 {
			random := rand.New(rand.NewPCG(uint64(shuffle), 0))
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		predictions, err := r.gather(ctx, f.documents, order)
		if err != nil {
			return err
		}
		s.add(clusteringOf(f.documents, predictions))
		if shuffle == 0 && r.out != nil {
			for _, p := range predictions {
				if err := r.out.Encode(p); err != nil {
					return fmt.Errorf("predictions: %w", err)
				}
			}
		}
	}
	s.close()
	return nil
}

// gather lets documents pass in an order, and says where each ended.
func (r *storyRun) gather(ctx context.Context, documents []storyDocument, order []int) ([]StoryPrediction, error) {
	clusterer := story.New(story.DefaultConfig())
	predictions := make([]StoryPrediction, len(documents))
	index := map[news.ID]int{}
	stories := make([]news.ID, len(documents))
	for _, i := range order {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d, id := documents[i], news.NewID(string(documents[i].ID))
		start := time.Now()
		f := story.FeaturesOf(languageOf(d.Lang, d.Title, d.Text), d.Title, d.Text)
		p := clusterer.Place(f, d.at)
		clusterer.Add(id, f, d.at, p.Story)
		for _, m := range p.Moves {
			clusterer.Move(m.Item, m.Story)
		}
		r.took += time.Since(start)
		index[id], stories[i] = i, p.Story
		if p.Story == "" {
			stories[i] = id
		}
		for _, m := range p.Moves {
			stories[index[m.Item]] = m.Story
		}
		predictions[i] = StoryPrediction{ID: d.ID, Verdict: string(news.Original), Similarity: p.Similarity, Rule: "story", Leader: d.ID}
		r.progress(1)
	}
	for i := range predictions {
		predictions[i].Story = documents[index[stories[i]]].ID
	}
	return predictions, nil
}

// pairs scores one file of pairs.
func (r *storyRun) pairs(ctx context.Context, f storyFile) error {
	scores := pairScores{file: f.name}
	for i, pair := range f.pairs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		start := time.Now()
		similarity := story.Similarity(pair.features(pair.A), pair.features(pair.B))
		r.took += time.Since(start)
		scores.add(pair.Lang, similarity, pair.Overall)
		if r.out != nil {
			if err := r.out.Encode(PairPrediction{i, pair.Lang, similarity, similarity >= story.SamePair}); err != nil {
				return fmt.Errorf("predictions: %w", err)
			}
		}
		r.progress(2)
	}
	r.report.Pairs = append(r.report.Pairs, scores.report()...)
	return nil
}

func (p storyPair) features(s storySide) story.Features {
	lang := text.Base(p.Lang)
	if p.mixed() {
		lang = ""
	}
	return story.FeaturesOf(languageOf(lang, s.Title, s.Text), s.Title, s.Text)
}

// languageOf is the language that is given, or else that of the text.
func languageOf(given, title, body string) string {
	if base := text.Base(given); base != "" {
		return base
	}
	lang, _ := text.Language(title + "\n" + body)
	return lang
}

func (r *storyRun) progress(documents int) {
	r.done += documents
	if r.opts.Progress != nil && (r.done%100 == 0 || r.done == r.total) {
		r.opts.Progress(r.done, r.total)
	}
}
