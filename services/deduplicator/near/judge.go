package near

import (
	"math"
	"slices"
	"time"

	"marsad/pkg/news"
)

// evidence is what speaks for one of two texts being derived from the other.
type evidence struct {
	containment float64 // weighted share of the one held better by the other, 0 to 1
	resemblance float64 // weighted share of what either has that both have (Jaccard), 0 to 1
	mass        float64 // weight of what both have, in shingles that are rare
	days        float64 // between the two; unknownDays if not known
	lead        float64 // share of the words of the shorter title and lead that are in the other, 0 to 1
	numbers     float64 // in the leads: how many agree less how many do not, halved, -2 to 2
	otherKeys   bool    // two short texts, each with a word in its title and body that the other has not
	otherPlaces bool    // two short texts, each with a country in its title that the other's title and lead do not name
	words       [2]int  // of the two texts
}

const (
	// shortWords is how many words a text needs to be judged by evidence; a
	// shorter one must be nearly identical, with the title.
	shortWords = 25
	// verbatim is the resemblance of texts that are the same but for details,
	// and the agreement of leads that are.
	verbatim = 0.75
	// akin is the resemblance of texts of which one may stand for the other.
	akin = 0.7
	// copyLength is how long a copy is at least, compared with the other text.
	copyLength = 0.7
	// mostDays is when time has said all it can, and unknownDays what an unknown time says.
	mostDays    = 3
	unknownDays = mostDays / 2.
)

// share notes what two texts of the weights a and b have in common.
func (e *evidence) share(shared, a, b float64) {
	e.containment = shared / max(1, min(a, b))
	e.resemblance = shared / max(1, a+b-shared)
	e.mass = shared
}

// score is the log-odds that the two belong together. The weights are those of
// a logistic regression on pairs of Arabic news that were judged one by one:
// docs/methods/duplicates.md.
func (e evidence) score() float64 {
	score := 1.2 + 2.27*math.Log(0.05+e.containment) + 0.25*math.Log1p(e.mass) - 0.96*min(mostDays, e.days) + 0.9*e.lead + 0.92*e.numbers
	if e.otherKeys {
		score -= 1.4
	}
	return score
}

func (e evidence) matches() bool {
	if e.otherPlaces && e.resemblance < akin {
		return false // a form that was filled twice
	}
	if e.resemblance >= verbatim && e.lead >= verbatim && e.numbers >= 0 && !e.otherKeys {
		return true
	}
	return min(e.words[0], e.words[1]) >= shortWords && e.score() > 0
}

// same reports whether the texts are the same but for details.
func (e evidence) same() bool { return e.resemblance >= verbatim && e.kind() == news.Copy }

func (e evidence) kind() news.VerdictKind {
	if float64(min(e.words[0], e.words[1])) >= copyLength*float64(max(e.words[0], e.words[1])) {
		return news.Copy
	}
	return news.Excerpt
}

// similarity is how much two copies share of both (Dice), or how much of the
// shorter text the longer holds.
func (e evidence) similarity() float64 {
	if e.kind() == news.Copy {
		return 2 * e.resemblance / (1 + e.resemblance)
	}
	return e.containment
}

// days is how far apart two times are, in seconds since 1970, 0 for unknown.
func days(a, b uint32) float64 {
	if a == 0 || b == 0 {
		return unknownDays
	}
	return math.Abs(float64(a)-float64(b)) / (24 * time.Hour.Seconds())
}

// overlap is the share of the shorter of two lists that is in the other.
func overlap(a List, b packed) float64 {
	n := min(len(a), b.len())
	if n == 0 {
		return 0
	}
	return float64(common(a, b)) / float64(n)
}

// mostNumbers say all that numbers can.
const mostNumbers = 4

// agreement is how many of the fewer numbers agree less those that do not, halved.
func agreement(a List, b packed) float64 {
	n := min(len(a), b.len())
	return float64(max(-mostNumbers, min(mostNumbers, 2*common(a, b)-n))) / 2
}

// elsewhere reports whether a title names a country that the other article does not.
func elsewhere(a, b List) bool {
	return slices.ContainsFunc(a, func(c uint16) bool {
		return c&1 == 1 && !slices.Contains(b, c) && !slices.Contains(b, c&^1)
	})
}

// common counts what two sorted lists share.
func common(a List, b packed) (n int) {
	for i, j := 0, 0; i < len(a) && j < b.len(); {
		switch v := b.at(j); {
		case a[i] < v:
			i++
		case a[i] > v:
			j++
		default:
			i, j, n = i+1, j+1, n+1
		}
	}
	return n
}
