package watches

import (
	"fmt"
	"regexp"
)

// File is a file of watches in which nothing is wrong.
type File struct {
	Watches []Watch
}

// Watch is a user's subject.
type Watch struct {
	ID   string
	Name string
	// Match and NoMatch are the examples written beside the rule.
	Match, NoMatch []Example

	languages []string
	sources   []string // folded
	score     float64
	title     float64
	cond      *condition
}

// Example is a text that a watch must match, or must not.
type Example struct {
	Title, Text, Lang string
	Place             Position
}

// Position is a place in a file, from 1.
type Position struct{ Line, Column int }

// Mistake is what is wrong with a file, or, as a warning, what is probably not meant.
type Mistake struct {
	Position
	Text    string
	Warning bool
}

// String is "line:column: text".
func (m Mistake) String() string {
	kind := ""
	if m.Warning {
		kind = "warning: "
	}
	return fmt.Sprintf("%d:%d: %s%s", m.Line, m.Column, kind, m.Text)
}

// Names are what conditions may name: labels of topics by their code, names of
// organisations by their ID. What is nil is not checked.
type Names struct {
	Topics, Organisations map[string]string
}

// kind is what a condition looks for.
type kind uint8

const (
	kindNone kind = iota
	kindPhrases
	kindPlace
	kindOtherPlace
	kindOrganisation
	kindTopic
	kindLanguage
	kindSource
	kindRegex
	kindNear
	kindGroup // all, any and none
	kindRule  // one that is defined under rules
)

// hasPlace reports whether what is found stands somewhere in the text.
func (k kind) hasPlace() bool {
	return k != kindTopic && k != kindLanguage && k != kindSource && k != kindGroup
}

// field is a part of an article.
type field uint8

const (
	anywhere field = iota
	inTitle
	inText
)

// condition is a condition as it is written, with its lists and rules resolved.
type condition struct {
	kind    kind
	at      Position
	weight  float64
	in      field
	times   int
	except  []*condition
	list    *list    // kindPhrases
	values  []string // codes, IDs, languages, sources
	minP    float64
	pattern *regexp.Regexp
	words   int          // kindNear: at most so many in a row; 0 for no bound
	same    bool         // in one sentence
	ordered bool         // as they are listed
	of      []*condition // kindNear, kindRule
	all     []*condition // kindGroup
	any     []*condition
	none    []*condition // kindGroup, kindNear
	rule    string       // the rule it is a part of, or refers to
}

// phrase is a phrase to be found.
type phrase struct {
	text  string
	exact bool // as it is written, capitals included
}

// list is a list of phrases, as it stands and with the lists it names.
type list struct {
	at      Position
	items   []item
	used    bool
	broken  bool // reading it gave a mistake
	state   state
	phrases []phrase
}

// item is a phrase or, with a name, a list.
type item struct {
	phrase
	name string
	at   Position
}

// rule is a named condition.
type rule struct {
	at    Position
	cond  *condition
	used  bool
	state state
	depth int
}

// state is how far a list or rule is resolved: who meets one that is open goes in circles.
type state uint8

const (
	untouched state = iota
	open
	resolved
)
