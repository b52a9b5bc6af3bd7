package store

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// Query selects articles. The zero Query with a Limit selects the newest.
type Query struct {
	Match     Match // words; empty matches everything
	Topic     string
	Country   string // ISO 3166-1 alpha-2
	Lang      string
	Source    news.ID
	Publisher news.ID
	Watch     string
	Story     news.ID
	Since     time.Time // published (or found) at or after
	Until     time.Time // before
	Before    int64     // Seq of the last article seen: continue after it; 0 starts at the newest
	Limit     int
}

// Hits is one page of a search.
type Hits struct {
	Articles []Hit `json:"articles"`
	Next     int64 `json:"next"` // Before for the next page; 0 when there is none
}

// Hit is one article found.
type Hit struct {
	news.Article
	Seq     int64            `json:"seq"`
	Verdict news.VerdictKind `json:"verdict"`
	Kinship
	Story   news.ID      `json:"story"`
	Members int          `json:"story_articles"` // articles in its story
	Places  []news.Place `json:"places"`
}

// Match is a parsed search expression in conjunctive form: every clause must
// match. Words are folded and tokenised exactly as articles are (text.SearchTokens).
type Match []Clause

// Clause matches where any of its phrases occurs or, when Not, where none does.
type Clause struct {
	Any []Phrase
	Not bool
}

// Phrase is one or more tokens in a row.
type Phrase []string

// ParseMatch reads what a person types: words (all must occur), "phrases",
// OR between two of them, -word for what must not occur. What holds no letter
// or digit is passed over; a query of only excluded words is an error, since
// it would match nearly everything.
func ParseMatch(input string) (Match, error) {
	var match Match
	or, positive := false, false
	for _, term := range terms(input) {
		if term.text == "OR" && !term.quoted && !term.not {
			or = len(match) > 0
			continue
		}
		phrase := Phrase(text.SearchTokens(term.text))
		if len(phrase) == 0 {
			continue
		}
		if last := len(match) - 1; or && !term.not && !match[last].Not {
			match[last].Any = append(match[last].Any, phrase)
		} else {
			match = append(match, Clause{Any: []Phrase{phrase}, Not: term.not})
		}
		or, positive = false, positive || !term.not
	}
	if len(match) > 0 && !positive {
		return nil, fmt.Errorf("%q only excludes words: add one that must occur", input)
	}
	return match, nil
}

type term struct {
	text        string
	quoted, not bool
}

// terms splits input at white space outside quotation marks.
func terms(input string) []term {
	var out []term
	rest := strings.TrimSpace(input)
	for rest != "" {
		t := term{}
		if after, ok := strings.CutPrefix(rest, "-"); ok {
			t.not, rest = true, after
		}
		if after, closing := openingQuote(rest); closing != "" {
			t.quoted = true
			t.text, rest, _ = strings.Cut(after, closing)
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if end < 0 {
				end = len(rest)
			}
			t.text, rest = rest[:end], rest[end:]
		}
		out = append(out, t)
		rest = strings.TrimSpace(rest)
	}
	return out
}

// openingQuote returns what follows an opening quotation mark and the mark
// that closes it; closing is empty when s does not start with one.
func openingQuote(s string) (after, closing string) {
	for opening, closing := range map[string]string{`"`: `"`, "«": "»", "“": "”"} {
		if after, ok := strings.CutPrefix(s, opening); ok {
			return after, closing
		}
	}
	return s, ""
}

// Seq is an article's place in the order of time: seconds since 1970 in the
// high bits, then 20 bits of its ID so that articles of the same second differ.
// A backend that finds the place taken uses the next free one.
func Seq(at time.Time, id news.ID) int64 {
	var low int64
	for _, c := range []byte(id[:min(5, len(id))]) {
		low = low<<4 | int64(hexDigit(c))
	}
	return max(at.Unix(), 0)<<20 | low
}

// SeqAt is the lowest Seq an article of that time can have.
func SeqAt(at time.Time) int64 { return max(at.Unix(), 0) << 20 }

func hexDigit(c byte) byte {
	if c >= 'a' {
		return (c - 'a' + 10) & 15
	}
	return (c - '0') & 15
}

// EffectiveTime is what orders an article: when it was published if that can
// be true, else when it was found. A date more than an hour ahead of the find
// cannot, nor one before the web.
func EffectiveTime(published *time.Time, found time.Time) time.Time {
	if published == nil || published.After(found.Add(time.Hour)) || published.Year() < 1990 {
		return found
	}
	return *published
}
