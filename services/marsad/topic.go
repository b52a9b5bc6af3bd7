package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
)

// topicFlag is --topic: a code, or the name of a topic or how one begins, in English,
// French or Arabic. It holds the code.
type topicFlag string

func (f *topicFlag) String() string { return string(*f) }
func (*topicFlag) Type() string     { return "TOPIC" }

// Set implements pflag.Value.
func (f *topicFlag) Set(s string) error {
	folded := text.Fold(strings.TrimSpace(s))
	for _, n := range topics.Names {
		if len(folded) >= 2 && strings.HasPrefix(n.Code, folded) || named(n, folded) {
			*f = topicFlag(n.Code)
			return nil
		}
	}
	var known []string
	for _, n := range topics.Names {
		known = append(known, n.Code+" "+n.English)
	}
	return fmt.Errorf("no topic is called so; known are %s", strings.Join(known, ", "))
}

// named reports whether a name of the topic begins so, with three letters at least.
func named(n topics.Name, folded string) bool {
	if utf8.RuneCountInString(folded) < 3 {
		return false
	}
	for _, name := range []string{n.English, n.French, n.Arabic} {
		if strings.HasPrefix(text.Fold(name), folded) {
			return true
		}
	}
	return false
}
