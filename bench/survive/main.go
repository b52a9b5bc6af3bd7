// Survive runs Marsad through hundreds of faults and proves that nothing is
// lost: see package survive. It builds the program, runs it as one process and
// as one process for each service, and ends with 1 and an explanation at the
// first thing that is not as it must be. When asked (-only fleet), it runs two
// processes for each service on servers of their own, and does faults all at
// once. Progress goes to standard error, the report to standard output.
package main

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/survive"
	"marsad/pkg/world"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "survive:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	seed          uint64
	kills         int // of the one process
	serviceKills  int // of each service
	times         int // of every other fault
	only          string
	other         string // another build of the program
	short         bool
	root, dir     string
	out, progress io.Writer
	binary        string
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o := options{out: out, progress: progress}
	flags := flag.NewFlagSet("survive", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().Unix()), "of the world, of the order of faults and of the moments at which they are done")
	flags.IntVar(&o.kills, "kills", 100, "how often the one process is killed, at least")
	flags.IntVar(&o.serviceKills, "service-kills", 30, "how often each service is killed, at least")
	flags.IntVar(&o.times, "times", 3, "how often every other fault is done")
	flags.StringVar(&o.only, "only", "", "run only campaigns whose names begin with `NAME`: "+strings.Join(names(), ", "))
	flags.StringVar(&o.other, "other", "", "in the fleet, a `BINARY` of another build of marsad that runs every second process")
	flags.BoolVar(&o.short, "short", false, "run the fleet for some minutes only")
	flags.StringVar(&o.root, "root", "..", "the project's folder")
	flags.StringVar(&o.dir, "dir", "", "keep data and logs in this folder (default: a temporary one, removed if all is well)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	kept := o.dir != ""
	if !kept {
		dir, err := os.MkdirTemp("", "marsad-survive")
		if err != nil {
			return err
		}
		o.dir = dir
	}
	fmt.Fprintf(progress, "seed %d, data and logs in %s\n", o.seed, o.dir)
	if err := o.runAll(ctx); err != nil {
		return fmt.Errorf("%w\n(seed %d; data and logs are kept in %s)", err, o.seed, o.dir)
	}
	if kept {
		return nil
	}
	return os.RemoveAll(o.dir)
}

func (o *options) runAll(ctx context.Context) error {
	start := time.Now()
	var err error
	if o.binary, err = o.build(ctx, "marsad"); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "seed %d\n", o.seed)
	if !slices.ContainsFunc(names(), func(name string) bool { return strings.HasPrefix(name, o.only) }) {
		return fmt.Errorf("-only %s: there are %s", o.only, strings.Join(names(), ", "))
	}
	for _, together := range campaigns() {
		group, ctx := errgroup.WithContext(ctx)
		for _, c := range together {
			if strings.HasPrefix(c.name, o.only) && (o.only != "" || !c.asked) {
				group.Go(func() error { return c.run(ctx, o) })
			}
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	fmt.Fprintf(o.out, "all in %v\n", time.Since(start).Round(time.Second))
	return nil
}

// build builds the program, with more arguments for the compiler.
func (o *options) build(ctx context.Context, name string, args ...string) (string, error) {
	binary := filepath.Join(o.dir, name)
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"build", "-o", binary}, args...), "./services/marsad")...)
	cmd.Dir, cmd.Stderr = o.root, o.progress
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	return filepath.Abs(binary)
}

// campaign is one part of the whole.
type campaign struct {
	name  string
	run   func(ctx context.Context, o *options) error
	asked bool // run only when it is named
}

// campaigns are all parts, in the order in which they are run; those that only
// wait most of the time are run together.
func campaigns() [][]campaign {
	return [][]campaign{
		{{name: "single", run: single}, {name: "split", run: split}},
		{{name: "full", run: full}, {name: "disk", run: disk}, {name: "broken", run: broken}},
		{{name: "pressure", run: pressure}},
		{{name: "scale", run: scale}},
		{{name: "fleet", run: overlapping, asked: true}},
		{{name: "fleet-broken", run: brokenFleet, asked: true}},
	}
}

func names() (list []string) {
	for _, c := range slices.Concat(campaigns()...) {
		list = append(list, c.name)
	}
	return list
}

// survives runs a campaign on a world of its own and prints its report.
func (o *options) survives(ctx context.Context, c survive.Campaign, words int) error {
	name := fnv.New64a()
	_, _ = name.Write([]byte(c.Name)) // never fails
	w, err := world.New(world.Options{Seed: o.seed + name.Sum64()%10_000, Words: words})
	if err != nil {
		return err
	}
	defer w.Close()
	c.World, c.Command, c.Seed, c.Out = w, []string{o.binary}, o.seed, o.progress
	if c.Dir == "" {
		c.Dir = o.dir
	}
	report, err := c.Run(ctx)
	fmt.Fprintf(o.out, "%s: %v", c.Name, report)
	return err
}

// single is the one process.
func single(ctx context.Context, o *options) error {
	const burst = 3
	faults := slices.Concat(
		survive.Repeat((o.kills+burst-1)/burst, survive.Kill("marsad", burst)),
		survive.Repeat(o.times, survive.Terminate("marsad")),
		survive.Repeat(o.times, survive.Freeze("marsad")),
		survive.Repeat(o.times, survive.LoseBus()),
		survive.Repeat(o.times, survive.Clock(time.Hour)),
		survive.Repeat(o.times, survive.Clock(-time.Hour)),
		survive.Repeat(o.times, survive.Stall()),
		survive.Repeat(o.times, storeLocked()),
		survive.Repeat(o.times, survive.Poison("cleaner", "panic", "panic")),
		survive.Repeat(o.times, survive.Poison("classifier", "hang", "timeout")),
		survive.Repeat(o.times, survive.Poison("cleaner", "kill", "attempts_exhausted")),
		everyPoint(),
	)
	return o.survives(ctx, survive.Campaign{Name: "single", Layout: (*survive.Rig).Single, Faults: faults}, 0)
}

// split is a process for each service, whose links to the bus go through a
// proxy that cuts, slows and resets them.
func split(ctx context.Context, o *options) error {
	const burst = 3
	var bus link
	defer bus.close()
	var faults []survive.Fault
	for _, node := range append([]string{"server"}, survive.Services...) {
		faults = append(faults, survive.Repeat((o.serviceKills+burst-1)/burst, survive.Kill(node, burst))...)
	}
	for _, service := range survive.Services {
		faults = append(faults, survive.Freeze(service), survive.Terminate(service))
	}
	faults = slices.Concat(faults,
		survive.Repeat(o.times, survive.Freeze("server")),
		survive.Repeat(o.times, survive.Terminate("server")),
		survive.Repeat(o.times, survive.Storm("cleaner")),
		survive.Repeat(o.times, survive.FrozenLeader("after_commit")),
		survive.Repeat(o.times, survive.FrozenLeader("before_commit")),
		survive.Repeat(o.times, survive.LoseBus()),
		survive.Repeat(o.times, survive.Poison("classifier", "panic", "panic")),
		survive.Repeat(o.times, survive.Poison("cleaner", "hang", "timeout")),
		survive.Repeat(o.times, survive.Poison("deduplicator", "kill", "attempts_exhausted")),
		survive.Repeat(o.times, bus.cut()),
		survive.Repeat(o.times, bus.slowed()),
		survive.Repeat(o.times, bus.reset()),
		everyPoint(),
	)
	return o.survives(ctx, survive.Campaign{Name: "split", Layout: (*survive.Rig).Split, Link: bus.to, Faults: faults}, 0)
}

func everyPoint() (faults []survive.Fault) {
	for stage, points := range survive.Points {
		for _, point := range points {
			faults = append(faults, survive.CrashAt(stage, point))
		}
	}
	slices.SortFunc(faults, func(a, b survive.Fault) int { return strings.Compare(a.Name, b.Name) })
	return faults
}

// full has streams that hold a few hundred long articles.
func full(ctx context.Context, o *options) error {
	return o.survives(ctx, survive.Campaign{
		Name: "full", Layout: (*survive.Rig).Split, Settings: survive.Settings{LineBytes: 8 << 20},
		Faults: survive.Repeat(o.times, survive.FullStream()),
	}, 4000)
}
