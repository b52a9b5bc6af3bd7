package survive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"marsad/pkg/world"
)

// Campaign is a run of one rig through many faults.
type Campaign struct {
	Name    string
	World   *world.World // is reset
	Command []string     // runs marsad
	Other   []string     // runs another build of it, for every second process of a fleet; default: Command
	Clean   []string     // runs a marsad for the run without faults; default: Command
	Dir     string
	Seed    uint64
	Layout  func(*Rig) error // (*Rig).Single, (*Rig).Split
	Link    func(server string) (string, error)
	Settings
	Patience time.Duration // after a fault, until one more item must have come to its end; default 90 s
	Faults   []Fault       // done in an order that follows from the seed
	Plagues  []Plague      // done all at once, before the faults
	Length   time.Duration // of the time in which the plagues are done
	Every    time.Duration // something is published then
	Out      io.Writer
}

// Report says what was done.
type Report struct {
	Faults map[string]int // how often, by name
	Kills  map[string]int // SIGKILLs, by node; those at crash points too
	Busy   map[string]int // those of them while items were open
	Items  int
	Took   time.Duration
	// Takeovers are how long it took from the loss of the deduplicator that decided
	// until one held the lease again, in rising order, by what was done to it.
	Takeovers map[string][]time.Duration
	GaveUp    int // starts of processes that ended before they were ready
	Suffered  int // items published while there were plagues
	Besieged  time.Duration
}

// String is the report as lines of text.
func (r Report) String() string {
	var b strings.Builder
	kills := 0
	for _, n := range r.Kills {
		kills += n
	}
	fmt.Fprintf(&b, "%d items, %d kills, %v\n", r.Items, kills, r.Took.Round(time.Second))
	for _, node := range slices.Sorted(maps.Keys(r.Kills)) {
		fmt.Fprintf(&b, "  %4d kills of %s, %d of them with items open\n", r.Kills[node], node, r.Busy[node])
	}
	for _, fault := range slices.Sorted(maps.Keys(r.Faults)) {
		fmt.Fprintf(&b, "  %4d × %s\n", r.Faults[fault], fault)
	}
	if r.Besieged > 0 {
		fmt.Fprintf(&b, "  %.1f items a second for %v of plagues; %d times a process ended before it was ready, because something it needs was away\n",
			float64(r.Suffered)/r.Besieged.Seconds(), r.Besieged.Round(time.Second), r.GaveUp)
	}
	for _, how := range slices.Sorted(maps.Keys(r.Takeovers)) {
		t := r.Takeovers[how]
		fmt.Fprintf(&b, "  lease held again, after the deduplicator that decided was %s: %d times, median %.1f s, max %.1f s\n", how, len(t),
			t[len(t)/2].Seconds(), t[len(t)-1].Seconds())
	}
	return b.String()
}

// Run does all faults, one after the other. After each, everything published
// so far must have come to the end it must come to. In the end, what is stored
// must be what a run without faults stores.
func (c Campaign) Run(ctx context.Context) (Report, error) {
	start := time.Now()
	report := Report{Faults: map[string]int{}, Kills: map[string]int{}}
	c.World.Reset()
	r, err := c.open(ctx, c.Name, c.Layout)
	if err != nil {
		return report, err
	}
	defer r.Close()
	if err := c.suffer(ctx, r, &report); err != nil {
		return report, err
	}
	faults := slices.Clone(c.Faults)
	r.Rand.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	for i, fault := range faults {
		began := time.Now()
		r.Rand = rand.New(rand.NewPCG(c.Seed, uint64(i+1))) // whatever was drawn before
		if err := fault.Do(ctx, r); err != nil {
			return report, fmt.Errorf("%s, fault %d, %s: %w", c.Name, i+1, fault.Name, err)
		}
		if err := r.Settle(ctx, nil); err != nil {
			return report, fmt.Errorf("%s, after fault %d, %s: %w", c.Name, i+1, fault.Name, err)
		}
		report.Faults[fault.Name]++
		fmt.Fprintf(c.Out, "%s %3d/%d  %5.1f s  %s\n", c.Name, i+1, len(faults), time.Since(began).Seconds(), fault.Name)
	}
	report.Kills, report.Busy, report.Items = r.Kills, r.Busy, len(c.World.Published())
	err = c.compare(ctx, r)
	if len(c.Plagues) > 0 {
		err = errors.Join(err, prompt(report.Takeovers))
	}
	report.Took = time.Since(start)
	return report, err
}

// suffer lets the plagues loose and waits until everything has come to its end.
func (c Campaign) suffer(ctx context.Context, r *Rig, report *Report) error {
	if len(c.Plagues) == 0 {
		return nil
	}
	start := time.Now()
	err := c.besiege(ctx, r, report)
	report.Items = len(c.World.Published())
	report.Kills, report.Busy, report.GaveUp = r.Kills, r.Busy, int(r.gaveUp.Load())
	report.Takeovers, report.Suffered, report.Besieged = r.takeovers(), report.Items, time.Since(start)
	if err != nil {
		return err
	}
	if err := r.Settle(ctx, nil); err != nil {
		return fmt.Errorf("%s, after all plagues: %w", c.Name, err)
	}
	return nil
}

// compare holds what the rig stored against a clean run of the same world.
func (c Campaign) compare(ctx context.Context, r *Rig) error {
	if _, err := r.Marsad(ctx, "audit"); err != nil {
		return err
	}
	survived, err := r.Content(ctx)
	if err != nil {
		return err
	}
	r.Close()
	clean, err := c.clean(ctx, len(c.World.Published()))
	if err != nil {
		return fmt.Errorf("clean run: %w", err)
	}
	if lines := clean.Differences(survived, 10); len(lines) > 0 {
		return fmt.Errorf("%w: %s stored something else than a clean run:\n%s", ErrBroken, c.Name, strings.Join(lines, "\n"))
	}
	return nil
}

// clean is what a run without faults stores of the first n items.
func (c Campaign) clean(ctx context.Context, n int) (Content, error) {
	c.World.Reset()
	if c.Clean != nil {
		c.Command = c.Clean
	}
	r, err := c.open(ctx, c.Name+"-clean", (*Rig).Single)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for left := n; left > 0; left -= wave {
		c.World.Publish(min(left, wave))
	}
	if err := r.Settle(ctx, nil); err != nil {
		return nil, err
	}
	content, err := r.Content(ctx)
	if err != nil {
		return nil, err
	}
	return content, content.Groups(c.World.Published())
}

// Start starts the campaign's rig, for who wants to do something else with it.
func (c Campaign) Start(ctx context.Context) (*Rig, error) { return c.open(ctx, c.Name, c.Layout) }

func (c Campaign) open(ctx context.Context, name string, layout func(*Rig) error) (*Rig, error) {
	r := &Rig{
		World: c.World, Command: c.Command, Other: c.Other, Patience: cmp.Or(c.Patience, settleWithin), Dir: filepath.Join(c.Dir, name), Settings: c.Settings, Link: c.Link,
		Rand: rand.New(rand.NewPCG(c.Seed, 0)),
	}
	err := layout(r)
	if err == nil {
		err = r.Start(ctx)
	}
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// Repeat is a fault n times.
func Repeat(n int, fault Fault) []Fault { return slices.Repeat([]Fault{fault}, n) }
