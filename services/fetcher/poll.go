package fetcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// maxPollPause bounds how far failures push the next poll away: a source is
// slowed down, never given up.
const maxPollPause = 12 * time.Hour

// pollPoint and itemPoint name the fetcher's work at crash points.
const (
	pollPoint = "poll"
	itemPoint = "fetcher"
)

// poll reads one claimed source and records what came of it.
func (s *Service) poll(ctx context.Context, source news.Source) {
	s.crash.At(pollPoint, stage.BeforeProcess)
	result := s.read(ctx, source)
	s.crash.At(pollPoint, stage.AfterProcess)
	poll, err := s.store.RecordPoll(ctx, result)
	if err != nil {
		s.log.Warn("a poll could not be recorded: it will be made again", "source", source.URL, "error", err)
		return
	}
	s.crash.At(pollPoint, stage.AfterCommit)
	s.polls.WithLabelValues(string(source.Kind), string(poll.Outcome), poll.Reason).Inc()
	s.log.Debug("polled", "source", source.URL, "outcome", poll.Outcome, "reason", poll.Reason, "entries", poll.Entries, "new", poll.New)
}

// read requests a source and parses its feed.
func (s *Service) read(ctx context.Context, source news.Source) store.PollResult {
	start := s.now()
	result := store.PollResult{Source: source.ID, Owner: s.owner, Validators: source.Validators}
	feed, validators, err := s.requestFeed(ctx, source)
	if validators != (news.Validators{}) {
		result.Validators = validators
	}
	end := s.now()
	result.Poll = news.Poll{At: start, Took: end.Sub(start)}
	result.Slot = store.Slot{Host: weburl.Domain(source.URL), FreeAt: end.Add(s.cfg.HostDelay)}
	pause := jitter(s.interval(source))
	switch {
	case errors.Is(err, errNotModified):
		result.Poll.Outcome = news.PollNotModified
	case err != nil:
		f := asFailure(err)
		result.Poll.Outcome, result.Poll.Reason = news.PollError, f.reason
		pause = max(backoff(pause, source.Failures), f.retryAfter)
		if f.retryAfter > 0 {
			result.Slot.FreeAt = end.Add(f.retryAfter)
			s.held(result.Slot, source.URL, f.retryAfter)
		}
		s.log.Warn("poll failed", "source", source.URL, "reason", f.reason, "error", f.err)
	default:
		result.Items = entries(feed.Entries, source.ID)
		result.Poll.Entries = len(result.Items)
	}
	result.NextPoll = end.Add(pause)
	return result
}

var errNotModified = errors.New("not modified")

// requestFeed requests a source's feed and parses it. errNotModified if the
// server says so, or the body is the same as last time; the validators are new
// all the same.
func (s *Service) requestFeed(ctx context.Context, source news.Source) (Feed, news.Validators, error) {
	a, err := s.client.get(ctx, "feed", source.URL, source.Validators, s.cfg.MaxFeedBytes)
	if err != nil {
		return Feed{}, news.Validators{}, err
	}
	if a.notModified {
		return Feed{}, merged(source.Validators, a.validators), errNotModified
	}
	a.validators.BodyHash = string(news.NewID(string(a.body)))
	if a.validators.BodyHash == source.Validators.BodyHash {
		return Feed{}, a.validators, errNotModified
	}
	feed, err := ParseFeed(a.body, a.url, s.cfg.MaxFeedItems)
	if err != nil {
		return Feed{}, news.Validators{}, &failure{reason: ReasonNotAFeed, err: err}
	}
	return feed, a.validators, nil
}

// merged updates known validators with those of a 304, which may leave some out.
func merged(known, fresh news.Validators) news.Validators {
	if fresh.ETag != "" {
		known.ETag = fresh.ETag
	}
	if fresh.LastModified != "" {
		known.LastModified = fresh.LastModified
	}
	return known
}

func (s *Service) interval(source news.Source) time.Duration {
	if source.PollEvery > 0 {
		return source.PollEvery
	}
	return s.cfg.PollEvery
}

// backoff doubles pause for every failure in a row.
func backoff(pause time.Duration, failures int) time.Duration {
	for range min(failures, 20) {
		if pause *= 2; pause >= maxPollPause {
			return maxPollPause
		}
	}
	return pause
}

// jitter spreads d by a tenth either way, so that sources do not fall into step.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + time.Duration(rand.Int64N(int64(d/5)+1))
}

func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	return reasonOf(err)
}
