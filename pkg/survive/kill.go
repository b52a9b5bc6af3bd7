package survive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"marsad/pkg/stage"
)

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
		both := r.those("deduplicator")
		leader, standby := both[0], both[1]
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
