// Dedup takes streams of documents through Marsad and through other ways to find
// duplicates, in one run, and prints quality and speed side by side:
//
//	go run ./dedup PATH...
//
// PATH is as for `marsad eval dedup`. With -tune it looks instead for the words in a
// run and the threshold with which MinHash on folded words has the best F1.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"marsad/services/deduplicator/score"
)

// peer is a way to find duplicates.
type peer struct {
	name   string
	detect score.Detector // nil: Marsad
}

// bare is the peer that only folds and shingles: the floor of time.
const bare = "fold and shingle"

var peers = []peer{
	{bare, score.ShinglesOnly},
	{"marsad", nil},
	{"minhash-raw-5w-.70", minHash{rawGrams(5), 256, 0.70}.detect}, // text-dedup as published
	{"minhash-raw-2w-.45", minHash{rawGrams(2), 256, 0.45}.detect},
	{"minhash-folded-tuned", minHash{foldedGrams(tunedWords), 128, tunedThreshold}.detect},
	{"simhash-raw-3", simHash{rawGrams(3), 3}.detect},
	{"simhash-folded-3", simHash{foldedGrams(3), 3}.detect},
}

// What -tune found best on Arabic news.
const (
	tunedWords     = 2
	tunedThreshold = 0.4
)

func main() {
	only := flag.String("only", "", "run only these, separated by commas")
	rounds := flag.Int("rounds", 2, "how often each runs over the streams; the fastest counts")
	tune := flag.Bool("tune", false, "look for the best MinHash on folded words")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: dedup [-only NAMES] [-rounds N] [-tune] PATH...")
		os.Exit(2)
	}
	work := func() error { return run(flag.Args(), *only, *rounds) }
	if *tune {
		work = func() error { return search(flag.Args()) }
	}
	if err := work(); err != nil {
		fmt.Fprintf(os.Stderr, "dedup: %v\n", err)
		os.Exit(1)
	}
}

func run(paths []string, only string, rounds int) error {
	reports := map[string]*score.DuplicateReport{}
	for round := range rounds {
		for _, p := range peers {
			if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
				continue
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, p.name)
			report, err := score.RunDuplicates(context.Background(), paths, score.DuplicateOptions{Detect: p.detect})
			if err != nil {
				return err
			}
			if best := reports[p.name]; best != nil {
				for i, s := range best.Streams {
					if s.Speed.DocumentsPerSecond > report.Streams[i].Speed.DocumentsPerSecond {
						report.Streams[i].Speed = s.Speed
					}
				}
			}
			reports[p.name] = report
		}
	}
	show(reports)
	return nil
}

// kinds are the copies whose recall is shown.
var kinds = []string{"trunc", "truncmix", "ortho", "noise", "edit", "update", "boiler", "mix"}

func show(reports map[string]*score.DuplicateReport) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i := range streamsOf(reports) {
		for _, p := range peers {
			if r := reports[p.name]; r != nil {
				row(w, p.name, r.Streams[i], reports[bare])
			}
		}
		w.Flush()
		fmt.Println()
	}
}

func streamsOf(reports map[string]*score.DuplicateReport) []*score.DuplicateScore {
	for _, p := range peers {
		if r := reports[p.name]; r != nil {
			return r.Streams
		}
	}
	return nil
}

func row(w *tabwriter.Writer, name string, s *score.DuplicateScore, floor *score.DuplicateReport) {
	if name == bare {
		head := "precision\trecall\tF1\tsure ones: F1\t"
		if s.Made != nil {
			head = "ARI\tF1\t" + strings.Join(kinds, "\t") + "\tdistractors merged\t"
		}
		fmt.Fprintf(w, "%s\t%slargest\tdocs/s\tof floor\tKB/doc\t\n", s.File, head)
	}
	fmt.Fprintf(w, "%s\t", name)
	if m := s.Made; m != nil {
		fmt.Fprintf(w, "%.1f\t%.1f\t", 100*m.ARI, 100*m.F1)
		for _, k := range kinds {
			if m.Kinds[k] == nil {
				fmt.Fprint(w, "-\t")
				continue
			}
			fmt.Fprintf(w, "%.1f\t", 100*m.Kinds[k].Recall)
		}
		fmt.Fprintf(w, "%d\t", m.Merged)
	} else {
		all, sure := s.Labelled[0], s.Labelled[1]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t", all.Precision, all.Recall, all.F1, sure.F1)
	}
	largest, share := 1, "-"
	if len(s.Largest) > 0 {
		largest = s.Largest[0]
	}
	if floor != nil {
		for _, f := range floor.Streams {
			if f.File == s.File {
				share = fmt.Sprintf("%.0f%%", 100*s.Speed.DocumentsPerSecond/f.Speed.DocumentsPerSecond)
			}
		}
	}
	fmt.Fprintf(w, "%d\t%.0f\t%s\t%.0f\t\n", largest, s.Speed.DocumentsPerSecond, share, s.Speed.BytesPerDocument/1e3)
}

// search scores MinHash on folded words with every setting.
func search(paths []string) error {
	for words := 1; words <= 5; words++ {
		for threshold := 0.3; threshold < 0.85; threshold += 0.1 {
			detect := minHash{foldedGrams(words), 128, threshold}.detect
			report, err := score.RunDuplicates(context.Background(), paths, score.DuplicateOptions{Detect: detect})
			if err != nil {
				return err
			}
			for _, s := range report.Streams {
				fmt.Printf("%d words, %.1f: %s", words, threshold, s.File)
				if s.Made != nil {
					fmt.Printf(" ARI %.1f, %d distractors merged\n", 100*s.Made.ARI, s.Made.Merged)
				} else {
					fmt.Printf(" F1 %s\n", s.Labelled[0].F1)
				}
			}
		}
	}
	return nil
}
