package dates

// withZone reads the zone after a time of day.
func (s *scanner) withZone(c clock, i int) (clock, int, bool) {
	at := i
	if s.markAt(at, ",(،[.") {
		at++
	}
	at = s.maybe(at, "zoneprefix")
	if next, ok := s.namedZone(&c, at); ok {
		if at > i && s.markAt(next, ")]") {
			next++
		}
		return c, next, true
	}
	if next, ok := s.offset(&c, i, false); ok {
		return c, next, true
	}
	return c, i, true
}

// namedZone reads GMT, CET, ET, بتوقيت مكة المكرمة, and GMT+3.
func (s *scanner) namedZone(c *clock, i int) (next int, ok bool) {
	if i >= len(s.toks) || s.toks[i].kind != word || !s.zoneLike(i) {
		return i, false
	}
	for _, dst := range americanZones {
		if _, after, is := s.value(i, dst.kind); is {
			c.hasZone, c.offset, c.summer = true, dst.offset, american
			return after, true
		}
	}
	offset, next, ok := s.value(i, "zone")
	if !ok {
		return i, false
	}
	c.hasZone, c.offset = true, offset
	if offset == 0 {
		if after, more := s.offset(c, next, true); more {
			next = after
		}
	}
	return next, true
}

var americanZones = []struct {
	kind   string
	offset int
}{{"eastern", -300}, {"central", -360}, {"pacific", -480}}

// zoneLike reports whether a word is written as names of zones are: the short ones
// in Latin letters are words of other meaning unless they are in capitals.
func (s *scanner) zoneLike(i int) bool {
	w := s.src[s.toks[i].start:s.toks[i].end]
	if len(w) > 5 {
		return true
	}
	for j := range len(w) {
		if w[j] >= 'a' && w[j] <= 'z' {
			return w == "z"
		}
	}
	return true
}

// offset reads +03:00, +0300, +03 and, after the name of a zone, +3.
func (s *scanner) offset(c *clock, i int, named bool) (next int, ok bool) {
	if !s.markAt(i, "+-−") {
		return i, false
	}
	plus := s.toks[i].value == '+'
	if s.spaced(i+1) && !plus || !plus && !named && s.spaced(i) && s.toks[min(i+1, len(s.toks)-1)].digits != 4 {
		return i, false // a dash
	}
	var minutes int
	if v, four := s.number(i+1, 4, 4); four {
		minutes, next = v/100*60+v%100, i+2
	} else if v, two := s.number(i+1, 1, 2); two && (named || s.toks[i+1].digits == 2) {
		minutes, next = v*60, i+2
		if m, colon := s.number(i+3, 2, 2); colon && s.markAt(i+2, ":") {
			minutes, next = minutes+m, i+4
		} else if !plus && !named {
			return i, false // a range: 10:30-12
		}
	} else {
		return i, false
	}
	if minutes > 14*60 {
		return i, false
	}
	if !plus {
		minutes = -minutes
	}
	c.hasZone, c.offset = true, minutes
	return next, true
}
