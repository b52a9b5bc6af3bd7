package schedule_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marsad/services/fetcher/schedule"
)

var (
	start  = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	policy = schedule.Policy{Worth: 10 * time.Minute, Min: time.Minute, Max: 24 * time.Hour}
)

const day = 24 * time.Hour

// publisher says how many articles an hour come at a moment.
type publisher func(time.Time) float64

func steady(rate float64) publisher { return func(time.Time) float64 { return rate } }

// times draws when a publisher's articles come, to the minute.
func (p publisher) times(r *rand.Rand, from, to time.Time) (times []time.Time) {
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		for range poisson(r, p(t)/60) {
			times = append(times, t)
		}
	}
	return times
}

func poisson(r *rand.Rand, mean float64) (n int) {
	for left := math.Exp(-mean); ; n++ {
		if left = left / max(r.Float64(), 1e-300); left >= 1 {
			return n
		}
	}
}

// learnt is the habit of who was polled every so often for some time, and when
// something came last.
func learnt(p publisher, length, every time.Duration) (schedule.Habit, time.Time) {
	var h schedule.Habit
	r := rand.New(rand.NewPCG(1, 2))
	last := start
	for at := start.Add(every); !at.After(start.Add(length)); at = at.Add(every) {
		fresh := p.times(r, at.Add(-every), at)
		if len(fresh) > 0 {
			last = fresh[len(fresh)-1]
		}
		h.Observe(schedule.Reading{At: at, Previous: at.Add(-every), Entries: 200, New: len(fresh), Published: fresh})
	}
	return h, last
}

// TestInterval: where rates stay, a source is asked every √(2·worth/λ).
func TestInterval(t *testing.T) {
	for _, rate := range []float64{20, 2, 0.2, 0.02} {
		h, _ := learnt(steady(rate), 28*day, time.Hour)
		want := time.Duration(math.Sqrt(2*policy.Worth.Hours()/rate) * float64(time.Hour))
		got := policy.Next(h, start.Add(28*day), schedule.Hints{}, nil)
		if got < want*2/3 || got > want*3/2 {
			t.Errorf("%g an hour: asked again after %v, want about %v", rate, got, want)
		}
	}
}

// TestFirstPoll: the dates in its first poll tell a source's rate at once.
func TestFirstPoll(t *testing.T) {
	at := start
	pause := func(every time.Duration) time.Duration {
		r := schedule.Reading{At: at, Entries: 20, New: 20}
		for i := range 20 {
			r.Published = append(r.Published, at.Add(-time.Duration(i)*every))
		}
		var h schedule.Habit
		h.Observe(r)
		return policy.Next(h, at, schedule.Hints{}, nil)
	}
	wire, daily, weekly := pause(3*time.Minute), pause(3*time.Hour), pause(7*day)
	if wire > 15*time.Minute || daily < 2*wire || weekly < 2*daily {
		t.Errorf("asked again after %v, %v and %v", wire, daily, weekly)
	}
	var h schedule.Habit
	h.Observe(schedule.Reading{At: at, Entries: 20, New: 20})
	if got, unknown := policy.Next(h, at, schedule.Hints{}, nil), policy.Next(schedule.Habit{}, at, schedule.Hints{}, nil); got > 2*unknown || unknown > 3*time.Hour {
		t.Errorf("without dates %v, without anything %v", got, unknown)
	}
}

// TestNight: who sleeps is asked rarely at night, and again in the morning.
func TestNight(t *testing.T) {
	h, _ := learnt(func(at time.Time) float64 {
		if at.Hour() < 6 {
			return 0
		}
		return 4
	}, 21*day, 30*time.Minute)
	midnight := start.Add(21 * day)
	if got := policy.Next(h, midnight.Add(time.Hour), schedule.Hints{}, nil); got < 2*time.Hour || got > 6*time.Hour {
		t.Errorf("at one at night: asked again after %v", got)
	}
	if got := policy.Next(h, midnight.Add(-12*time.Hour), schedule.Hints{}, nil); got > 40*time.Minute {
		t.Errorf("at noon: asked again after %v", got)
	}
}

// TestOnTheHour: who publishes everything at one minute is asked after it.
func TestOnTheHour(t *testing.T) {
	h, _ := learnt(func(at time.Time) float64 {
		if at.Minute() != 30 {
			return 0
		}
		return 300
	}, 14*day, 20*time.Minute)
	at := start.Add(14*day + 10*time.Minute)
	next := at.Add(policy.Next(h, at, schedule.Hints{}, nil))
	if next.Minute() < 30 || next.Minute() > 40 {
		t.Errorf("asked again at %v", next)
	}
}

// TestBurst: a burst is followed at once, and forgotten.
func TestBurst(t *testing.T) {
	h, _ := learnt(steady(1), 21*day, 30*time.Minute)
	at := start.Add(21 * day)
	calm := policy.Next(h, at, schedule.Hints{}, nil)
	for range 4 {
		previous := at
		at = at.Add(15 * time.Minute)
		h.Observe(schedule.Reading{At: at, Previous: previous, Entries: 50, New: 5})
	}
	excited := policy.Next(h, at, schedule.Hints{}, nil)
	after := policy.Next(h, at.Add(2*day), schedule.Hints{}, nil)
	if excited > calm*2/3 || after < calm*3/4 {
		t.Errorf("asked again after %v, in a burst after %v, two days later %v", calm, excited, after)
	}
}

// TestWindow: never so long that more than half of what the feed shows is new.
func TestWindow(t *testing.T) {
	p := schedule.Policy{Worth: 100 * time.Hour, Min: time.Minute, Max: day}
	h, _ := learnt(steady(60), 7*day, time.Hour)
	at := start.Add(7*day + time.Hour)
	h.Observe(schedule.Reading{At: at, Previous: at.Add(-time.Hour), Entries: 20, New: 20})
	for _, hints := range []schedule.Hints{{}, {MaxAge: time.Hour}, {TTL: time.Hour}} {
		if got := p.Next(h, at, hints, nil); got < 7*time.Minute || got > 14*time.Minute {
			t.Errorf("%+v: 20 entries at 60 an hour: asked again after %v", hints, got)
		}
	}
}

func TestHints(t *testing.T) {
	h, _ := learnt(steady(20), 14*day, 10*time.Minute)
	at := start.Add(14 * day)
	plain := policy.Next(h, at, schedule.Hints{}, nil)
	for _, test := range []struct {
		name  string
		hints schedule.Hints
		want  time.Duration
	}{
		{"ttl of a day", schedule.Hints{TTL: day}, plain},
		{"ttl below the habit's", schedule.Hints{TTL: time.Minute}, plain},
		{"fresh for half an hour", schedule.Hints{MaxAge: 30 * time.Minute}, 30 * time.Minute},
		{"fresh for a year", schedule.Hints{MaxAge: 365 * day}, schedule.MaxMaxAge},
		{"override", schedule.Hints{Override: 5 * time.Hour, TTL: day}, 5 * time.Hour},
		{"override below Min", schedule.Hints{Override: time.Second}, time.Second},
		{"a failure", schedule.Hints{Failures: 1}, 2 * plain},
		{"many failures", schedule.Hints{Failures: 100}, schedule.MaxBackoff},
		{"override longer than the backoff", schedule.Hints{Override: 3 * day, Failures: 3}, 3 * day},
		{"retry after", schedule.Hints{RetryAfter: 20 * time.Hour, Failures: 1}, 20*time.Hour + time.Second},
	} {
		if got := policy.Next(h, at, test.hints, nil); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestTTL: what a feed says of itself holds while its habit does not refute it.
func TestTTL(t *testing.T) {
	eager := schedule.Policy{Worth: time.Second, Min: time.Minute, Max: day}
	for _, test := range []struct {
		rate             float64
		earliest, latest time.Duration
	}{{0.5, schedule.MaxTTL, schedule.MaxTTL}, {30, 90 * time.Second, 3 * time.Minute}} {
		h, _ := learnt(steady(test.rate), 14*day, 30*time.Minute)
		if got := eager.Next(h, start.Add(14*day), schedule.Hints{TTL: day}, nil); got < test.earliest || got > test.latest {
			t.Errorf("%g an hour: asked again after %v", test.rate, got)
		}
	}
}

// TestBounds: whatever is stored and hinted, the next poll is within bounds.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), schedule.EncodedSize, schedule.EncodedSize).Draw(t, "raw")
		raw[0] = 1
		h := schedule.Decode(raw)
		if rapid.Bool().Draw(t, "learn") {
			h = drawHabit(t)
		}
		duration := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(-1e9, int64(40*day)).Draw(t, "d"))
		})
		hints := schedule.Hints{
			TTL: duration.Draw(t, "ttl"), MaxAge: duration.Draw(t, "max-age"),
			RetryAfter: duration.Draw(t, "retry-after"), Failures: rapid.IntRange(-1, 1000).Draw(t, "failures"),
		}
		p := schedule.Policy{Worth: duration.Draw(t, "worth"), Min: time.Minute, Max: time.Duration(rapid.Int64Range(int64(time.Minute), int64(30*day)).Draw(t, "max"))}
		now := start.Add(duration.Draw(t, "now"))
		got := p.Next(h, now, hints, rand.New(rand.NewPCG(1, 1)))
		longest := max(p.Max, schedule.MaxBackoff, hints.RetryAfter) + 2*time.Minute
		if got < max(p.Min, hints.RetryAfter) || got > longest {
			t.Fatalf("%v is not between %v and %v", got, p.Min, longest)
		}
		exact := p.Next(h, now, hints, nil)
		if hints.RetryAfter <= 0 && (got < exact-exact/10-1 || got > exact+exact/10+1) && got != p.Min {
			t.Fatalf("%v varies to %v", exact, got)
		}
		if quiet := h.QuietAt(now).Sub(now); quiet < day || quiet > 61*day {
			t.Fatalf("quiet after %v", quiet)
		}
		if rate := h.Rate(now); !(rate >= 0) || math.IsInf(rate, 0) {
			t.Fatalf("rate %v", rate)
		}
	})
}

// drawHabit learns from any readings.
func drawHabit(t *rapid.T) schedule.Habit {
	var h schedule.Habit
	at, previous := start, time.Time{}
	for range rapid.IntRange(1, 30).Draw(t, "readings") {
		at = at.Add(time.Duration(rapid.Int64Range(0, int64(3*day)).Draw(t, "gap")))
		r := schedule.Reading{At: at, Previous: previous, Entries: rapid.IntRange(0, 100).Draw(t, "entries")}
		r.New = rapid.IntRange(0, r.Entries).Draw(t, "new")
		for range rapid.IntRange(0, r.New).Draw(t, "dated") {
			r.Published = append(r.Published, at.Add(-time.Duration(rapid.Int64Range(int64(-day), int64(100*day)).Draw(t, "age"))))
		}
		h.Observe(r)
		previous = at.Add(-time.Duration(rapid.Int64Range(int64(-day), int64(100*day)).Draw(t, "previous")))
	}
	return h
}

// TestEncoding: what was stored is what was learnt, and broken bytes are nothing.
func TestEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHabit(t)
		raw := h.Encode()
		if len(raw) != schedule.EncodedSize || len(raw) > 300 {
			t.Fatalf("%d bytes", len(raw))
		}
		if schedule.Decode(raw) != h {
			t.Fatal("a stored habit is another")
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "raw")
		if h := schedule.Decode(raw); h != (schedule.Habit{}) && !bytes.Equal(h.Encode(), raw) {
			t.Fatal("broken bytes were read")
		}
	})
}

// TestMoreIsSooner: who publishes more is asked no later.
func TestMoreIsSooner(t *testing.T) {
	last := 1000 * day
	for rate := 0.01; rate < 100; rate *= 1.5 {
		var h schedule.Habit
		at := start
		for i := range 24 * 14 {
			previous := at
			at = at.Add(time.Hour)
			h.Observe(schedule.Reading{At: at, Previous: previous, Entries: 100, New: int(float64(i+1)*rate) - int(float64(i)*rate)})
		}
		got := policy.Next(h, at, schedule.Hints{}, nil)
		if got > last+last/50 { // when the last one came counts, too
			t.Errorf("%g an hour: %v, but less often: %v", rate, got, last)
		}
		last = got
	}
}

// TestQuiet: silence is noticed after days by those who publish hourly, after
// weeks by those who publish weekly, and does not become a habit meanwhile.
func TestQuiet(t *testing.T) {
	for _, test := range []struct {
		rate             float64
		earliest, latest time.Duration
	}{{10, day, day + time.Hour}, {1, day, 2 * day}, {3. / 24, 2 * day, 8 * day}, {1. / 24, 5 * day, 25 * day}} {
		h, last := learnt(steady(test.rate), 35*day, 2*time.Hour)
		quiet := h.QuietAt(last)
		if d := quiet.Sub(last); d < test.earliest || d > test.latest {
			t.Errorf("%g an hour: quiet after %v", test.rate, d)
		}
		at := start.Add(35 * day)
		for range 12 * 10 {
			previous := at
			at = at.Add(2 * time.Hour)
			h.Observe(schedule.Reading{At: at, Previous: previous})
		}
		if later := h.QuietAt(last); later.Sub(quiet).Abs() > quiet.Sub(last)/8 {
			t.Errorf("%g an hour: quiet after %v, ten days of silence later after %v", test.rate, quiet.Sub(last), later.Sub(last))
		}
	}
	h, _ := learnt(steady(1), day, time.Hour)
	h.QuietAt(time.Time{}) // takes no time
	if d := (schedule.Habit{}).QuietAt(start).Sub(start); d != 7*day {
		t.Errorf("of who is not known: quiet after %v", d)
	}
}

func TestVolume(t *testing.T) {
	turn := start.Add(25 * day)
	changing := func(before, after float64) publisher {
		return func(at time.Time) float64 {
			if at.Before(turn) {
				return before
			}
			return after
		}
	}
	for _, test := range []struct {
		name   string
		p      publisher
		length time.Duration
		want   schedule.Volume
	}{
		{"steady", steady(2), 28 * day, schedule.Normal},
		{"less", changing(4, 0.2), 28 * day, schedule.Less},
		{"more", changing(1, 8), 27 * day, schedule.More},
		{"a little more", changing(2, 3), 28 * day, schedule.Normal},
		{"rare, and silent", changing(0.02, 0), 28 * day, schedule.Normal},
		{"new", steady(8), 3 * day, schedule.Normal},
	} {
		h, _ := learnt(test.p, test.length, time.Hour)
		if got := h.Volume(start.Add(test.length)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	h, _ := learnt(steady(0.5), 14*day, time.Hour)
	r := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		policy.Next(h, start.Add(14*day), schedule.Hints{TTL: time.Hour}, r)
	}
}

func BenchmarkObserve(b *testing.B) {
	h, _ := learnt(steady(0.5), 14*day, time.Hour)
	at := start.Add(14 * day)
	b.ReportAllocs()
	for b.Loop() {
		previous := at
		at = at.Add(time.Hour)
		h.Observe(schedule.Reading{At: at, Previous: previous, Entries: 20, New: 1, Published: []time.Time{at.Add(-time.Minute)}})
		h = schedule.Decode(h.Encode())
	}
}

func BenchmarkQuietAt(b *testing.B) {
	h, last := learnt(steady(0.5), 14*day, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		h.QuietAt(last)
	}
}
