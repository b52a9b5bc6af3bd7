package dates

import (
	"iter"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// scanner reads the dates of one window of a text.
type scanner struct {
	src  string
	toks []token
	o    Options
	lang string // as in meaning.langs: " ar "
}

// scanners keeps the memory of tokens for the next text.
var scanners = sync.Pool{New: func() any { return &scanner{toks: make([]token, 0, 64)} }}

// window is how many bytes are read at once, and overlap how many of them again:
// a date that is cut by the end of a window is whole in the next.
const (
	window  = 4096
	overlap = 256
)

// All yields the dates of a text in order, without overlaps.
func All(s string, o Options) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		sc := scanners.Get().(*scanner)
		defer scanners.Put(sc)
		sc.src, sc.o, sc.lang = s, o, baseOf(o.Lang)
		from := 0
		for start := 0; start < len(s); {
			end, last := min(start+window, len(s)), true
			if end < len(s) {
				end, last = runeStart(s, end), false
			}
			limit := end
			if !last {
				limit = runeStart(s, end-overlap)
			}
			if mayHold(s[start:end], !o.Now.IsZero()) {
				sc.toks = lex(sc.toks[:0], s, start, end)
				if from = sc.scan(from, limit, yield); from < 0 {
					return
				}
			}
			if last {
				return
			}
			start = limit
		}
	}
}

// runeStart is the start of the character at i, if there is one.
func runeStart(s string, i int) int {
	for back := range utf8.UTFMax {
		if utf8.RuneStart(s[i-back]) {
			return i - back
		}
	}
	return i
}

// mayHold reports whether a text has a digit, without which only relative dates
// are written.
func mayHold(s string, relative bool) bool {
	if relative {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' {
			return true
		}
		// The last byte of digits of other scripts, as UTF-8 has them; the first says which.
		if c >= 0xD9 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			if digitOf(r) >= 0 {
				return true
			}
		}
	}
	return false
}

// scan yields the dates that start before limit and not before from. It returns
// where the last one ends, or -1 when the caller has enough.
func (s *scanner) scan(from, limit int, yield func(Match) bool) int {
	for i := 0; i < len(s.toks) && s.toks[i].start < limit; {
		if s.toks[i].start < from {
			i++
			continue
		}
		d, next, ok := s.match(i)
		if !ok {
			i++
			continue
		}
		from = s.toks[next-1].end
		if !yield(Match{Date: d, Start: s.toks[i].start, End: from}) {
			return -1
		}
		i = next
	}
	return from
}

// match reads a date that starts with token i.
func (s *scanner) match(i int) (Date, int, bool) {
	if p, next, ok := s.date(i); ok {
		if p.clock.ok {
			d, ok := s.build(p)
			return d, next, ok
		}
		if c, after, ok := s.clockAfter(next, p); ok {
			p.clock, next = c, after
		}
		if d, ok := s.build(p); ok {
			return d, next, true
		}
	}
	if s.toks[i].kind == number || s.prefixed(i) {
		if c, next, ok := s.clock(i, false); ok && c.sure {
			if p, after, ok := s.date(s.skip(next, 5)); ok && !p.clock.ok && p.day > 0 {
				p.clock = c
				d, ok := s.build(p)
				return d, after, ok
			}
		}
	}
	if !s.o.Now.IsZero() {
		return s.relative(i)
	}
	return Date{}, 0, false
}

// look finds the entry of the word at i, the longest name that starts there.
func (s *scanner) look(i int) *entry {
	t := &s.toks[i]
	if t.looked || t.kind != word {
		return t.entry
	}
	t.looked = true
	e := lookWord(s.src[t.start:t.end])
	if e == nil {
		return nil
	}
	t.entry, t.span = e, 1
	var key strings.Builder
	for j := i + 1; j < len(s.toks) && j-i < e.longest && e.longest > 1; j++ {
		next := &s.toks[j]
		if next.kind != word {
			if !joins(next.value) {
				break
			}
			continue
		}
		if key.Len() == 0 {
			key.WriteString(fold(s.src[t.start:t.end]))
		}
		key.WriteByte(' ')
		key.WriteString(fold(s.src[next.start:next.end]))
		longer := names()[key.String()]
		if longer == nil {
			break
		}
		if len(longer.meanings) > 0 {
			t.entry, t.span = longer, j-i+1
		}
	}
	return t.entry
}

// joins reports whether a name of several words may be written with r between
// them: avant-hier, aujourd'hui, a. m.
func joins(r int) bool { return r == '-' || r == '\'' || r == '’' || r == '.' }

// value is what the word at i means as a word of a kind, and the token after it.
func (s *scanner) value(i int, kind string) (value, next int, ok bool) {
	if i >= len(s.toks) || s.toks[i].kind != word {
		return 0, i, false
	}
	e := s.look(i)
	if e == nil {
		return 0, i, false
	}
	if value, ok = e.find(kind, s.lang); !ok {
		return 0, i, false
	}
	return value, i + s.toks[i].span, true
}

func (s *scanner) is(i int, kind string) bool {
	_, _, ok := s.value(i, kind)
	return ok
}

// number is the number at i, if it has from lo to hi digits.
func (s *scanner) number(i, lo, hi int) (int, bool) {
	if i < 0 || i >= len(s.toks) || s.toks[i].kind != number || s.toks[i].digits < lo || s.toks[i].digits > hi {
		return 0, false
	}
	return s.toks[i].value, true
}

func (s *scanner) markAt(i int, set string) bool {
	return i < len(s.toks) && s.toks[i].kind == mark && strings.ContainsRune(set, rune(s.toks[i].value))
}

// maybe is the token after the word at i if that is of one of the kinds, else i.
func (s *scanner) maybe(i int, kinds ...string) int {
	for _, kind := range kinds {
		if _, next, ok := s.value(i, kind); ok {
			return next
		}
	}
	return i
}

// separators may stand between a date, a weekday and a time.
const separators = ",،,、-–—|·•:;/()[]@.︱│‧・"

// skip passes over what may stand between a date and a time, at most n tokens.
func (s *scanner) skip(i, n int) int {
	for ; n > 0 && i < len(s.toks); n-- {
		switch {
		case s.markAt(i, "(") && s.markAt(i+2, ")") && s.toks[i+1].kind == word:
			i += 3 // (金)
		case s.markAt(i, separators):
			i++
		default:
			next := s.maybe(i, "weekday", "at", "of", "hijriyear", "jalaliyear", "year")
			if next == i {
				return i
			}
			i = next
		}
	}
	return i
}

// baseOf is the language of a tag, between spaces.
func baseOf(tag string) string {
	end := strings.IndexAny(tag, "-_")
	if end < 0 {
		end = len(tag)
	}
	if end < 2 || end > 3 {
		return ""
	}
	return " " + strings.ToLower(tag[:end]) + " "
}

// regionOf is the region of a tag, in lower case: gb of en-GB.
func regionOf(tag string) string {
	i := strings.LastIndexAny(tag, "-_")
	if i < 0 || len(tag)-i != 3 {
		return ""
	}
	return strings.ToLower(tag[i+1:])
}

// location is the zone of times without one.
func (s *scanner) location() *time.Location {
	if s.o.Location == nil {
		return time.UTC
	}
	return s.o.Location
}
