package story

import (
	"encoding/binary"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"marsad/pkg/text"
)

// Trainer learns how rare words are from texts of many languages.
type Trainer struct {
	langs map[string]*corpus
}

// corpus is what was seen of one language.
type corpus struct {
	articles, sentences int
	inArticles          map[uint32]int // by hash
	inSentences         map[uint32]int
}

const (
	// minTexts is how many texts a language needs.
	minTexts = 100
	// minSeen is in how many articles, or else sentences, a word must be.
	minSeen, minSeenInSentences = 3, 12
	// sentencesInArticle is how many sentences weigh as one article: a word that is in one
	// sentence of n is in about one article of n/sentencesInArticle.
	sentencesInArticle = 10
	// maxSentenceTokens is up to how many words a text counts as a sentence.
	maxSentenceTokens = 60
	// highestIDF is that of words worth a place in the table: rarer ones are as good as unknown.
	highestIDF = 6
)

// Add learns from one text. Its first bodyTokens words are read.
func (t *Trainer) Add(lang, title, body string) {
	if lang == "" || lang == text.Unknown {
		return
	}
	seed, n := hashSeed(lang), 0
	seen := map[uint32]bool{}
	for token := range text.Tokens(title + "\n" + upTo(body, bodyBytes)) {
		if n++; n > bodyTokens {
			break
		}
		seen[hashWord(seed, text.Stem(lang, token.Text))] = true
	}
	f := t.of(lang)
	into := f.inArticles
	if n > maxSentenceTokens {
		f.articles++
	} else {
		f.sentences++
		into = f.inSentences
	}
	for hash := range seen {
		into[hash]++
	}
}

func (t *Trainer) of(lang string) *corpus {
	f := t.langs[lang]
	if f == nil {
		f = &corpus{inArticles: map[uint32]int{}, inSentences: map[uint32]int{}}
		if t.langs == nil {
			t.langs = map[string]*corpus{}
		}
		t.langs[lang] = f
	}
	return f
}

// Learned is what a Trainer knows of a language.
type Learned struct {
	Lang                       string
	Articles, Sentences, Words int
}

// Write writes the table, and says what is in it. The same texts in any order give
// the same bytes.
func (t *Trainer) Write(w io.Writer) ([]Learned, error) {
	var learned []Learned
	var langs []string
	table := map[uint32]uint8{}
	for _, lang := range slices.Sorted(maps.Keys(t.langs)) {
		f := t.langs[lang]
		if f.articles+f.sentences < minTexts {
			continue
		}
		words := f.table()
		for hash, idf := range words {
			if old, ok := table[hash]; !ok || idf < old {
				table[hash] = idf
			}
		}
		langs = append(langs, lang)
		learned = append(learned, Learned{lang, f.articles, f.sentences, len(words)})
	}
	_, err := w.Write(encodeBackground(langs, table))
	return learned, err
}

// encodeBackground makes what readBackground reads.
func encodeBackground(langs []string, table map[uint32]uint8) []byte {
	names := strings.Join(langs, " ")
	file := binary.AppendUvarint([]byte(backgroundMagic), uint64(len(names)))
	file = append(file, names...)
	file = binary.AppendUvarint(file, uint64(len(table)))
	before := uint32(0)
	for _, hash := range slices.Sorted(maps.Keys(table)) {
		file = append(binary.AppendUvarint(file, uint64(hash-before)), table[hash])
		before = hash
	}
	return file
}

// table is the idf in eighths of the words that are common enough. What sentences
// say weighs as much as the articles they would make.
func (f *corpus) table() map[uint32]uint8 {
	words := map[uint32]uint8{}
	seen := maps.Clone(f.inArticles)
	for hash, n := range f.inSentences {
		seen[hash] += n
	}
	asArticles := float64(f.sentences)
	for hash, n := range seen {
		if f.inArticles[hash] < minSeen && n < minSeenInSentences {
			continue
		}
		inArticles := float64(f.inArticles[hash])
		if f.sentences > 0 {
			share := float64(f.inSentences[hash]) / float64(f.sentences)
			inArticles += asArticles * (1 - math.Pow(1-share, sentencesInArticle))
		}
		idf := math.Log((float64(f.articles) + asArticles + 1) / (inArticles + 0.5))
		if idf < highestIDF {
			words[hash] = uint8(math.Round(max(0, idf) * idfSteps))
		}
	}
	return words
}
