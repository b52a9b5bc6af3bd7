package selector

import (
	"errors"
	"fmt"
	"strings"

	"github.com/andybalholm/cascadia"
)

// parse reads a text: chains with commas between.
func parse(text string) (chains []chain, err error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("longer than %d bytes", maxLength)
	}
	var c chain
	child, rest := false, strings.TrimLeft(text, spaces)
	for {
		var one string
		if one, rest, err = cut(rest); err != nil {
			return nil, err
		}
		s, err := newStep(one, child)
		if err != nil {
			return nil, err
		}
		if c = append(c, s); len(c) > maxSteps {
			return nil, fmt.Errorf("more than %d steps", maxSteps)
		}
		rest = strings.TrimLeft(rest, spaces)
		child = false
		switch {
		case rest == "":
			return append(chains, c), nil
		case rest[0] == '>':
			child, rest = true, strings.TrimLeft(rest[1:], spaces)
		case rest[0] == ',':
			chains, c, rest = append(chains, c), nil, strings.TrimLeft(rest[1:], spaces)
		}
	}
}

const spaces = " \t\n\r\f"

// newStep reads a selector of one element.
func newStep(text string, child bool) (step, error) {
	sel, err := cascadia.Parse(text)
	return step{matches: sel, child: child}, err
}

// cut takes the first step from text.
func cut(text string) (one, rest string, err error) {
	parts, i := 1, 0
	for i < len(text) {
		switch text[i] {
		case ' ', '\t', '\n', '\r', '\f', '>', ',':
			return text[:i], text[i:], tooMany(parts)
		case '\\':
			i = escapeEnd(text, i)
			continue
		case '[':
			end, err := bracketEnd(text, i)
			if err != nil {
				return "", "", err
			}
			parts, i = parts+1, end
			continue
		case '.', '#':
			parts++
		case '+', '~', ':', '(', ')', '|', '/', '{', '}', ']', '"', '\'':
			return "", "", errPart
		}
		i++
	}
	return text, "", tooMany(parts)
}

func tooMany(parts int) error {
	if parts > maxParts+1 {
		return fmt.Errorf("more than %d parts of a step", maxParts)
	}
	return nil
}

// escapeEnd is where an escape that begins at i ends: a character, or up to six
// hexadecimal digits with the space that ends them (CSS Syntax, section 4.3.7).
func escapeEnd(text string, i int) int {
	from := i + 1
	for i = from; i < len(text) && i < from+6 && strings.IndexByte("0123456789abcdefABCDEF", text[i]) >= 0; i++ {
	}
	switch {
	case i == from:
		return min(i+1, len(text))
	case i < len(text) && strings.IndexByte(spaces, text[i]) >= 0:
		return i + 1
	}
	return i
}

// bracketEnd is behind the bracket that closes the one at i. Regular
// expressions, which are cascadia's own, are refused.
func bracketEnd(text string, i int) (int, error) {
	var quote byte
	for i++; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i = escapeEnd(text, i) - 1
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#' || c == '[':
			return 0, errPart
		case c == ']':
			return i + 1, nil
		}
	}
	return 0, errors.New("a bracket is not closed")
}
