package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"marsad/pkg/news"
)

// DuplicateOptions say how to run; the zero value is good.
type DuplicateOptions struct {
	Rounds      int                   // how often each stream is timed; the fastest counts; 0: once
	Predictions io.Writer             // one JSON object per document, in their order; nil: none
	Progress    func(done, total int) // called now and then
	// Detect finds duplicates in place of Marsad; nil: Marsad. What is matched
	// directly and the memory of the index are known of Marsad only.
	Detect Detector
}

// Detector finds the duplicates in a stream: a finding for each document.
type Detector func(ctx context.Context, documents []Document) ([]Finding, error)

// Finding is what a document was found to be. Documents are named by their place.
type Finding struct {
	Verdict    news.VerdictKind
	Of         int // what it was derived from; -1: nothing
	Leader     int // of its group: itself, if it leads or is alone
	Similarity float64
	Rule       string
}

// original is the finding on a document that resembles none before it.
func original(place int) Finding {
	return Finding{Verdict: news.Original, Of: -1, Leader: place, Rule: news.RuleFirst}
}

// DuplicatePrediction is what a document of a stream got.
type DuplicatePrediction struct {
	ID         json.RawMessage  `json:"id"`
	Verdict    news.VerdictKind `json:"verdict"`
	Of         json.RawMessage  `json:"of"` // id of the document it is derived from; null if there is none
	Similarity float64          `json:"similarity"`
	Rule       string           `json:"rule"`
	Leader     json.RawMessage  `json:"leader"`
	Story      string           `json:"story"` // empty: stories are not asked
}

// RunDuplicates scores the finding of duplicates on streams of documents: those with
// labelled pairs, and those made of known copies. Of a folder, it takes the files that
// are either by their fields.
func RunDuplicates(ctx context.Context, paths []string, opts DuplicateOptions) (*DuplicateReport, error) {
	var streams []duplicateStream
	for _, path := range paths {
		found, err := readDuplicates(ctx, path)
		if err != nil {
			return nil, err
		}
		streams = append(streams, found...)
	}
	run := duplicateRun{opts: opts, report: &DuplicateReport{}}
	run.opts.Rounds = max(1, opts.Rounds)
	for _, s := range streams {
		run.total += len(s.documents) * run.passes()
	}
	for _, s := range streams {
		if err := run.stream(ctx, s); err != nil {
			return nil, err
		}
	}
	return run.report, nil
}

// duplicateRun is one run over all streams.
type duplicateRun struct {
	opts        DuplicateOptions
	report      *DuplicateReport
	done, total int
}

// passes is how often each document is looked at.
func (r *duplicateRun) passes() int {
	if r.opts.Detect != nil {
		return r.opts.Rounds
	}
	return 2*r.opts.Rounds + 1
}

// stream scores one stream. Rounds of Marsad alternate with rounds that only fold and shingle.
func (r *duplicateRun) stream(ctx context.Context, s duplicateStream) error {
	score := &DuplicateScore{File: s.name, Documents: len(s.documents)}
	r.report.Streams = append(r.report.Streams, score)
	own := marsad{}
	detect := r.opts.Detect
	if detect == nil {
		detect = own.detect
	}
	var findings []Finding
	for range r.opts.Rounds {
		if r.opts.Detect == nil {
			_, speed, err := r.timed(ctx, ShinglesOnly, s.documents)
			if err != nil {
				return err
			}
			score.ShinglesOnly.keepBest(speed)
		}
		found, speed, err := r.timed(ctx, detect, s.documents)
		if err != nil {
			return err
		}
		findings = found
		score.Speed.keepBest(speed)
	}
	var direct map[[2]int]bool
	if r.opts.Detect == nil {
		var err error
		if direct, err = own.matches(ctx, s.documents); err != nil {
			return err
		}
		r.progress(len(s.documents))
		score.Index = own.memory
	}
	score.count(findings)
	score.compare(s, findings, direct)
	return r.predict(s.documents, findings)
}

var errFindings = errors.New("there is not one finding for each document")

// timed runs a detector, and says how fast it was.
func (r *duplicateRun) timed(ctx context.Context, detect Detector, documents []Document) ([]Finding, Speed, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	findings, err := detect(ctx, documents)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil && len(findings) != len(documents) {
		err = errFindings
	}
	r.progress(len(documents))
	n := float64(len(documents))
	return findings, Speed{DocumentsPerSecond: n / took.Seconds(), BytesPerDocument: float64(after.TotalAlloc-before.TotalAlloc) / n}, err
}

func (r *duplicateRun) predict(documents []Document, findings []Finding) error {
	if r.opts.Predictions == nil {
		return nil
	}
	out := json.NewEncoder(r.opts.Predictions)
	for i, f := range findings {
		p := DuplicatePrediction{ID: documents[i].ID, Verdict: f.Verdict, Similarity: f.Similarity, Rule: f.Rule, Leader: documents[f.Leader].ID}
		if f.Of >= 0 {
			p.Of = documents[f.Of].ID
		}
		if err := out.Encode(p); err != nil {
			return fmt.Errorf("predictions: %w", err)
		}
	}
	return nil
}

func (r *duplicateRun) progress(documents int) {
	r.done += documents
	if r.opts.Progress != nil {
		r.opts.Progress(r.done, r.total)
	}
}
