package fetcher

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/schedule"
)

// pollPoint and itemPoint name the fetcher's work at crash points.
const (
	pollPoint = "poll"
	itemPoint = "fetcher"
)

// poll reads one claimed source and records what came of it.
func (s *Service) poll(ctx context.Context, source news.Source) {
	s.crash.At(pollPoint, stage.BeforeProcess)
	start := s.now()
	reading, err := s.readLeased(ctx, source)
	if ctx.Err() != nil {
		return // its lease is given back
	}
	reading.backup = s.hubs.bring(ctx, source)
	result := s.result(source, start, reading, err)
	s.crash.At(pollPoint, stage.AfterProcess)
	poll, err := s.store.RecordPoll(ctx, result)
	if err != nil {
		s.log.Warn("a poll could not be recorded: it will be made again", "source", source.URL, "error", err)
		return
	}
	s.crash.At(pollPoint, stage.AfterCommit)
	s.hubs.named(ctx, source, reading)
	s.polls.WithLabelValues(string(source.Kind), string(poll.Outcome), poll.Reason).Inc()
	s.log.Debug("polled", "source", source.URL, "outcome", poll.Outcome, "reason", poll.Reason, "entries", poll.Entries, "new", poll.New)
}

// readLeased reads a source within the time of its lease.
func (s *Service) readLeased(ctx context.Context, source news.Source) (reading, error) {
	ctx, cancel := context.WithTimeout(ctx, s.leased())
	defer cancel()
	return s.read(ctx, source)
}

// result is what the store should know of a poll that began at start.
func (s *Service) result(source news.Source, start time.Time, r reading, err error) store.PollResult {
	end := s.now()
	result := store.PollResult{
		Source: source.ID, Owner: s.owner, Validators: r.validators, Items: r.entries, GUIDs: r.guids,
		Slot: store.Slot{Host: weburl.Domain(source.URL), FreeAt: end.Add(max(r.pause, s.cfg.HostDelay))},
		Poll: news.Poll{At: start, Took: end.Sub(start), Status: r.status, Bytes: r.bytes, Entries: len(r.entries), Repairs: r.repairs},
	}
	if err == nil || errors.Is(err, errNotModified) {
		result.MovedTo = r.movedFrom(source)
	}
	hints := schedule.Hints{TTL: r.wait, MaxAge: r.fresh, Override: s.fixedInterval(source)}
	switch {
	case errors.Is(err, errNotModified):
		result.Poll.Outcome = news.PollNotModified
	case err != nil:
		f := asFailure(err)
		s.failed(source, &result, f)
		hints.Failures, hints.RetryAfter = source.Failures+1, max(f.pause, f.domain)
	}
	worth := s.cfg.RequestWorth
	if r.backup {
		worth *= backupWorth
	}
	result.Learn = func(fresh []store.Entry) store.Learned {
		return s.learn(source, result.Poll, end, fresh, worth, hints)
	}
	return result
}

// failed notes in result why a poll of source failed.
func (s *Service) failed(source news.Source, result *store.PollResult, f *failure) {
	result.Poll.Outcome, result.Poll.Reason = news.PollError, f.reason
	level := s.log.Warn
	if source.Failures > 0 {
		level = s.log.Debug // it was said when it began
	}
	level("poll failed", "source", source.URL, "reason", f.reason, "error", f.err)
	if f.reason == ReasonGone && f.at == source.URL { // not where it was led to
		result.Stop = news.NoticeGone
		s.log.Warn("a source is gone for good, says its server: it is paused", "source", source.URL)
	}
}

// learn is what a poll that ended at end teaches of its source's rhythm, and when
// to poll again.
func (s *Service) learn(source news.Source, poll news.Poll, end time.Time, fresh []store.Entry, worth time.Duration, hints schedule.Hints) store.Learned {
	habit := schedule.Decode(source.Habit)
	lastNew := source.LastNew
	if poll.Outcome != news.PollError {
		reading := schedule.Reading{At: poll.At, Entries: poll.Entries, New: len(fresh)} // what others found before is new to it all the same
		for _, e := range fresh {
			if at := cmp.Or(e.Found.Published, e.Found.Updated); at != nil { // many feeds say only when they were changed last
				reading.Published = append(reading.Published, *at)
			}
		}
		habit.Observe(reading)
	}
	if len(fresh) > 0 {
		lastNew = poll.At
	}
	if lastNew.IsZero() {
		lastNew = source.AddedAt
	}
	policy := schedule.Policy{Worth: worth, Min: s.cfg.PollMin, Max: s.cfg.PollMax}
	return store.Learned{
		NextPoll: end.Add(policy.Next(habit, end, hints, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))),
		Habit:    habit.Encode(), QuietAt: habit.QuietAt(lastNew), Volume: volumes[habit.Volume(end)],
	}
}

var volumes = map[schedule.Volume]news.Volume{
	schedule.Normal: news.VolumeUsual, schedule.Less: news.VolumeLess, schedule.More: news.VolumeMore,
}

// fixedInterval is that of the source, or of all; 0: there is none.
func (s *Service) fixedInterval(source news.Source) time.Duration {
	if source.PollEvery > 0 {
		return source.PollEvery
	}
	return s.cfg.PollEvery
}

func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	return reasonOf(err)
}
