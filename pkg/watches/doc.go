// Package watches finds in an article the subjects that users describe in a YAML
// file. docs/watches.md is the language.
//
// Parse reads a file and says everything that is wrong with it, with line and column;
// Compile makes a Set of it, which finds the phrases of all its watches in one pass
// over an article's words, and evaluates only those watches of which something was
// found. A Loader keeps the set of the store's newest version.
//
// Bounds keep a hostile file, and a hostile text, from costing more than they may: see
// the constants below.
package watches

// Bounds of a file.
const (
	MaxBytes    = 8 << 20   // of a file
	MaxWatches  = 10_000    //
	MaxPhrases  = 200_000   // written in a file
	MaxExpanded = 1_000_000 // of all conditions together, lists included
	MaxWords    = 16        // of a phrase
	MaxDepth    = 16        // of conditions within conditions, rules included
	MaxNear     = 200       // words that near may span
	MaxOf       = 8         // conditions of one near
	MaxRegexes  = 32        // of a file
	MaxRegex    = 500       // characters of one
	maxSteps    = 250       // of the program that a regular expression becomes
	maxMistakes = 1_000     // reported of one file, and as many warnings
	maxHints    = 50        // mistakes of a file for which what was meant is looked for
	maxCompared = 10_000    // words among which it is
)

// Bounds of an article.
const (
	MaxMatches  = 50       // reported of one watch
	maxMentions = 500      // of one phrase or place that count
	maxSearched = 32 << 10 // bytes that regular expressions are sought in
)
