package survive

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Plague is a fault that comes again and again, whatever else goes wrong at the
// time.
type Plague struct {
	Name  string
	Times int
	// Do does it once and leaves everything running, unless ctx ends. All chance
	// is that of chance.
	Do func(ctx context.Context, r *Rig, chance *rand.Rand) error
}

// reviveWithin is how long a process may take until it is ready while other
// things are wrong.
const reviveWithin = 3 * time.Minute

// besiege lets all plagues loose at once. Each comes as often as it must,
// spread over the length of the siege, at moments that follow from the seed.
func (c Campaign) besiege(ctx context.Context, r *Rig, report *Report) error {
	r.supervised.Store(true)
	defer r.load(ctx, c.Every)()
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	over, end := context.WithCancel(ctx)
	group.Go(func() error { return r.watch(over) })
	plagues, plagued := errgroup.WithContext(ctx)
	for _, p := range c.Plagues {
		plagues.Go(func() error { return c.plague(plagued, r, p, start, report) })
	}
	group.Go(func() error { defer end(); return plagues.Wait() })
	if err := group.Wait(); err != nil {
		return err
	}
	r.supervised.Store(false)
	return nil
}

// watch returns why a process ended that should not have.
func (r *Rig) watch(ctx context.Context) error {
	select {
	case err := <-r.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func (c Campaign) plague(ctx context.Context, r *Rig, p Plague, start time.Time, report *Report) error {
	name := fnv.New64a()
	_, _ = name.Write([]byte(p.Name)) // never fails
	chance := rand.New(rand.NewPCG(c.Seed, name.Sum64()))
	for i := range p.Times {
		at := time.Duration((float64(i) + chance.Float64()) / float64(p.Times) * float64(c.Length))
		if err := Pause(ctx, time.Until(start.Add(at))); err != nil {
			return err
		}
		began := time.Now()
		if err := p.Do(ctx, r, chance); err != nil {
			return fmt.Errorf("%s, %s, time %d: %w", c.Name, p.Name, i+1, err)
		}
		r.mu.Lock()
		report.Faults[p.Name]++
		fmt.Fprintf(c.Out, "%s %6.1f s  %2d/%d  %4.1f s  %s\n", c.Name, time.Since(start).Seconds(), i+1, p.Times, time.Since(began).Seconds(), p.Name)
		r.mu.Unlock()
	}
	return nil
}

// Within is a duration from least to most.
func Within(chance *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(chance.Int64N(int64(most-least)))
}

// KillOne kills one of the processes of a service, which stays away for a moment.
func KillOne(service string, times int) Plague {
	return Plague{"kill " + service, times, func(ctx context.Context, r *Rig, chance *rand.Rand) error {
		nodes := r.those(service)
		n := nodes[chance.IntN(len(nodes))]
		n.hold.Lock()
		defer n.hold.Unlock()
		return r.killAndRevive(ctx, n, Within(chance, 0, 2*time.Second))
	}}
}

// those are all nodes that run a service.
func (r *Rig) those(service string) (nodes []*Node) {
	for _, n := range r.Nodes {
		if slices.Contains(n.Services, service) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// killAndRevive does so as a supervisor would that takes its time.
func (r *Rig) killAndRevive(ctx context.Context, n *Node, away time.Duration) error {
	if slices.Contains(n.Services, "deduplicator") {
		defer r.Trouble(n.Name)()
	}
	led := r.leads(n)
	n.Kill()
	if led {
		r.lose("killed", n)
	}
	if err := Pause(ctx, away); err != nil {
		return err
	}
	return n.revive(ctx)
}

// revive starts the node until it is ready.
func (n *Node) revive(ctx context.Context) error {
	for deadline := time.Now().Add(reviveWithin); ; {
		if !n.Running() {
			if err := n.Start(); err != nil {
				return err
			}
		}
		err := n.AwaitReady(ctx)
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: not within %v: %w", ErrBroken, reviveWithin, err)
		}
		if err := Pause(ctx, 300*time.Millisecond); err != nil {
			return err
		}
	}
}

// KillLeader kills the deduplicator that decides. It is back at once and takes
// up its lease again, or stays away for so long that the other takes over.
func KillLeader(times int) Plague {
	return Plague{"kill the deduplicator that decides", times, func(ctx context.Context, r *Rig, chance *rand.Rand) error {
		leader, err := r.holdLeader(ctx, true)
		if err != nil {
			return err
		}
		defer leader.hold.Unlock()
		away := Within(chance, 0, time.Second)
		if chance.IntN(3) > 0 {
			away = Within(chance, 5*time.Second, 7*time.Second)
		}
		return r.killAndRevive(ctx, leader, away)
	}}
}

// KillStandby kills the deduplicator that waits for its turn.
func KillStandby(times int) Plague {
	return Plague{"kill the deduplicator that stands by", times, func(ctx context.Context, r *Rig, chance *rand.Rand) error {
		standby, err := r.holdLeader(ctx, false)
		if err != nil {
			return err
		}
		defer standby.hold.Unlock()
		return r.killAndRevive(ctx, standby, Within(chance, 0, 2*time.Second))
	}}
}

// FreezeLeader stops the deduplicator that decides until long after another may
// have taken over. Then it wakes and believes that it leads.
func FreezeLeader(times int) Plague {
	return Plague{"freeze the deduplicator that decides", times, func(ctx context.Context, r *Rig, chance *rand.Rand) error {
		leader, err := r.holdLeader(ctx, true)
		if err != nil {
			return err
		}
		defer leader.hold.Unlock()
		defer r.Trouble(leader.Name)()
		leader.Freeze()
		r.lose("frozen", leader)
		err = Pause(ctx, Within(chance, 6*time.Second, 9*time.Second))
		leader.Thaw()
		return errors.Join(err, leader.revive(ctx))
	}}
}

// IsolateLeader takes the deduplicator that decides away from what it needs, by
// what isolate does, until that returns.
func IsolateLeader(ctx context.Context, r *Rig, isolate func(leader *Node) error) error {
	leader, err := r.holdLeader(ctx, true)
	if err != nil {
		return err
	}
	defer leader.hold.Unlock()
	defer r.Trouble(leader.Name)()
	r.lose("cut off", leader)
	return isolate(leader)
}
