package watches

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// Bounds that keep the YAML parser from taking time or memory out of proportion. It
// takes some microseconds, and a kilobyte, for each mark; time that grows with the
// square of the keys of one mapping, 0.2 s for 5,000; and stack for what is nested,
// beyond which Go ends the process.
const (
	maxIndent     = 200
	maxIndicators = 32                    // in a row
	maxMarks      = 500_000               // list marks, colons, commas and brackets
	maxBrackets   = 100                   // open at once
	maxSpecials   = 100                   // tags, anchors and question marks
	maxKeys       = 5_000                 // of one mapping
	maxCompares   = 2 * maxKeys * maxKeys // of keys with those before them, in all mappings
)

// tooMuch refuses a file that is too large to be cut into tokens, or is not text.
func tooMuch(raw []byte) *Mistake {
	if len(raw) > MaxBytes {
		return &Mistake{Position: Position{1, 1}, Text: fmt.Sprintf("the file has %d bytes, and %d are the most: split it, or shorten its lists", len(raw), MaxBytes)}
	}
	line, marks := 0, 0
	for l := range bytes.Lines(raw) {
		line++
		if !utf8.Valid(l) {
			return &Mistake{Position: Position{line, 1}, Text: "the line is not UTF-8: save the file as UTF-8"}
		}
		indent := len(l) - len(bytes.TrimLeft(l, " \t"))
		column, here := indicators(l)
		if indent > maxIndent {
			column = indent
		}
		if column > 0 {
			return &Mistake{Position: Position{line, column}, Text: "brackets or list marks are nested far too deep"}
		}
		if marks += here; marks > maxMarks {
			return &Mistake{Position: Position{line, 1}, Text: fmt.Sprintf("up to here the file has more than %d list marks, colons, commas and brackets: split it, or shorten its lists", maxMarks)}
		}
	}
	return nil
}

// indicators counts the marks of a line, and gives the column where too many of those
// that nest follow one another, or 0.
func indicators(l []byte) (tooMany, marks int) {
	run, fresh := 0, true
	for i, b := range l {
		switch b {
		case ' ', '\t':
			fresh = true
			continue
		case '[', ']', '{', '}', ',', ':':
			marks++
		case '-':
			if fresh {
				marks++
			}
		}
		if fresh && strings.IndexByte("-?!&*:", b) >= 0 {
			run++
		} else if fresh {
			run = 0
		}
		fresh = false
		if run > maxIndicators {
			return i + 1, marks
		}
	}
	return 0, marks
}

// tooIntricate refuses what takes the parser too long, or too deep.
func tooIntricate(tokens token.Tokens) *Mistake {
	var s shape
	for _, t := range tokens {
		if t.Position == nil {
			continue
		}
		if what := s.read(t); what != "" {
			return &Mistake{Position: Position{max(t.Position.Line, 1), max(t.Position.Column, 1)}, Text: what}
		}
	}
	return nil
}

// shape is what a file looks like up to a token.
type shape struct {
	open      []token.Type // brackets
	specials  int
	documents int
	keys      [maxIndent + 1]int // of the mapping that is open at each column
	deepest   int                // no mapping is open at a column beyond
	compares  int
}

// read goes on with a token, and says what is too much.
func (s *shape) read(t *token.Token) string {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		if s.open = append(s.open, t.Type); len(s.open) > maxBrackets {
			return "brackets or list marks are nested far too deep"
		}
	case token.SequenceEndType:
		s.shut(token.SequenceStartType)
	case token.MappingEndType:
		s.shut(token.MappingStartType)
	case token.TagType, token.AnchorType, token.MappingKeyType:
		if s.specials++; s.specials > maxSpecials {
			return "anchors (&), tags (!) and question marks of YAML are not taken, and there are many: put a text that begins with one of these in quotation marks"
		}
		s.key(t.Position.Column) // ? begins one
	case token.DocumentHeaderType:
		if s.documents++; s.documents > 2 {
			return "another document begins here: a file of watches is one, without '---' in between"
		}
	case token.SequenceEntryType:
		s.closeBeyond(t.Position.Column)
	case token.MappingValueType:
		if len(s.open) == 0 && t.Prev != nil && t.Prev.Position != nil {
			s.key(t.Prev.Position.Column)
		}
	}
	if s.keys[s.deepest] > maxKeys || s.compares > maxCompares {
		return fmt.Sprintf("there are far too many keys beside one another: %d are the most of one mapping", maxKeys)
	}
	return ""
}

// shut closes a bracket, if one of its kind is open.
func (s *shape) shut(start token.Type) {
	if last := len(s.open) - 1; last >= 0 && s.open[last] == start {
		s.open = s.open[:last]
	}
}

func (s *shape) key(column int) {
	column = max(min(column, maxIndent), 0)
	s.closeBeyond(column)
	s.keys[column]++
	s.deepest = column
	s.compares += s.keys[column]
}

// closeBeyond ends the mappings that are indented further.
func (s *shape) closeBeyond(column int) {
	for ; s.deepest > column; s.deepest-- {
		s.keys[s.deepest] = 0
	}
}
