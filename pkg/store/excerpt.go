package store

import (
	"slices"
	"strings"
	"unicode"

	"marsad/pkg/text"
)

// Span is a piece of an excerpt. Hit marks what was searched for.
type Span struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// Excerpt cuts the passage of at most width characters out of body that shows
// most of what match asks for: as many different phrases as possible, then as
// many occurrences, then the earliest. It is cut between words; "…", which does
// not count, stands where something was cut off; white space becomes one space.
// Words are compared as they are indexed. Without an occurrence it is the
// beginning. The time it takes grows with the length of body alone.
func Excerpt(body string, match Match, width int) []Span {
	found := occurrences(body, match)
	runes := []rune(body)
	from, to := bestWindow(found, width)
	from, to = around(runes, from, to, width)
	return spans(runes, from, to, found)
}

// occurrence is a place where a phrase was found, in code points.
type occurrence struct {
	start, end int
	phrase     int
}

// occurrences finds the phrases of match, in order of their starts. At each
// word only the phrases that begin with it are tried.
func occurrences(body string, match Match) []occurrence {
	var phrases []Phrase
	starting := map[string][]int{} // phrases by their first token
	for _, clause := range match {
		for _, phrase := range clause.Any {
			if !clause.Not && len(phrase) > 0 {
				starting[phrase[0]] = append(starting[phrase[0]], len(phrases))
				phrases = append(phrases, phrase)
			}
		}
	}
	if len(phrases) == 0 {
		return nil
	}
	var tokens []text.Token
	for token := range text.Tokens(body) {
		token.Text = text.WithoutArticle(token.Text)
		tokens = append(tokens, token)
	}
	var found []occurrence
	for i, token := range tokens {
		for _, n := range starting[token.Text] {
			if end := i + len(phrases[n]); end <= len(tokens) && slices.EqualFunc(tokens[i:end], phrases[n], isToken) {
				found = append(found, occurrence{token.Start, tokens[end-1].End, n})
			}
		}
	}
	return found
}

func isToken(token text.Token, want string) bool { return token.Text == want }

// bestWindow returns the stretch from the first to the last occurrence of the
// best window. The window moves over the occurrences, each of which enters and
// leaves it once.
func bestWindow(found []occurrence, width int) (from, to int) {
	inside := map[int]int{} // occurrences in the window, by phrase
	bestPhrases, bestCount, left := 0, 0, 0
	for right, last := range found {
		inside[last.phrase]++
		for left < right && last.end-found[left].start > width {
			phrase := found[left].phrase
			if inside[phrase]--; inside[phrase] == 0 {
				delete(inside, phrase)
			}
			left++
		}
		count := right - left + 1
		if len(inside) > bestPhrases || len(inside) == bestPhrases && count > bestCount {
			bestPhrases, bestCount, from, to = len(inside), count, found[left].start, last.end
		}
	}
	return from, to
}

// around widens a stretch to width characters, with most of the room after it,
// and draws both ends in to the next space. Where there is none, as in Chinese,
// it cuts between any two characters.
func around(body []rune, from, to, width int) (start, end int) {
	width = max(0, width)
	start = max(0, from-max(0, width-(to-from))/3)
	end = min(len(body), start+width)
	start = max(0, min(start, end-width))
	to = min(to, end)
	if start > 0 && !unicode.IsSpace(body[start-1]) {
		if n := slices.IndexFunc(body[start:max(start, from)], unicode.IsSpace); n >= 0 {
			start += n
		}
	}
	if end < len(body) && !unicode.IsSpace(body[end]) {
		n := end
		for n > max(to, start) && !unicode.IsSpace(body[n-1]) {
			n--
		}
		if n > max(to, start) {
			end = n
		}
	}
	return start, end
}

// spans writes the passage from start to end, with its hits.
func spans(body []rune, start, end int, found []occurrence) []Span {
	hit := make([]bool, end-start)
	for _, f := range found {
		for i := max(f.start, start); i < min(f.end, end); i++ {
			hit[i-start] = true
		}
	}
	var out spanWriter
	if start > 0 {
		out.write('…', false)
	}
	wrote, space := false, false // a space is owed between what was written and what follows
	for i, r := range body[start:end] {
		if unicode.IsSpace(r) {
			space = wrote
			continue
		}
		if space {
			out.write(' ', hit[i] && hit[i-1])
		}
		out.write(r, hit[i])
		wrote, space = true, false
	}
	if end < len(body) && strings.TrimSpace(string(body[end:])) != "" {
		out.write('…', false)
	}
	return out.finish()
}

// spanWriter gathers characters into spans.
type spanWriter struct {
	spans   []Span
	current strings.Builder
	hit     bool
}

func (w *spanWriter) write(r rune, hit bool) {
	if hit != w.hit {
		w.finish()
		w.hit = hit
	}
	w.current.WriteRune(r)
}

func (w *spanWriter) finish() []Span {
	if w.current.Len() > 0 {
		w.spans = append(w.spans, Span{w.current.String(), w.hit})
		w.current.Reset()
	}
	return w.spans
}
