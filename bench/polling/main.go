// Polling lets thousands of simulated feeds publish for a week and polls them at
// fixed intervals, as other feed readers do and by Marsad's policy, without a
// network, and prints how long articles waited and how many requests that took:
//
//	go run ./polling [-feeds 10000] [-days 7] [-seed 1] [-spread 1.8]
//
// Days before the week, in which habits are learnt, are not counted; their first
// is shown by itself. docs/methods/polling.md says what is assumed of the feeds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"marsad/pkg/press"
	"marsad/services/fetcher/schedule"
)

// options are those of the program.
type options struct {
	press        press.Options
	warmup, days int
	hostDelay    time.Duration
	min, max     time.Duration // bounds of Marsad's intervals
}

func main() {
	o := options{press: press.Options{Healthy: true}}
	flag.Uint64Var(&o.press.Seed, "seed", 1, "of the press")
	flag.IntVar(&o.press.Feeds, "feeds", 10_000, "how many feeds")
	flag.Float64Var(&o.press.PerDay, "median", 4, "articles a day of the middle feed")
	flag.Float64Var(&o.press.Spread, "spread", 1.8, "standard deviation of the logarithm of rates; negative: all feeds have the same")
	flag.IntVar(&o.days, "days", 7, "days that are counted")
	flag.IntVar(&o.warmup, "warmup", 3, "days before them")
	flag.DurationVar(&o.hostDelay, "host-delay", 2*time.Second, "from the end of one request to a domain to the next")
	flag.DurationVar(&o.min, "min", time.Minute, "the shortest of Marsad's intervals")
	flag.DurationVar(&o.max, "max", 4*time.Hour, "the longest")
	flag.Parse()
	if flag.NArg() > 0 || o.days < 1 || o.warmup < 1 || o.press.Feeds < 1 {
		fmt.Fprintln(os.Stderr, "usage: polling [flags]; days, warmup and feeds are at least 1")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintf(os.Stderr, "polling: %v\n", err)
		os.Exit(1)
	}
}

var (
	intervals = []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}
	worths    = []time.Duration{500 * time.Millisecond, 4 * time.Second, 20 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 5 * time.Hour, 72 * time.Hour}
)

func run(ctx context.Context, out io.Writer, o options) error {
	w := newWorld(o)
	fmt.Fprintf(out, "%d feeds on %d domains, seed %d, spread %.1f: %d articles in %d days\n\n",
		o.press.Feeds, len(w.domains), o.press.Seed, o.press.Spread, w.counted, o.days)
	var others, marsad []result
	for _, way := range ways(o) {
		r, err := w.poll(ctx, way.poller)
		if err != nil {
			return err
		}
		r.name = way.name
		if way.marsad {
			marsad = append(marsad, r)
		} else {
			others = append(others, r)
		}
	}
	all := slices.Concat(others, marsad)
	showResults(out, all)
	showRatios(out, others, marsad)
	return showPoliteness(out, o, all)
}

// way is one of polling.
type way struct {
	name   string
	marsad bool
	poller func() poller
}

func ways(o options) (list []way) {
	for _, interval := range intervals {
		list = append(list, way{"every " + round(interval), false, func() poller { return every(interval) }})
	}
	for _, n := range []float64{1, 3} {
		list = append(list, way{fmt.Sprintf("%g polls an article", n), false, func() poller { return &frequency{perArticle: n} }})
	}
	list = append(list, way{"halving, growing", false, func() poller { return &doubling{} }})
	for _, worth := range worths {
		policy := schedule.Policy{Worth: worth, Min: o.min, Max: o.max}
		list = append(list, way{"marsad, worth " + round(worth), true, func() poller { return &learner{policy: policy} }})
	}
	return list
}

// showPoliteness says how often domains were asked at most; the error: more often
// than is allowed.
func showPoliteness(out io.Writer, o options, results []result) error {
	busiest, closest := 0, time.Duration(1<<62)
	for _, r := range results {
		busiest, closest = max(busiest, r.busiest), min(closest, r.closest)
	}
	allowed := int(time.Hour/(o.hostDelay+took)) + 1
	fmt.Fprintf(out, "\nThe busiest domain was asked %d times in an hour (allowed: %d), %v after the last answer at the soonest (allowed: %v).\n",
		busiest, allowed, closest, o.hostDelay)
	if busiest > allowed || closest < o.hostDelay {
		return errors.New("that is not polite")
	}
	return nil
}

func showResults(out io.Writer, results []result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\trequests a day\tmedian\tmean\tp90\tp99\tlost\tnot found\tmedian, first day\t\n")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%s\t%s\t%.2f%%\t%d\t%s\t\n", r.name, r.requests, minutes(r.median), minutes(r.mean), minutes(r.p90), minutes(r.p99),
			100*r.lost, r.open, minutes(r.firstDay))
	}
	w.Flush()
}

// showRatios compares the policy's curve with the points of others.
func showRatios(out io.Writer, others, marsad []result) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "marsad beside\tat equal requests: median\tratio\tmean\tratio\tat equal median: requests a day\tratio\t\n")
	for _, r := range others {
		soon, ok := at(marsad, requests, median, r)
		mid, _ := at(marsad, requests, mean, r)
		few, reached := at(marsad, median, requests, r)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.name,
			known(ok, minutes(soon)), known(ok, ratio(soon, r.median)), known(ok, minutes(mid)), known(ok, ratio(mid, r.mean)),
			known(reached, fmt.Sprintf("%.0f", few)), known(reached, ratio(few, r.requests)))
	}
	w.Flush()
}

// known is text, or a dash where the curves do not overlap.
func known(ok bool, text string) string {
	if !ok {
		return "–"
	}
	return text
}

func ratio(a, b float64) string { return fmt.Sprintf("%.2f", a/b) }

func minutes(seconds float64) string { return fmt.Sprintf("%.1f min", seconds/60) }

// round writes 5m for 5m0s.
func round(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}
