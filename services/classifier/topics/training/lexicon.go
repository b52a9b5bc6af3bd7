package training

import (
	_ "embed"
	"fmt"
	"strings"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
)

//go:embed lexicon.txt
var lexiconText string

// lexicon is what words of one language tell of topics before anything is learned.
type lexicon struct {
	topics map[uint32][]int // of a feature: the places of its topics
	begins map[uint32]bool  // whether a word is the first of a pair
}

// readLexicon reads the lines of a language: code, language, words. Two words that
// stand side by side are joined by "_".
func readLexicon(file, lang string) (*lexicon, error) {
	l := &lexicon{topics: map[uint32][]int{}, begins: map[uint32]bool{}}
	n := 0
	for line := range strings.Lines(file) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		topic := topics.Index(fields[0])
		if topic < 0 || len(fields) < 3 {
			return nil, fmt.Errorf("line %d: a code, a language and words are wanted", n)
		}
		if fields[1] != lang {
			continue
		}
		for _, entry := range fields[2:] {
			if err := l.add(lang, entry, topic); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	return l, nil
}

func (l *lexicon) add(lang, entry string, topic int) error {
	var words []uint32
	for part := range strings.SplitSeq(entry, "_") {
		for t := range text.Tokens(part) {
			words = append(words, topics.Hash(lang, t.Text))
		}
	}
	switch len(words) {
	case 1:
		l.topics[words[0]] = append(l.topics[words[0]], topic)
	case 2:
		pair := topics.Pair(words[0], words[1])
		l.topics[pair] = append(l.topics[pair], topic)
		l.begins[words[0]] = true
	default:
		return fmt.Errorf("%q is neither a word nor two", entry)
	}
	return nil
}
