// Command line sends real pages through the whole line, from a feed to the
// store, and says what that costs:
//
//	cd bench && go run ./line -form embedded DIR
//	cd bench && go run ./line -form distributed -cleaners 2 DIR
//
// DIR holds manifest.jsonl and the pages, as for `marsad eval extract`; -made N makes
// that many small pages up instead. They are
// served on loopback by a process of its own, whose time does not count. The
// cleaner alone, on the same pages and in the same run, is what the line is compared with.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"marsad/pkg/news"
	"marsad/services/cleaner"
	"marsad/services/cleaner/score"
)

// options are the flags.
type options struct {
	form     string
	cleaners int
	limit    int
	made     int
	rounds   int
	pages    string
	dir      string // of everything that is written
	binary   string
}

func main() {
	var o options
	flag.StringVar(&o.form, "form", "embedded", "embedded (one process) or distributed (a process for each service, NATS and PostgreSQL)")
	flag.IntVar(&o.cleaners, "cleaners", 1, "processes that clean, of the distributed form")
	flag.IntVar(&o.limit, "limit", 0, "pages; 0: all")
	flag.IntVar(&o.made, "made", 0, "pages to make up, of some hundred words; DIR is not needed then")
	flag.IntVar(&o.rounds, "rounds", 2, "how often the cleaner alone runs; the fastest counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case "mirror":
		err = serveMirror(ctx, flag.Arg(1), o.limit, o.made)
	case "nats":
		err = serveNATS(ctx, flag.Arg(1))
	default:
		o.pages = flag.Arg(0)
		err = run(ctx, os.Stdout, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "line:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options) (err error) {
	if o.pages == "" && o.made == 0 {
		return errors.New("usage: line [-form F] [-cleaners N] [-limit N] DIR, or -made N")
	}
	if o.dir, err = os.MkdirTemp("", "line"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	o.binary = filepath.Join(o.dir, "marsad")
	build := exec.CommandContext(ctx, "go", "build", "-o", o.binary, "./services/marsad")
	build.Dir, build.Stderr = "..", os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	alone := 0.0
	if o.made == 0 {
		if alone, err = cleanerAlone(ctx, o); err != nil {
			return err
		}
		fmt.Fprintf(out, "the cleaner alone: %.0f pages per CPU second, %.2f ms each\n", alone, 1000/alone)
	}
	m, err := measure(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %d cleaners: %d pages in %.1f s: %.0f pages/s\n", o.form, o.cleaners, m.pages, m.took.Seconds(), float64(m.pages)/m.took.Seconds())
	var total time.Duration
	for _, p := range m.processes {
		fmt.Fprintf(out, "  %-14s %6.2f CPU ms a page\n", p.name, p.perPage(m.pages))
		total += p.cpu
	}
	perSecond := float64(m.pages) / total.Seconds()
	fmt.Fprintf(out, "  %-14s %6.2f CPU ms a page: %.0f pages per CPU second", "all", float64(total.Microseconds())/1000/float64(m.pages), perSecond)
	if alone > 0 {
		fmt.Fprintf(out, ", %.0f %% of the cleaner alone", 100*perSecond/alone)
	}
	fmt.Fprintln(out)
	fmt.Fprintf(out, "  ended: %v\n", m.ended)
	return nil
}

// cleanerAlone is how many pages a CPU second the cleaner does by itself.
func cleanerAlone(ctx context.Context, o options) (best float64, err error) {
	for range o.rounds {
		report, err := score.Run(ctx, o.pages, score.Options{Workers: 1, Extract: func(p news.Page) (news.Article, error) { return cleaner.Clean(p) }})
		if err != nil {
			return 0, err
		}
		best = max(best, report.PagesPerCPUSecond)
	}
	return best, nil
}
