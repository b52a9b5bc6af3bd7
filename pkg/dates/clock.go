package dates

import "time"

// clock is a time of day.
type clock struct {
	hour, minute, second, nano int
	precision                  Precision
	ok                         bool
	sure                       bool // it cannot be another kind of numbers
	hasZone                    bool
	offset                     int // minutes east of UTC
	summer                     summerRule
}

// summerRule says when a zone's clocks are an hour ahead of its offset.
type summerRule uint8

const (
	noSummer summerRule = iota
	american            // of "ET", which does not say whether it is summer
)

// location is the clock's zone on a day.
func (c clock) location(year, month, day int) *time.Location {
	offset := c.offset
	if c.summer == american && americanSummer(year, month, day) {
		offset += 60
	}
	if offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", offset*60)
}

// americanSummer reports whether it is summer time in North America: from the
// second Sunday of March to the first of November (since 2007).
func americanSummer(year, month, day int) bool {
	switch {
	case month < 3 || month > 11:
		return false
	case month > 3 && month < 11:
		return true
	}
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Weekday()
	sunday := 1 + (7-int(first))%7
	if month == 3 {
		return day >= sunday+7
	}
	return day < sunday
}

// clockAfter reads the time of day that follows a date.
func (s *scanner) clockAfter(i int, p parts) (clock, int, bool) {
	if p.day == 0 {
		return clock{}, i, false
	}
	at := s.skip(i, 6)
	c, next, ok := s.clock(at, true)
	if !ok {
		return clock{}, i, false
	}
	if !c.sure && at == i && !s.spaced(at) { // 9.8.2024.10.30
		return clock{}, i, false
	}
	// The time of another date that follows: 9/8/2024 - 10.11.2024.
	if s.markAt(next, ".-/") && next+1 < len(s.toks) && s.toks[next+1].kind == number && !c.hasZone && !s.toks[next].spaced {
		return clock{}, i, false
	}
	return c, next, true
}

func (s *scanner) spaced(i int) bool { return i < len(s.toks) && s.toks[i].spaced }

// clock reads a time of day at i: 10:30, 10h30, 10.30 Uhr, 3 pm, 오후 3시 30분. After
// a date the form with a dot, and four or six digits after a T, are read too.
func (s *scanner) clock(i int, afterDate bool) (c clock, next int, ok bool) {
	half := 0 // +1: in the afternoon, -1: in the morning
	if s.prefixed(i) {
		half, i = s.halfOfDay(i)
	}
	if afterDate && i > 0 && s.is(i-1, "at") {
		if c, next, ok = s.compactClock(i); ok {
			return s.withZone(c, next)
		}
	}
	if c.hour, ok = s.number(i, 1, 2); !ok || c.hour > 24 {
		return c, i, false
	}
	next = i + 1
	c.precision = Minute
	next, marked := s.minutes(&c, next, afterDate)
	if next < 0 {
		return c, i, false
	}
	if next == i+1 && !marked && half == 0 { // an hour alone: 3 pm
		if half, next = s.halfOfDay(next); half == 0 {
			return c, i, false
		}
		c.sure = true
	} else if half == 0 {
		half, next = s.halfOfDay(next)
	}
	if half != 0 {
		c.sure = true
	}
	next = s.maybe(next, "hour")
	if !c.setHalf(half) {
		return c, i, false
	}
	c.ok = true
	return s.withZone(c, next)
}

func (s *scanner) halfOfDay(i int) (half, next int) {
	if _, at, ok := s.value(i, "pm"); ok {
		return 1, at
	}
	if _, at, ok := s.value(i, "am"); ok {
		return -1, at
	}
	return 0, i
}

// prefixed reports whether the word at i can stand before the hour: in Chinese,
// Japanese and Korean, where it may be written PM 2:35 too.
func (s *scanner) prefixed(i int) bool {
	if i >= len(s.toks) || s.toks[i].kind != word {
		return false
	}
	if w := s.src[s.toks[i].start:s.toks[i].end]; w == "AM" || w == "PM" {
		return s.markAt(i+2, ":")
	}
	r, _ := decode(s.src, s.toks[i].start)
	return ideograph(r) || r >= 0xAC00 && r <= 0xD7A3
}

func (c *clock) setHalf(half int) bool {
	switch {
	case half > 0 && c.hour < 12:
		c.hour += 12
	case half < 0 && c.hour == 12:
		c.hour = 0
	case c.hour == 24:
		return c.minute == 0
	}
	return true
}

// minutes reads what follows the hour. It returns -1 when that makes no time, and
// whether a word or sign says that the number before was an hour.
func (s *scanner) minutes(c *clock, i int, afterDate bool) (next int, marked bool) {
	at := i
	switch {
	case s.markAt(i, ":：٫∶"):
		at, c.sure = i+1, true
	case afterDate && s.markAt(i, ".") && !s.spaced(i+1):
		at++
	default:
		_, after, hour := s.value(i, "hour")
		if !hour {
			return i, false
		}
		at, marked, c.sure = after, true, true
	}
	minute, ok := s.number(at, 2, 2)
	if !ok && marked {
		minute, ok = s.number(at, 1, 1)
	}
	// After the word for the hour, a number that stands apart may be another thing.
	bound := !s.spaced(at) || at+1 >= len(s.toks) || s.is(at+1, "minute")
	if !ok || minute > 59 || marked && !bound {
		if marked {
			return i, true // 10 h, 3시; maybe consumes the word
		}
		return -1, false
	}
	c.minute = minute
	at = s.maybe(at+1, "minute")
	return s.seconds(c, at), true
}

func (s *scanner) seconds(c *clock, i int) int {
	at := i
	if s.markAt(i, ":：") {
		at++
	} else if i == 0 || s.toks[i-1].kind != word {
		return i
	}
	second, ok := s.number(at, 2, 2)
	if !ok || second > 60 {
		return i
	}
	c.second, c.precision = min(second, 59), Second
	at++
	if s.markAt(at, ".,:") && !s.spaced(at+1) {
		if fraction, ok := s.number(at+1, 1, 9); ok {
			c.nano = nanos(fraction, s.toks[at+1].digits)
			at += 2
		}
	}
	return s.maybe(at, "second")
}

func nanos(fraction, digits int) int {
	for ; digits < 9; digits++ {
		fraction *= 10
	}
	return fraction
}

// compactClock reads 1030 and 103000.
func (s *scanner) compactClock(i int) (c clock, next int, ok bool) {
	v, ok := s.number(i, 6, 6)
	c.precision = Second
	if !ok {
		if v, ok = s.number(i, 4, 4); !ok {
			return c, i, false
		}
		v, c.precision = v*100, Minute
	}
	c.hour, c.minute, c.second = v/10000, v/100%100, v%100
	c.ok = c.hour < 24 && c.minute < 60 && c.second < 60
	c.sure = c.ok
	return c, i + 1, c.ok
}
