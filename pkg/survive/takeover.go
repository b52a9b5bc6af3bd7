package survive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// trouble is a time in which something that a takeover needs was not as it should be.
type trouble struct {
	what     string
	from, to time.Time // to: zero while it lasts
}

// Trouble notes that something goes wrong that a takeover needs: a server, a way
// to it, or the other deduplicator; until over is called.
func (r *Rig) Trouble(what string) (over func()) {
	t := &trouble{what: what, from: time.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.troubles = append(r.troubles, t)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		t.to = time.Now()
	}
}

// troubled reports whether something else than what was wrong meanwhile.
func (r *Rig) troubled(from, to time.Time, what string) bool {
	return slices.ContainsFunc(r.troubles, func(t *trouble) bool {
		return t.what != what && t.from.Before(to) && (t.to.IsZero() || t.to.After(from))
	})
}

// loss is a deduplicator that could not decide any more.
type loss struct {
	how    string
	leader *Node
	at     time.Time
}

func (r *Rig) lose(how string, leader *Node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.losses = append(r.losses, loss{how, leader, time.Now()})
}

// reign is a time from which a deduplicator held the lease.
type reign struct {
	node *Node
	at   time.Time
}

// holds is what a deduplicator logs when it has the lease.
const holds = `msg="deciding from now on"`

// reigns are all so far, from the logs: a process that is stopped or dead
// answers no questions.
func (r *Rig) reigns() (all []reign) {
	for _, n := range r.those("deduplicator") {
		raw, _ := os.ReadFile(n.logFile()) // none yet
		for line := range bytes.Lines(raw) {
			if bytes.Contains(line, []byte(holds)) {
				first, _, _ := strings.Cut(strings.TrimPrefix(string(line), "time="), " ")
				if at, err := time.Parse(time.RFC3339, first); err == nil {
					all = append(all, reign{n, at})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b reign) int { return a.at.Compare(b.at) })
	return all
}

// holdLeader returns the deduplicator that decides, or the one that does not, as
// soon as no other plague has it in its hands; the caller gives it free.
func (r *Rig) holdLeader(ctx context.Context, leads bool) (*Node, error) {
	for deadline := time.Now().Add(reviveWithin); time.Now().Before(deadline); {
		for _, n := range r.those("deduplicator") {
			if r.leads(n) != leads || !n.hold.TryLock() {
				continue
			}
			if r.leads(n) == leads && n.Running() {
				return n, nil
			}
			n.hold.Unlock()
		}
		if err := Pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("no deduplicator decides")
}

func (r *Rig) leads(n *Node) bool {
	all := r.reigns()
	return len(all) > 0 && all[len(all)-1].node == n
}

// takeoverWithin is how soon a deduplicator must hold the lease after the one
// that did was killed, where all it needs is there.
const takeoverWithin = 5 * time.Second

// takeovers are how long it took until a deduplicator held the lease again, by
// how the one that had it was lost. Those apart are no measure: where that one
// was back first, and where something else was wrong, too.
func (r *Rig) takeovers() map[string][]time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.reigns()
	times := map[string][]time.Duration{}
	for _, l := range r.losses {
		// Logs have the time in milliseconds.
		i := slices.IndexFunc(all, func(next reign) bool { return next.at.After(l.at.Truncate(time.Millisecond)) })
		if i < 0 {
			continue
		}
		how := l.how
		switch next := all[i]; {
		case next.node == l.leader:
			how += " (and back before another took over)"
		case r.troubled(l.at, next.at, l.leader.Name):
			how += " (with other faults meanwhile)"
		}
		times[how] = append(times[how], all[i].at.Sub(l.at))
	}
	for _, t := range times {
		slices.Sort(t)
	}
	return times
}

// prompt says which takeovers took too long, if any.
func prompt(takeovers map[string][]time.Duration) error {
	const enough = 10 // losses; of fewer there may be none while all else is well
	lost := 0
	for _, times := range takeovers {
		lost += len(times)
	}
	killed := takeovers["killed"]
	if len(killed) == 0 && lost >= enough {
		return fmt.Errorf("of %d deduplicators that were lost while they decided, none was killed and followed by another while all else was well", lost)
	}
	if len(killed) > 0 && killed[len(killed)-1] >= takeoverWithin {
		return fmt.Errorf("%w: a deduplicator took over after %v, which is not less than %v", ErrBroken, killed[len(killed)-1], takeoverWithin)
	}
	return nil
}
