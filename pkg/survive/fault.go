package survive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/world"
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

// Kill kills a node, some times in a row at any moments, and starts it again.
func Kill(node string, times int) Fault {
	return Fault{"kill " + node, func(ctx context.Context, r *Rig) error {
		n := r.Node(node)
		if err := r.alone(ctx, n); err != nil {
			return err
		}
		defer r.load(ctx, 40*time.Millisecond)()
		for range times {
			if err := r.Sometime(ctx, 1200*time.Millisecond); err != nil {
				return err
			}
			n.Kill()
			if err := n.StartReady(ctx); err != nil {
				return err
			}
		}
		return r.startAll(ctx)
	}}
}

// Points are all crash points, by the stage whose they are.
var Points = map[string][]string{
	"poll":           {stage.BeforeProcess, stage.AfterProcess, stage.AfterCommit},
	"fetcher":        {stage.BeforeProcess, stage.AfterCommit, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
	"cleaner":        {stage.BeforeProcess, stage.InProcess, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
	"deduplicator":   {stage.BeforeProcess, stage.InProcess, stage.BeforeCommit, stage.AfterCommit, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
	"classifier":     {stage.BeforeProcess, stage.InProcess, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
	"archiver":       {stage.BeforeProcess, stage.InProcess, stage.AfterCommit, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
	"archiver-ended": {stage.BeforeProcess, stage.InProcess, stage.AfterCommit, stage.AfterProcess, stage.AfterPublish, stage.AfterPubAck},
}

// serviceOf names the service that a stage belongs to.
func serviceOf(stage string) string {
	switch stage {
	case "poll":
		return "fetcher"
	case "archiver-ended":
		return "archiver"
	}
	return stage
}

// CrashAt lets the service of a stage die at a crash point.
func CrashAt(stage, point string) Fault {
	return Fault{"crash at " + stage + ":" + point, func(ctx context.Context, r *Rig) error {
		n := r.Node(serviceOf(stage))
		if err := r.alone(ctx, n); err != nil {
			return err
		}
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		if err := n.Start(fmt.Sprintf("MARSAD_CRASH=%s:%s:%d", stage, point, 1+r.Rand.IntN(2))); err != nil {
			return err
		}
		for range 60 { // until the point is met
			r.World.Publish(wave / 2)
			if err := n.AwaitKill(ctx, time.Second); !errors.Is(err, errNotMet) {
				return errors.Join(err, r.startAll(ctx))
			}
		}
		return fmt.Errorf("%s:%s was never met\n%s", stage, point, n.Log())
	}}
}

// alone ends other nodes that would do the node's work for it.
func (r *Rig) alone(ctx context.Context, n *Node) error {
	for _, other := range r.Nodes {
		if other != n && len(n.Services) > 0 && slices.Equal(other.Services, n.Services) {
			if _, err := other.Terminate(ctx); err != nil {
				return err
			}
		}
	}
	return nil
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

// Storm kills a service again and again while the same messages are in its
// hand: they are delivered often, and started at most once or twice.
func Storm(service string) Fault {
	return Fault{"storm on " + service, func(ctx context.Context, r *Rig) error {
		n := r.Node(service)
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		r.World.Publish(2 * wave)
		for range 8 {
			if err := n.Start("MARSAD_CRASH=" + service + ":" + stage.AfterPubAck + ":2"); err != nil {
				return err
			}
			if err := n.AwaitKill(ctx, 15*time.Second); err != nil {
				return err
			}
			if err := Pause(ctx, ackWait); err != nil { // then they are delivered again
				return err
			}
		}
		return n.StartReady(ctx)
	}}
}

// Terminate asks a node to end while it is under load: it must within ten seconds.
func Terminate(node string) Fault {
	return Fault{"SIGTERM to " + node, func(ctx context.Context, r *Rig) error {
		n := r.Node(node)
		if err := r.alone(ctx, n); err != nil {
			return err
		}
		defer r.load(ctx, 20*time.Millisecond)()
		if err := Pause(ctx, time.Second); err != nil {
			return err
		}
		if err := r.Sometime(ctx, time.Second); err != nil {
			return err
		}
		took, err := n.Terminate(ctx)
		if err == nil && took > 10*time.Second {
			err = fmt.Errorf("%w: %s took %v to end", ErrBroken, n.Name, took)
		}
		return errors.Join(err, r.startAll(ctx))
	}}
}

// Freeze stops a node for longer than any lease and the ack wait last.
func Freeze(node string) Fault {
	return Fault{"SIGSTOP of " + node, func(ctx context.Context, r *Rig) error {
		n := r.Node(node)
		defer r.load(ctx, 80*time.Millisecond)()
		if err := Pause(ctx, time.Second); err != nil {
			return err
		}
		if err := r.Sometime(ctx, 500*time.Millisecond); err != nil {
			return err
		}
		n.Freeze()
		err := Pause(ctx, 7*time.Second)
		n.Thaw()
		return errors.Join(err, n.AwaitReady(ctx))
	}}
}

// FrozenLeader stops the deduplicator that decides, at a point, until the
// other one has taken over and decided; then the first one wakes and believes
// that it still leads. Within its transaction it holds the store's lock: then
// nobody can take over, and all others wait.
func FrozenLeader(point string) Fault {
	return Fault{"leader frozen at " + point, func(ctx context.Context, r *Rig) error {
		leader, standby := r.Node("deduplicator"), r.Node("standby")
		if err := r.alone(ctx, leader); err != nil {
			return err
		}
		if _, err := leader.Terminate(ctx); err != nil {
			return err
		}
		if err := leader.Start("MARSAD_CRASH=deduplicator:" + point + ":1=stop"); err != nil {
			return err
		}
		if err := leader.AwaitReady(ctx); err != nil {
			return err
		}
		for range 60 {
			if r.World.Publish(wave / 2); leader.Frozen() {
				break
			}
			if err := Pause(ctx, 500*time.Millisecond); err != nil {
				return err
			}
		}
		if !leader.Frozen() {
			return fmt.Errorf("the leader did not stop at %s", point)
		}
		if err := standby.Start(); err != nil {
			return err
		}
		r.World.Publish(2 * wave)
		err := Pause(ctx, 7*time.Second) // lease and ack wait are 2 s
		if point != stage.BeforeCommit && standby.Metric(ctx, `marsad_stage_messages_total{outcome="ok",reason="",stage="deduplicator"}`) <= 0 {
			err = errors.Join(err, errors.New("the standby did not take over"))
		}
		leader.Thaw()
		return errors.Join(err, leader.AwaitReady(ctx), standby.AwaitReady(ctx))
	}}
}

// LoseBus deletes the bus's folder while the server is down. What was in line
// is found missing, and becomes due again.
func LoseBus() Fault {
	return Fault{"bus deleted", func(ctx context.Context, r *Rig) error {
		server, fetcher := r.Server(), r.Node("fetcher")
		settings := r.Settings
		settings.ReconcileAfter = 5 * time.Second
		if err := r.Configure(settings); err != nil {
			return err
		}
		if err := r.killWithItemsInLine(ctx); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(server.Data, "bus")); err != nil {
			return err
		}
		for _, item := range r.World.Published() { // the public tap is gone, too
			r.untold[item.Number] = true
		}
		if _, err := fetcher.Terminate(ctx); err != nil { // for its new settings
			return err
		}
		if err := r.startAll(ctx); err != nil {
			return err
		}
		if err := r.Settle(ctx, nil); err != nil {
			return err
		}
		if n := fetcher.Metric(ctx, "marsad_items_reconciled_total"); n <= 0 {
			return fmt.Errorf("the bus was lost, and %v items were reconciled", n)
		}
		if err := r.Configure(r.Settings); err != nil {
			return err
		}
		if _, err := fetcher.Terminate(ctx); err != nil {
			return err
		}
		return fetcher.StartReady(ctx)
	}}
}

// killWithItemsInLine kills the server while there is something for the
// deduplicator to do.
func (r *Rig) killWithItemsInLine(ctx context.Context) error {
	server, n := r.Server(), r.Node("deduplicator")
	if err := r.alone(ctx, n); err != nil {
		return err
	}
	if _, err := n.Terminate(ctx); err != nil {
		return err
	}
	if n == server {
		if err := n.Start("MARSAD_CRASH=cleaner:" + stage.AfterPubAck + ":10"); err != nil {
			return err
		}
		r.World.Publish(2 * wave)
		return n.AwaitKill(ctx, readyWithin)
	}
	r.World.Publish(2 * wave)
	for deadline := time.Now().Add(r.Patience); time.Now().Before(deadline); {
		streams, err := r.Depths(ctx)
		if err != nil {
			return err
		}
		if streams["NEWS_CLEANED"] > wave {
			break
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	server.Kill()
	return nil
}

// Depths are the numbers of messages in the streams.
func (r *Rig) Depths(ctx context.Context) (map[string]int, error) {
	_, body := r.Server().Get(ctx, "/api/v1/status")
	var status struct{ Streams map[string]int }
	return status.Streams, json.Unmarshal(body, &status)
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

// Poison publishes an item that makes a service panic, hang or die whenever it
// is handled. It must end as a dead letter with the reason, and nothing else
// may; without the poison, a retry must archive it.
func Poison(service, action, reason string) Fault {
	return Fault{"poison: " + action + " in " + service, func(ctx context.Context, r *Rig) error {
		n := r.Node(service)
		item := r.nextPage()
		if err := r.alone(ctx, n); err != nil {
			return err
		}
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		poison := fmt.Sprintf("MARSAD_CRASH=%s:%s:%s=%s", service, stage.InProcess, item.ID, action)
		if err := n.Start(poison); err != nil {
			return err
		}
		r.World.Publish(wave)
		if err := r.awaitDead(ctx, n, item, poison); err != nil {
			return err
		}
		if err := r.Settle(ctx, map[news.ID]news.Outcome{item.ID: news.Dead}); err != nil {
			return err
		}
		record, err := r.store.Record(ctx, item.ID)
		if err != nil {
			return err
		}
		if record.Reason != reason {
			return fmt.Errorf("%w: the dead letter says %q, not %q", ErrBroken, record.Reason, reason)
		}
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		if err := r.startAll(ctx); err != nil {
			return err
		}
		_, err = r.Marsad(ctx, "dead", "retry", string(item.ID))
		return err
	}}
}

// nextPage publishes until the next item is a page that stays as it is, and
// returns that one, unpublished.
func (r *Rig) nextPage() *world.Item {
	for {
		if item := r.World.Next(); item.Kind == world.Page && !item.Changes {
			return item
		}
		r.World.Publish(1)
	}
}

// awaitDead waits until the poisonous item is a dead letter, starting the node
// again whenever it dies of it.
func (r *Rig) awaitDead(ctx context.Context, n *Node, item *world.Item, poison string) error {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		if record, err := r.store.Record(ctx, item.ID); err == nil && record.Outcome == news.Dead {
			if !n.Running() {
				return n.Start(poison)
			}
			return n.AwaitReady(ctx)
		}
		if !n.Running() {
			r.countKill(n)
			if err := n.Start(poison); err != nil {
				return err
			}
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("the poisonous item %s never became a dead letter\n%s", item.ID, n.Log())
}

// FullStream publishes more than a stream holds while nobody takes from it:
// the service before must wait, visibly.
func FullStream() Fault {
	return Fault{"stream full", func(ctx context.Context, r *Rig) error {
		for _, name := range []string{"standby", "deduplicator"} {
			if _, err := r.Node(name).Terminate(ctx); err != nil {
				return err
			}
		}
		for deadline := time.Now().Add(2 * time.Minute); ; {
			paused := r.Node("cleaner").Metric(ctx, `marsad_stage_paused{stage="cleaner"}`)
			full := r.Server().Metric(ctx, `marsad_bus_stream_bytes{stream="NEWS_CLEANED"}`) / r.Server().Metric(ctx, `marsad_bus_stream_limit_bytes{stream="NEWS_CLEANED"}`)
			if paused == 1 && full > .9 {
				break
			} else if time.Now().After(deadline) {
				return fmt.Errorf("the stream is %.0f %% full, and the cleaner's pause is %v", 100*full, paused)
			}
			r.World.Publish(wave)
			if err := Pause(ctx, 500*time.Millisecond); err != nil {
				return err
			}
		}
		r.Node("cleaner").Kill()
		if err := r.Node("cleaner").Start(); err != nil {
			return err
		}
		return r.startAll(ctx)
	}}
}
