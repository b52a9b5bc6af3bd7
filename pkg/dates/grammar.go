package dates

import "time"

// parts are those of a date as they were written.
type parts struct {
	year, month, day int
	calendar         calendarHint
	ambiguous        bool
	clock            clock // when it stands within the date
}

// calendarHint is what the words of a date say of its calendar.
type calendarHint uint8

const (
	unsaid calendarHint = iota
	saidGregorian
	saidHijri
	saidJalali
	saidBuddhist
)

// date reads a date without time that starts with token i.
func (s *scanner) date(i int) (parts, int, bool) {
	if i >= len(s.toks) {
		return parts{}, i, false
	}
	switch s.toks[i].kind {
	case number:
		return s.numberFirst(i)
	case word:
		return s.wordFirst(i)
	}
	return parts{}, i, false
}

func (s *scanner) numberFirst(i int) (p parts, next int, ok bool) {
	if i > 0 && !s.toks[i].spaced && s.markAt(i-1, ".-/:") && i > 1 && !s.toks[i-1].spaced && s.toks[i-2].kind == number {
		return p, i, false // the middle of a longer number
	}
	switch t := &s.toks[i]; t.digits {
	case 8:
		return s.compact(i)
	case 4:
		if p, next, ok = s.yearFirst(i); ok {
			return p, next, true
		}
	case 1, 2:
		if p, next, ok = s.threeNumbers(i); ok {
			return p, next, true
		}
		if p, next, ok = s.dayMonth(i); ok {
			return p, next, true
		}
		return s.vietnamese(i)
	}
	return p, i, false
}

// compact reads 20240809.
func (s *scanner) compact(i int) (parts, int, bool) {
	v := s.toks[i].value
	p := parts{year: v / 10000, month: v / 100 % 100, day: v % 100, calendar: saidGregorian}
	return p, i + 1, p.year >= 1900 && p.year < 2100 && p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= 31
}

// yearFirst reads 2024-08-09, 2024年8月9日 and what yearWord reads.
func (s *scanner) yearFirst(i int) (p parts, next int, ok bool) {
	p.year = s.toks[i].value
	if _, at, marked := s.value(i+1, "y年"); marked {
		return s.cjk(p, at)
	}
	if s.markAt(i+1, "-/.‐‑–−") {
		month, ok1 := s.number(i+2, 1, 2)
		day, ok2 := s.number(i+4, 1, 2)
		if ok1 && ok2 && s.markAt(i+3, "-/.‐‑–−") && s.toks[i+3].value == s.toks[i+1].value {
			if month > 12 && day <= 12 {
				month, day = day, month
			}
			p.month, p.day = month, day
			p.calendar, next = s.calendarMark(i + 5)
			return p, next, plausible(p)
		}
	}
	return s.yearWord(p, i)
}

// yearWord reads 2024. augusztus 9. and 2024. gada 9. augusts.
func (s *scanner) yearWord(p parts, i int) (_ parts, next int, ok bool) {
	at := s.connect(i+1, 3)
	if p.month, p.calendar, next, ok = s.monthAt(at); ok {
		at = s.connect(next, 2)
		if p.day, ok = s.number(at, 1, 2); ok {
			return p, s.maybe(at+1, "ordinal"), plausible(p)
		}
		return p, i, false
	}
	if p.day, ok = s.number(at, 1, 2); ok && at > i+1 { // 2023. gada 17. janvāris
		if p.month, p.calendar, next, ok = s.monthAt(s.connect(at+1, 1)); ok {
			return p, next, plausible(p)
		}
	}
	return p, i, false
}

// cjk reads what follows the year in Chinese, Japanese and Korean dates.
func (s *scanner) cjk(p parts, at int) (parts, int, bool) {
	var ok bool
	if p.month, ok = s.number(at, 1, 2); !ok {
		return p, at, false
	}
	_, at, ok = s.value(at+1, "m月")
	if !ok {
		return p, at, false
	}
	if day, isDay := s.number(at, 1, 2); isDay {
		if _, next, marked := s.value(at+1, "d日"); marked {
			p.day = day
			return p, next, plausible(p)
		}
	}
	return p, at, plausible(p)
}

// threeNumbers reads 09/08/2024, 9.8.2024, 09-08-24.
func (s *scanner) threeNumbers(i int) (p parts, next int, ok bool) {
	const seps = "/.-‐‑–−|"
	if !s.markAt(i+1, seps) || !s.markAt(i+3, seps) || s.toks[i+1].value != s.toks[i+3].value {
		return p, i, false
	}
	b, ok := s.number(i+2, 1, 2)
	if !ok {
		return p, i, false
	}
	a := s.toks[i].value
	sep := s.toks[i+1].value
	c, four := s.number(i+4, 4, 4)
	if !four {
		if c, ok = s.number(i+4, 2, 2); !ok || s.toks[i].digits != 2 && sep == '.' || s.markAt(i+5, ".:") && i+6 < len(s.toks) && s.toks[i+6].kind == number && !s.toks[i+6].spaced {
			return p, i, false
		}
		if eastAsian(s.lang) { // 24.08.09
			a, c = c, a
		}
		c = century(c)
	}
	if s.markAt(i+5, ".") && !s.spaced(i+6) && !s.markAt(i+7, ":") {
		if _, more := s.number(i+6, 1, maxDigits); more {
			return p, i, false // a version, an address
		}
	}
	p.day, p.month, p.year = a, b, c
	if b > 12 || a <= 12 && sep != '.' && monthFirst(s.o.Lang) {
		p.day, p.month = b, a
	}
	p.ambiguous = !four || a <= 12 && b <= 12 && a != b && sep != '.'
	p.calendar, next = s.calendarMark(i + 5)
	return p, next, plausible(p)
}

// century completes a year of two digits.
func century(year int) int {
	if year < 70 {
		return 2000 + year
	}
	return 1900 + year
}

// dayMonth reads 9 August 2024, 9th of Aug., 2024, ٩ آب/أغسطس ٢٠٢٤, 09-Aug-24.
func (s *scanner) dayMonth(i int) (p parts, next int, ok bool) {
	p.day = s.toks[i].value
	month, calendar, at, ok := s.monthAt(i + 1)
	if !ok {
		month, calendar, at, ok = s.monthAt(s.connect(i+1, 3))
	}
	if !ok {
		return p, i, false
	}
	p.month, p.calendar = month, calendar
	glued := s.markAt(at, "-/") && !s.toks[at].spaced || s.markAt(at, "’'")
	at = s.connect(at, 3)
	if p.year, ok = s.number(at, 4, 4); !ok {
		if p.year, ok = s.number(at, 2, 2); !ok || !glued {
			return p, i, false
		}
		p.year, p.ambiguous = century(p.year), true
	}
	_, next = s.calendarMark(at + 1)
	return p, next, plausible(p)
}

// vietnamese reads 9 tháng 8 năm 2024.
func (s *scanner) vietnamese(i int) (p parts, next int, ok bool) {
	p.day, p.calendar = s.toks[i].value, saidGregorian
	_, at, ok := s.value(i+1, "m月")
	if !ok {
		return p, i, false
	}
	if p.month, ok = s.number(at, 1, 2); !ok {
		return p, i, false
	}
	at = s.connect(at+1, 2)
	p.year, ok = s.number(at, 4, 4)
	return p, at + 1, ok && plausible(p)
}

// wordFirst reads August 9, 2024, Aug 9 10:30:00 2024, August 2024, 令和6年8月9日.
func (s *scanner) wordFirst(i int) (p parts, next int, ok bool) {
	if base, at, era := s.value(i, "era"); era {
		year, ok := s.number(at, 1, 3)
		if !ok {
			return p, i, false
		}
		p.year, p.calendar = base+year, saidGregorian
		if _, at, ok = s.value(at+1, "y年"); !ok {
			return p, i, false
		}
		return s.cjk(p, at)
	}
	p.month, p.calendar, next, ok = s.monthAt(i)
	if !ok {
		return p, i, false
	}
	at := s.connect(next, 2)
	if year, isYear := s.number(at, 4, 4); isYear {
		p.year = year
		_, wrong := s.number(i-1, 1, 2) // of 31 February 2024, only a month would be left
		return p, at + 1, !wrong && plausible(p)
	}
	if p.day, ok = s.number(at, 1, 2); !ok {
		return p, i, false
	}
	return s.afterMonthDay(p, s.maybe(at+1, "ordinal"))
}

// afterMonthDay reads the year, before which the time may stand.
func (s *scanner) afterMonthDay(p parts, at int) (parts, int, bool) {
	end := s.connect(at, 3)
	if year, ok := s.number(end, 4, 4); ok {
		p.year = year
		_, next := s.calendarMark(end + 1)
		return p, next, plausible(p)
	}
	c, next, ok := s.clock(at, true)
	if !ok || !c.sure {
		return p, at, false
	}
	if p.year, ok = s.number(next, 4, 4); !ok {
		return p, at, false
	}
	p.clock = c
	return p, next + 1, plausible(p)
}

// connectors are the signs that may stand between the parts of a date.
const connectors = ",.،、-–/’'ـ‐‑()׳॰"

// connect passes over what may stand between the parts of a date, at most n tokens.
func (s *scanner) connect(i, n int) int {
	for ; n > 0 && i < len(s.toks); n-- {
		next := i
		if s.markAt(i, connectors) {
			next++
		} else {
			next = s.maybe(i, "ordinal", "of", "be", "y年")
		}
		if next == i {
			return i
		}
		i = next
	}
	return i
}

// monthAt reads the name of a month, and the second name where two calendars'
// stand side by side: نيسان/أبريل, أبريل (نيسان).
func (s *scanner) monthAt(i int) (month int, calendar calendarHint, next int, ok bool) {
	for _, k := range monthKinds {
		if month, next, ok = s.value(i, k.kind); ok {
			if at := s.connect(next, 2); at > next {
				if second, after, twice := s.value(at, k.kind); twice && second == month {
					next = after
					if s.markAt(next, ")") {
						next++
					}
				}
			}
			return month, k.calendar, next, true
		}
	}
	return 0, unsaid, i, false
}

var monthKinds = []struct {
	kind     string
	calendar calendarHint
}{{"month", saidGregorian}, {"hijri", saidHijri}, {"jalali", saidJalali}, {"roman", saidGregorian}}

// calendarMark reads what names the calendar after a year: هـ, م, ه‍.ش.
func (s *scanner) calendarMark(i int) (calendarHint, int) {
	for _, k := range calendarMarks {
		if _, next, ok := s.value(i, k.kind); ok {
			return k.calendar, next
		}
	}
	return unsaid, i
}

var calendarMarks = []struct {
	kind     string
	calendar calendarHint
}{{"jalaliyear", saidJalali}, {"hijriyear", saidHijri}, {"be", saidBuddhist}}

func plausible(p parts) bool {
	return p.year >= 1300 && p.year <= 2700 && p.month >= 1 && p.month <= 12 && p.day >= 0 && p.day <= 32
}

// monthFirst reports whether a language writes the month before the day in numbers:
// English, but for the countries where it does not.
func monthFirst(lang string) bool {
	switch baseOf(lang) {
	case " en ":
		switch regionOf(lang) {
		case "", "us", "ph", "ca":
			return true
		}
	case "":
		return true
	}
	return false
}

func eastAsian(lang string) bool { return lang == " ko " || lang == " ja " || lang == " zh " }

func (s *scanner) jalaliLang() bool {
	return s.lang == " fa " || s.lang == " ps " || s.lang == " ckb "
}

// build makes a Date of parts, if there is such a day.
func (s *scanner) build(p parts) (Date, bool) {
	d := Date{Ambiguous: p.ambiguous, Precision: Day}
	if p.day == 0 {
		d.Precision, p.day = Month, 1
	}
	year, month, day, calendar, ok := s.gregorian(p)
	if !ok {
		return d, false
	}
	d.Calendar = calendar
	zone := s.location()
	if c := p.clock; c.ok {
		d.Precision = c.precision
		if c.hasZone {
			zone, d.HasZone = c.location(year, month, day), true
		}
	}
	c := p.clock
	d.Time = time.Date(year, time.Month(month), day, c.hour, c.minute, c.second, c.nano, zone)
	return d, true
}

// gregorian brings a day of any calendar to the Gregorian one.
func (s *scanner) gregorian(p parts) (year, month, day int, calendar Calendar, ok bool) {
	hint := p.calendar
	if hint == unsaid && p.year < 1600 {
		hint = saidHijri
		if s.jalaliLang() {
			hint = saidJalali
		} else if s.lang != " ar " && s.lang != " ur " {
			return 0, 0, 0, Gregorian, false
		}
	}
	switch {
	case hint == saidHijri && p.year < 1600:
		year, month, day, ok = fromHijri(p.year, p.month, p.day)
		return year, month, day, Hijri, ok
	case hint == saidJalali && p.year < 1600:
		year, month, day, ok = fromJalali(p.year, p.month, p.day)
		return year, month, day, Jalali, ok
	case p.year >= 2400:
		p.year, calendar = p.year-buddhistEra, Buddhist
	case hint == saidJalali:
		return 0, 0, 0, Gregorian, false
	}
	last := time.Date(p.year, time.Month(p.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return p.year, p.month, p.day, calendar, p.year >= 1900 && p.year <= 2200 && p.day <= last
}

// buddhistEra is the year 0 of the Thai calendar, before Christ.
const buddhistEra = 543
