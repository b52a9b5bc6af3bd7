// Extract takes labelled pages through Marsad and through other extractors, in one
// run, and prints quality and speed side by side:
//
//	go run ./extract DIR
//
// DIR holds manifest.jsonl and the pages, as for `marsad eval extract`.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/net/html"

	"marsad/pkg/news"
	"marsad/services/cleaner"
	"marsad/services/cleaner/score"
)

// peer is a way to make an article of a page.
type peer struct {
	name    string
	extract func(news.Page) (news.Article, error)
}

// bare is the peer that only parses: the floor of time.
const bare = "html.Parse"

var peers = []peer{
	{bare, parse},
	{"marsad", cleaner.Clean},
	{"trafilatura", trafilaturaAlone},
	{"trafilatura+fallback", trafilaturaWithFallback},
	{"readability", readabilityAlone},
}

func main() {
	only := flag.String("only", "", "run only these, separated by commas")
	rounds := flag.Int("rounds", 2, "how often each runs over the pages; the fastest counts")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: extract [-only NAMES] [-rounds N] DIR")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *only, *rounds); err != nil {
		fmt.Fprintf(os.Stderr, "extract: %v\n", err)
		os.Exit(1)
	}
}

func run(dir, only string, rounds int) error {
	reports := map[string]*score.Report{}
	for round := range rounds {
		for _, p := range peers {
			if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
				continue
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, p.name)
			report, err := score.Run(context.Background(), dir, score.Options{Workers: 1, Extract: p.extract})
			if err != nil {
				return err
			}
			if best := reports[p.name]; best == nil || report.PagesPerCPUSecond > best.PagesPerCPUSecond {
				reports[p.name] = report
			}
		}
	}
	show(reports)
	return nil
}

// bodySets are those with labelled bodies, in the order of the table.
var bodySets = []string{"fundus", "fundus-old", "aed", "wcxb-dev-article", "nonlatin"}

func show(reports map[string]*score.Report) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\tbody F1: "+strings.Join(bodySets, "\t")+"\twanted\tunwanted\tfundus title\tdate\tauthors\tpages/CPU s\tof html.Parse\tMB/page\t\n")
	for _, p := range peers {
		r := reports[p.name]
		if r == nil {
			continue
		}
		fmt.Fprintf(w, "%s\t", p.name)
		for _, set := range bodySets {
			f1 := 0.0
			if s := r.Sets[set]; s != nil {
				f1 = s.Body.F1
			}
			fmt.Fprintf(w, "%.1f\t", 100*f1)
		}
		var fundus score.Scores
		if s := r.Sets["fundus"]; s != nil {
			fundus = *s
		}
		share := "-"
		if floor := reports[bare]; floor != nil {
			share = fmt.Sprintf("%.0f%%", 100*r.PagesPerCPUSecond/floor.PagesPerCPUSecond)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.1f\t%s\t%.2f\t\n", r.Overall.Wanted, r.Overall.Unwanted,
			fundus.Title, fundus.Published, fundus.Authors, r.PagesPerCPUSecond, share, r.BytesPerPage/1e6)
	}
	w.Flush()
}

var errNoArticle = errors.New("no article")

// parse builds the tree and nothing else.
func parse(page news.Page) (news.Article, error) {
	if _, err := html.Parse(bytes.NewReader(page.Body)); err != nil {
		return news.Article{}, err
	}
	return news.Article{}, errNoArticle
}
