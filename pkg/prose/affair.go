package prose

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// castSize is how many names an affair has.
const castSize = 12

// Affair is what texts are about: those on one have its names in common, and those
// on two next to nothing.
type Affair struct {
	words            Vocabulary
	names            [castSize]string
	who, what, place string
}

// Affair makes one up.
func (v Vocabulary) Affair(r *rand.Rand) Affair {
	a := Affair{words: v, who: pick(r, v.who), what: pick(r, v.what), place: pick(r, v.where)}
	for i := range a.names {
		a.names[i] = v.Name(r)
	}
	return a
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// name is one of the affair's, the first ones more often.
func (a *Affair) name(r *rand.Rand) string { return a.names[r.IntN(1+r.IntN(castSize))] }

// Headline is one of many that the affair can have.
func (a *Affair) Headline(r *rand.Rand) string {
	return capital(fmt.Sprintf("%s %s %s %s %s %s", a.who, a.names[0], pick(r, a.words.does), a.name(r), a.names[1], a.names[2]))
}

// Sentence tells something of the affair. It is names more than words, and its
// words are those of all news: texts on two affairs must not be alike.
func (a *Affair) Sentence(r *rand.Rand) string {
	subject, object, end := a.name(r), a.name(r), a.name(r)
	switch r.IntN(8) {
	case 0:
		subject = a.who
	case 1:
		object = a.what
	case 2:
		end = a.place
	case 3:
		end = fmt.Sprintf("%s %d", pick(r, a.words.when), 1+r.IntN(100_000))
	}
	return capital(fmt.Sprintf("%s %s %s %s %s %s %s %s.", subject, a.name(r), pick(r, a.words.says), object, a.name(r), a.words.Name(r), a.name(r), end))
}

// Paragraphs are about so many words altogether, in paragraphs of three sentences.
func (a *Affair) Paragraphs(r *rand.Rand, words int) []string {
	return paragraphs(words, func() string { return a.Sentence(r) })
}

// paragraphs gathers sentences, three to a paragraph.
func paragraphs(words int, sentence func() string) []string {
	var out []string
	for count := 0; count < words; {
		sentences := make([]string, 3)
		for i := range sentences {
			sentences[i] = sentence()
			count += len(strings.Fields(sentences[i]))
		}
		out = append(out, strings.Join(sentences, " "))
	}
	return out
}
