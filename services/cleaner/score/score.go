package score

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"marsad/pkg/news"
	"marsad/services/cleaner"
)

// Options say how to run; the zero value is good.
type Options struct {
	Workers     int                   // pages cleaned at once; 0: one per processor
	Predictions io.Writer             // one JSON object per document, in the manifest's order; nil: none
	Progress    func(done, total int) // called after every batch; total is 0: the manifest is streamed
	// Extract makes an article of a page; nil: cleaner.Clean. It must be safe for
	// concurrent use.
	Extract func(news.Page) (news.Article, error)
}

// Prediction is what the cleaner made of one document. Published is RFC 3339 in
// the zone the page gave; absent when no date was found.
type Prediction struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Authors   []string   `json:"authors"`
	Published *time.Time `json:"published"`
	// PublishedFrom is where it was found.
	PublishedFrom news.DateSource `json:"published_from,omitempty"`
	Lang          string          `json:"lang"`
	Direction     news.Direction  `json:"direction"`
	Text          string          `json:"text"`
	Reason        string          `json:"reason,omitempty"` // why there is no article
}

// batchSize is how many documents are in memory at a time. Reading, cleaning and
// scoring alternate, so that the processor time of cleaning can be told.
const batchSize = 64

// Run cleans every page of the manifest in dir and scores the results. The
// error names the file and line that cannot be read; a page that cannot be
// cleaned counts as one with nothing found.
func Run(ctx context.Context, dir string, opts Options) (*Report, error) {
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	if opts.Extract == nil {
		opts.Extract = cleaner.Clean
	}
	run := run{dir: dir, opts: opts, report: newReport()}
	if opts.Predictions != nil {
		run.out = json.NewEncoder(opts.Predictions)
		run.out.SetEscapeHTML(false)
	}
	batch := make([]document, 0, batchSize)
	for g, err := range readManifest(ctx, dir) {
		if err != nil {
			return nil, err
		}
		page, err := readPage(dir, g)
		if err != nil {
			return nil, err
		}
		if batch = append(batch, document{gold: g, page: page}); len(batch) == batchSize {
			if err := run.finish(batch); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
	}
	if err := run.finish(batch); err != nil {
		return nil, err
	}
	run.report.close()
	return run.report, nil
}

// document is one page on its way.
type document struct {
	gold gold
	page []byte
	got  Prediction
}

type run struct {
	dir    string
	opts   Options
	out    *json.Encoder
	report *Report
	done   int
}

// finish cleans a batch, scores it and writes its predictions.
func (r *run) finish(batch []document) error {
	allocated, before := allocatedBytes(), cpuTime()
	r.cleanAll(batch)
	r.report.CPUSeconds += (cpuTime() - before).Seconds()
	r.report.AllocatedBytes += allocatedBytes() - allocated
	for _, d := range batch {
		r.report.add(d.gold, d.got)
		if r.out == nil {
			continue
		}
		if err := r.out.Encode(d.got); err != nil {
			return fmt.Errorf("predictions: %w", err)
		}
	}
	r.done += len(batch)
	if r.opts.Progress != nil {
		r.opts.Progress(r.done, 0)
	}
	return nil
}

// allocatedBytes is what the process has allocated so far.
func allocatedBytes() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func (r *run) cleanAll(batch []document) {
	next := make(chan *document)
	var group sync.WaitGroup
	for range r.opts.Workers {
		group.Go(func() {
			for d := range next {
				d.got = r.predict(d.gold, d.page)
			}
		})
	}
	for i := range batch {
		next <- &batch[i]
	}
	close(next)
	group.Wait()
}

func (r *run) predict(g gold, page []byte) Prediction {
	article, err := r.opts.Extract(news.Page{Kind: news.PageHTML, URL: g.URL, Body: page})
	if err != nil {
		return Prediction{ID: g.ID, Authors: []string{}, Lang: "und", Reason: cleaner.Reason(err)}
	}
	return Prediction{
		ID: g.ID, Title: article.Title, Authors: article.Authors, Published: article.Published,
		PublishedFrom: article.PublishedFrom, Lang: article.Lang, Direction: article.Direction, Text: article.Text,
	}
}
