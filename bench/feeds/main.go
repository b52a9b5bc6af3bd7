// Feeds takes the cases of the Universal Feed Parser's suite through Marsad and through
// gofeed alone, which is inside Marsad, and prints side by side what they read:
//
//	go run ./feeds PATH
//
// PATH is as for `marsad eval feeds`, and what counts is the same for both. With -speed
// it reads all cases that both can read again and again, and prints how long each takes.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"marsad/services/fetcher/feed/score"
)

// peer is a way to read feeds.
type peer struct {
	name string
	read score.Reader
}

var peers = []peer{{"marsad", score.Marsad}, {"gofeed", readGofeed}}

func main() {
	speed := flag.Bool("speed", false, "print how long each takes, too")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: feeds [-speed] PATH")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *speed); err != nil {
		fmt.Fprintf(os.Stderr, "feeds: %v\n", err)
		os.Exit(1)
	}
}

func run(path string, speed bool) error {
	cases, err := score.ReadCases(path)
	if err != nil {
		return err
	}
	reports := make([]*score.Report, len(peers))
	for i, p := range peers {
		reports[i] = score.NewReport(judged(cases, p.read))
	}
	fmt.Print(table(reports))
	if speed {
		fmt.Print(speeds(readable(cases)))
	}
	return nil
}

func judged(cases []score.Case, read score.Reader) []score.Verdict {
	verdicts := make([]score.Verdict, len(cases))
	for i, c := range cases {
		verdicts[i] = score.Judge(c, read)
	}
	return verdicts
}

// table shows, by folder, how many files each peer read and how many expectations it met.
func table(reports []*score.Report) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "folder\tfiles\tcompared\t")
	for _, p := range peers {
		fmt.Fprintf(w, "%s parsed\tpanics\tmet\t\t", p.name)
	}
	fmt.Fprintln(w)
	for i := range len(reports[0].Folders) + 1 {
		first := count(reports[0], i)
		fmt.Fprintf(w, "%s\t%d\t%d\t", first.Folder, first.Files, first.Compared)
		for _, r := range reports {
			c := count(r, i)
			fmt.Fprintf(w, "%d\t%d\t%d\t%.1f%%\t", c.Parsed, c.Panics, c.Met, 100*c.Share)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	for i, p := range peers {
		fmt.Fprintf(&b, "%s: UTF-16 and UTF-32: %d of %d parsed\n", p.name, reports[i].WideParsed, reports[i].Wide)
	}
	return b.String()
}

// count is that of the i-th folder, and after them that of all.
func count(r *score.Report, i int) score.Count {
	if i < len(r.Folders) {
		return r.Folders[i]
	}
	return r.Total
}

// readable are the cases that all peers can read.
func readable(cases []score.Case) []score.Case {
	var kept []score.Case
	for _, c := range cases {
		ok := true
		for _, p := range peers {
			ok = ok && score.Judge(c, p.read).Err == nil
		}
		if ok {
			kept = append(kept, c)
		}
	}
	return kept
}

// rounds is how often speeds reads the cases; the fastest round counts.
const rounds = 10

func speeds(cases []score.Case) string {
	var b strings.Builder
	for _, p := range peers {
		best := time.Duration(0)
		for range rounds {
			start := time.Now()
			judged(cases, p.read)
			if took := time.Since(start); best == 0 || took < best {
				best = took
			}
		}
		fmt.Fprintf(&b, "%s: %v for %d cases\n", p.name, best.Round(time.Microsecond), len(cases))
	}
	return b.String()
}
