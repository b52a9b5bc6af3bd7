package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/wait"
	"marsad/services/web/api"
)

const (
	// replayInLine is how many articles are in the line again at once: news must
	// not wait long behind them.
	replayInLine   = 1000
	replayPatience = 2 * time.Minute // without one that comes out of the line
	replayStall    = time.Second     // without one, until they are looked for
	firstAwait     = 10 * time.Millisecond
	maxAwait       = 500 * time.Millisecond
)

// awaited is an article that is sent, and the labels it must get.
type awaited struct {
	ref    news.Ref // as it was before
	labels news.Labels
	again  bool // it was sent a second time
}

// replayOutcome says what became of the articles that were to be sent.
type replayOutcome struct {
	Sent      int `json:"sent"`
	InLine    int `json:"in_line"`   // were in the line already
	Archived  int `json:"archived"`  // with the labels they must have
	Otherwise int `json:"otherwise"` // archived with other labels
	Revised   int `json:"revised"`   // a later revision came meanwhile
	Removed   int `json:"removed"`   // meanwhile
	Lost      int `json:"lost"`      // did not come out of the line
}

// String is the outcome in words; what did not happen is left out.
func (o *replayOutcome) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{o.InLine, "in the line already"}, {o.Archived, "archived again"}, {o.Otherwise, "archived with other labels"},
		{o.Revised, "revised meanwhile"}, {o.Removed, "removed meanwhile"}, {o.Lost, "lost"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(append([]string{fmt.Sprintf("%d sent", o.Sent)}, parts...), ", ")
}

// replayLine sends articles through the line again, some at a time, and waits for
// them.
type replayLine struct {
	s       *session
	waiting map[news.Ref]awaited
	outcome replayOutcome
}

func newReplayLine(s *session) *replayLine { return &replayLine{s: s, waiting: map[news.Ref]awaited{}} }

// send publishes articles once there is room for them.
func (l *replayLine) send(ctx context.Context, list []awaited) error {
	if err := l.await(ctx, replayInLine-len(list)); err != nil {
		return err
	}
	for pause := firstAwait; len(list) > 0; pause = min(2*pause, maxAwait) {
		full, err := l.publish(ctx, list)
		if err != nil {
			return err
		}
		if list = full; len(list) > 0 && !wait.For(ctx, pause) {
			return ctx.Err()
		}
	}
	return nil
}

// publish returns those for which the stream had no room.
func (l *replayLine) publish(ctx context.Context, list []awaited) (full []awaited, err error) {
	refs := make([]news.Ref, len(list))
	for i, a := range list {
		refs[i] = a.ref
	}
	answers, err := l.s.Replay(ctx, api.Replay{From: fromClassifier, Refs: refs})
	for i, answer := range answers {
		switch answer.State {
		case api.ReplayFull:
			full = append(full, list[i])
			continue
		case api.ReplaySent:
			if !list[i].again {
				l.outcome.Sent++
			}
		case api.ReplayInLine:
			if !list[i].again {
				l.outcome.InLine++
			}
		}
		l.waiting[list[i].ref] = list[i]
		if answer.State != api.ReplaySent && answer.State != api.ReplayInLine {
			l.settle(answer)
		}
	}
	return full, err
}

// drain waits until nothing is awaited any more.
func (l *replayLine) drain(ctx context.Context) error { return l.await(ctx, 0) }

// await waits until at most so many are awaited. While nothing comes out of the line,
// they are looked for in its streams.
func (l *replayLine) await(ctx context.Context, most int) error {
	moved := time.Now()
	for pause := firstAwait; len(l.waiting) > most; pause = min(2*pause, maxAwait) {
		if !wait.For(ctx, pause) {
			return ctx.Err()
		}
		still := time.Since(moved)
		if still > replayPatience {
			return fmt.Errorf("no article came out of the line for %v, and %d are in it: 'marsad status' says what waits; the same command again does the rest", replayPatience, len(l.waiting))
		}
		before := len(l.waiting)
		if err := l.ask(ctx, still > replayStall); err != nil {
			return err
		}
		if len(l.waiting) < before {
			moved, pause = time.Now(), firstAwait
		}
	}
	return nil
}

// ask settles those that came out of the line. One that is lost is sent once more.
func (l *replayLine) ask(ctx context.Context, look bool) error {
	var again []awaited
	for refs := range slices.Chunk(slices.Collect(maps.Keys(l.waiting)), api.MaxReplay) {
		answers, err := l.s.Replayed(ctx, api.Awaited{Refs: refs, Look: look})
		if err != nil {
			return err
		}
		for _, answer := range answers {
			a := l.waiting[answer.Ref]
			if answer.State == api.ReplayLost && !a.again {
				a.again = true
				again = append(again, a)
				continue
			}
			l.settle(answer)
		}
	}
	for list := range slices.Chunk(again, api.MaxReplay) {
		if _, err := l.publish(ctx, list); err != nil { // for one that has no room it was the second time, too
			return err
		}
	}
	return nil
}

// settle counts one that is awaited no more.
func (l *replayLine) settle(answer api.Replayed) {
	switch answer.State {
	case api.ReplayArchived:
		if answer.Labels == nil || len(differences(l.waiting[answer.Ref].labels, *answer.Labels)) > 0 {
			l.outcome.Otherwise++
		} else {
			l.outcome.Archived++
		}
	case api.ReplayRevised:
		l.outcome.Revised++
	case api.ReplayRemoved:
		l.outcome.Removed++
	case api.ReplayLost:
		l.outcome.Lost++
	default:
		return
	}
	delete(l.waiting, answer.Ref)
}
