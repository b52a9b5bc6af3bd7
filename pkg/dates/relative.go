package dates

import "time"

// relative reads a date counted from now: 3 hours ago, منذ ساعتين, gestern.
func (s *scanner) relative(i int) (Date, int, bool) {
	if days, next, ok := s.value(i, "day"); ok {
		return s.relativeDay(days, next)
	}
	if _, at, ok := s.value(i, "since"); ok {
		if n, isNumber := s.number(at, 1, 3); isNumber {
			if unit, next, ok := s.value(at+1, "unit"); ok {
				return s.before(n, unit), next, true
			}
			return Date{}, i, false
		}
		if unit, next, ok := s.value(at, "dual"); ok {
			return s.before(2, unit), next, true
		}
		if unit, next, ok := s.value(at, "unit"); ok {
			return s.before(1, unit), next, true
		}
		return Date{}, i, false
	}
	if n, ok := s.number(i, 1, 3); ok {
		unit, at, ok := s.value(i+1, "unit")
		if !ok {
			return Date{}, i, false
		}
		_, next, ok := s.value(at, "ago")
		return s.before(n, unit), next, ok
	}
	return Date{}, i, false
}

// relativeDay is today or a day before, at the time that follows.
func (s *scanner) relativeDay(days, next int) (Date, int, bool) {
	now := s.o.Now.In(s.location()).AddDate(0, 0, days)
	p := parts{year: now.Year(), month: int(now.Month()), day: now.Day(), calendar: saidGregorian}
	if c, after, ok := s.clockAfter(next, p); ok {
		p.clock, next = c, after
	}
	d, ok := s.build(p)
	d.Relative = true
	return d, next, ok
}

// before is now less n units.
func (s *scanner) before(n, unit int) Date {
	now := s.o.Now.In(s.location())
	d := Date{Relative: true, Precision: Day}
	switch unit {
	case 's':
		d.Time, d.Precision = now.Add(-time.Duration(n)*time.Second), Minute
	case 'm':
		d.Time, d.Precision = now.Add(-time.Duration(n)*time.Minute), Minute
	case 'h':
		d.Time, d.Precision = now.Add(-time.Duration(n)*time.Hour), Minute
	case 'd':
		d.Time = midnight(now.AddDate(0, 0, -n))
	case 'w':
		d.Time = midnight(now.AddDate(0, 0, -7*n))
	case 'M':
		d.Time, d.Precision = midnight(now.AddDate(0, -n, 0)), Month
	default:
		d.Time, d.Precision = midnight(now.AddDate(-n, 0, 0)), Month
	}
	d.HasZone = d.HasClock()
	return d
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
