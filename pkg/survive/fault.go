package survive

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// wave is how many items are published for a fault.
const wave = 12

// Fault is something that goes wrong.
type Fault struct {
	Name string
	// Do publishes something, does the fault to the rig, and leaves all nodes
	// running. What was published need not have come to its end.
	Do func(ctx context.Context, r *Rig) error
}

// Sometime waits for up to most, as the rig's seed has it.
func (r *Rig) Sometime(ctx context.Context, most time.Duration) error {
	return Pause(ctx, time.Duration(r.Rand.Int64N(int64(most))))
}

// load publishes an item every so often, until stop is called: so that there is
// something to be lost at any moment.
func (r *Rig) load(ctx context.Context, every time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		for Pause(ctx, every) == nil {
			r.World.Publish(1)
		}
	})
	return func() { cancel(); running.Wait() }
}

// Pause waits for d, or until ctx ends.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// startAll starts the nodes that do not run.
func (r *Rig) startAll(ctx context.Context) error {
	for _, n := range r.Nodes {
		if !n.Running() {
			if err := n.StartReady(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clock makes all clocks jump, and jump back.
func Clock(by time.Duration) Fault {
	return Fault{fmt.Sprintf("clock jumps by %v and back", by), func(ctx context.Context, r *Rig) error {
		for _, wrong := range []time.Duration{by, 0} {
			r.World.Publish(wave)
			if err := r.Sometime(ctx, 1200*time.Millisecond); err != nil {
				return err
			}
			if err := r.SetClock(wrong); err != nil {
				return err
			}
			if err := Pause(ctx, 200*time.Millisecond); err != nil { // it is read anew all the time
				return err
			}
			fresh := r.World.Publish(wave)[0]
			if err := r.Settle(ctx, nil); err != nil {
				return fmt.Errorf("clock wrong by %v: %w", wrong, err)
			}
			item, err := r.store.Item(ctx, fresh.ID)
			if err != nil {
				return err
			}
			if off := time.Until(item.FoundAt) - wrong; off.Abs() > 5*time.Minute {
				return fmt.Errorf("clocks were to be wrong by %v, and an item was found at %v", wrong, item.FoundAt)
			}
		}
		return nil
	}}
}

// Stall leaves all requests to publishers without an answer for a while.
func Stall() Fault {
	return Fault{"publishers do not answer", func(ctx context.Context, r *Rig) error {
		r.World.Publish(wave)
		if err := r.Sometime(ctx, time.Second); err != nil {
			return err
		}
		r.World.Stall()
		defer r.World.Resume()
		return Pause(ctx, 2*time.Second)
	}}
}
