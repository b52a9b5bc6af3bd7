package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/press"
	"marsad/services/web/api"
)

type demoOptions struct {
	feeds  int
	seed   uint64
	pace   float64 // articles a minute
	length time.Duration
	folder bool // one was named with --data
}

// How demo treats publishers that are inside its own process.
const (
	demoHostDelay = 100 * time.Millisecond
	demoWorth     = time.Second
	demoMostPause = 10 * time.Second
	demoThrottle  = 10 * time.Second
	demoLookUps   = 2000 // articles that are asked for at the end
)

func (c *cli) demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use: "demo", Short: "Run everything on a simulated press, without a network", Args: cobra.NoArgs,
		Long: `Run everything on a simulated press: made-up publishers on loopback, with the
habits and the faults of real ones (agencies and what reprints them, bursts,
feeds that are gone, move, lie or answer slowly), behind a proxy of their own.
Nothing goes out to the network, and nothing is kept: data is in a temporary
folder, unless an empty one is named with --data.

It runs until interrupted, or as long as --for says, and ends with an account:
what was published, what was found, what became of it, and whether the audit
holds. The same --seed makes the same publishers. --log-level warn shows which
feeds fail, and how.`,
		Example: "  marsad demo\n  marsad demo --feeds 500 --pace 300 --for 2m",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.feeds < 1 || o.feeds > 20_000 || !(o.pace > 0) || o.pace > 10_000 || o.length < 0 {
				return usageError{errors.New("--feeds is 1 to 20000, --pace more than 0 and at most 10000, --for not negative")}
			}
			if cmd.Flags().Changed("store") || cmd.Flags().Changed("nats") {
				return usageError{errors.New("--store, --nats: the demo has a store and a bus of its own")}
			}
			o.folder = cmd.Flags().Changed("data")
			return c.demo(cmd.Context(), o)
		},
	}
	cmd.Flags().IntVar(&o.feeds, "feeds", 60, "how many feeds")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "what the press follows from")
	cmd.Flags().Float64Var(&o.pace, "pace", 60, "articles a minute of all feeds together, about")
	cmd.Flags().DurationVar(&o.length, "for", 0, "end after so long (default: when interrupted)")
	return cmd
}

func (c *cli) demo(ctx context.Context, o demoOptions) error {
	remove, err := c.demoFolder(o.folder)
	if err != nil {
		return err
	}
	defer remove()
	ground, err := openPlayground(o)
	if err != nil {
		return err
	}
	defer ground.close()
	c.demoSettings(ground.url)
	cfg := c.config.Config
	if cfg.Log.Level == "info" {
		cfg.Log.Level = "error" // that feeds fail is what they are there for
	}
	p, err := app.Open(ctx, cfg, app.Options{LogTo: c.err})
	if err != nil {
		return err
	}
	defer p.Close()
	pages, services, server, err := c.assemble(p, serviceNames)
	if err != nil {
		return err
	}
	ground.client = api.NewClient(app.Direct(pages))
	if err := ground.addSources(ctx); err != nil {
		return err
	}
	c.sayDemo(ground, server.Addr())
	if err := c.runDemo(ctx, o, p, ground, services); err != nil {
		return err
	}
	return c.demoAccount(context.WithoutCancel(ctx), p, ground)
}

// demoFolder points the configuration to a folder of the demo's own, and to the
// store and the bus in it. A folder that is named must be empty: made-up articles
// do not belong among others.
func (c *cli) demoFolder(named bool) (remove func(), err error) {
	c.config.Store.DSN, c.config.NATS.URL, c.config.NATS.Listen = "", "", ""
	if !named {
		c.config.Data, err = os.MkdirTemp("", "marsad-demo-")
		return func() { os.RemoveAll(c.config.Data) }, err
	}
	entries, err := os.ReadDir(c.config.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if len(entries) > 0 {
		return nil, usageError{fmt.Errorf("--data %s: the folder is not empty, and the demo does not mix its articles with others", c.config.Data)}
	}
	return func() {}, nil
}

// demoSettings lets the fetcher reach the press, and nothing else, without the
// patience that real publishers need.
func (c *cli) demoSettings(proxy string) {
	f := &c.config.Fetcher
	f.Proxy, f.Poll, f.PollEvery = proxy, true, 0
	f.RequestWorth, f.PollMin, f.PollMax = demoWorth, time.Second, demoMostPause
	f.HostDelay, f.Timeout = demoHostDelay, 10*time.Second
	f.Backoff = []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second}
	f.MaxAttempts = 3
}

// playground is where the demo runs: the press, and how Marsad is asked about it.
type playground struct {
	*press.World
	url     string // of the proxy
	close   func()
	started time.Time
	client  *api.Client
}

// openPlayground starts the press on loopback.
func openPlayground(o demoOptions) (*playground, error) {
	options := press.Options{Seed: o.seed, Feeds: o.feeds, Throttle: demoThrottle, Spread: 1.8}
	options.PerDay = 1
	options.PerDay = o.pace / options.PerMinute()
	g := &playground{World: press.New(options), started: time.Now()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g.url = "http://" + listener.Addr().String()
	server := &http.Server{Handler: g.Handler(time.Now), ReadHeaderTimeout: 10 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // until it is closed
	g.close = func() {
		server.Close()
		serving.Wait()
	}
	return g, nil
}

// addSources adds the feeds, as a user would.
func (g *playground) addSources(ctx context.Context) error {
	var list []api.NewSource
	for _, f := range g.Feeds() {
		list = append(list, api.NewSource{URL: f.URL, Name: f.Name, Publisher: f.Publisher, Lang: f.Lang, Country: f.Country})
	}
	for part := range slices.Chunk(list, 500) {
		if _, err := g.client.AddSources(ctx, part); err != nil {
			return fmt.Errorf("sources of the press: %w", err)
		}
	}
	return nil
}

func (c *cli) sayDemo(g *playground, addr string) {
	publishers := map[string]bool{}
	faulty := 0
	for _, f := range g.Feeds() {
		publishers[f.Publisher] = true
		if f.Fault != "" {
			faulty++
		}
	}
	fmt.Fprintf(c.out, `a press of %d publishers with %d feeds, %d of them with a fault, and Marsad on it

  http://%[4]s/          articles as they come
  http://%[4]s/stories   what several publishers carry
  http://%[4]s/sources   which feeds are well, and which are not
  marsad --data %[5]s status

Ctrl-C ends it with an account.
`, len(publishers), len(g.Feeds()), faulty, addr, c.config.Data)
}

// runDemo runs the line until it is to end, and says meanwhile how far it is.
func (c *cli) runDemo(ctx context.Context, o demoOptions, p *app.Process, g *playground, services []app.Service) error {
	if o.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.length)
		defer cancel()
	}
	var watching sync.WaitGroup
	watching.Go(func() { c.watchDemo(ctx, g) })
	err := p.Run(ctx, services)
	watching.Wait()
	return err
}

// watchDemo keeps a line on a terminal.
func (c *cli) watchDemo(ctx context.Context, g *playground) {
	if !isTerminal(c.err) {
		return
	}
	defer fmt.Fprintln(c.err)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		status, err := g.client.Status(ctx)
		if err != nil {
			continue // it is told when the demo ends
		}
		open := status.Open[news.StateDue] + status.Open[news.StateInLine]
		fmt.Fprintf(c.err, "\r%v: %d archived, %d dropped, %d dead, %d on their way   ", time.Since(g.started).Round(time.Second),
			status.Ended[news.Archived], status.Ended[news.Dropped], status.Ended[news.Dead], open)
	}
}

// demoAccount holds what the press knows against what Marsad has.
func (c *cli) demoAccount(ctx context.Context, p *app.Process, g *playground) error {
	ended := time.Now()
	before, since := g.published(ended)
	due := slices.DeleteFunc(slices.Clone(since), func(i press.Item) bool {
		return ended.Sub(g.Feeds()[i.Feed].VisibleAt(i.At)) < demoMostPause // caches hold some back for minutes
	})
	asked := min(len(due), demoLookUps)
	found, delay, err := g.found(ctx, due[len(due)-asked:])
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nran for\t%v\n", ended.Sub(g.started).Round(time.Second))
	fmt.Fprintf(w, "published\t%d articles in feeds that can be read, %d of them while it ran\n", len(before)+len(since), len(since))
	if asked > 0 {
		fmt.Fprintf(w, "found\t%d of the last %d that were out for %v or more, half of them within %.1f s\n", found, asked, demoMostPause, delay.Seconds())
	}
	duplicates, err := duplicatesOf(p)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "duplicates\t%d copies, %d excerpts\n", duplicates["copy"], duplicates["excerpt"])
	if err := w.Flush(); err != nil {
		return err
	}
	report, err := g.client.Audit(ctx)
	if err != nil {
		return err
	}
	if err := c.printAudit(report, false); err != nil {
		return err
	}
	if !report.Holds {
		return fmt.Errorf("the audit does not hold: %d offenders", len(report.Offenders))
	}
	fmt.Fprintln(c.out, "the audit holds: every item found ended exactly once, or is on its way")
	return nil
}

// published are the articles that the feeds that can be read showed when the demo
// began, and those that came until it ended, oldest first. An article in several
// feeds is one.
func (g *playground) published(ended time.Time) (before, since []press.Item) {
	known := map[press.Item]bool{}
	fresh := func(items []press.Item) (list []press.Item) {
		for _, i := range items {
			if !known[i] {
				known[i] = true
				list = append(list, i)
			}
		}
		return list
	}
	for n, f := range g.Feeds() {
		if f.Fault.Unreadable() {
			continue
		}
		answered := g.started.Add(f.FreshFor(g.started) - f.MaxAge) // by a cache, where there is one
		shown, _ := g.Shown(n, answered)
		before = append(before, fresh(shown)...)
		since = append(since, fresh(g.Published(n, answered, ended))...)
	}
	slices.SortFunc(since, func(a, b press.Item) int { return a.At.Compare(b.At) })
	return before, since
}

// found counts which articles were found, and says how long it took for half of
// these.
func (g *playground) found(ctx context.Context, items []press.Item) (int, time.Duration, error) {
	var delays []time.Duration
	for _, i := range items {
		item, err := g.client.Item(ctx, g.URL(i))
		if answer, ok := errors.AsType[*api.Error](err); ok && answer.Status == http.StatusNotFound {
			continue
		}
		if err != nil {
			return 0, 0, err
		}
		delays = append(delays, item.FoundAt.Sub(i.At))
	}
	if len(delays) == 0 {
		return 0, 0, nil
	}
	slices.Sort(delays)
	return len(delays), delays[len(delays)/2], nil
}

// duplicatesOf reads how many articles were decided to be what, from the metrics.
func duplicatesOf(p *app.Process) (map[string]int, error) {
	families, err := p.Registry.Gather()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, family := range families {
		if family.GetName() != "marsad_duplicates_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			counts[m.GetLabel()[0].GetValue()] = int(math.Round(m.GetCounter().GetValue()))
		}
	}
	return counts, nil
}
