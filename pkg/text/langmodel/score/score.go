package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/langmodel/sib200"
	"marsad/pkg/text/script"
)

// Guess tells the language of a text, as text.Language does.
type Guess func(s string) (lang string, confidence float64)

// Options say how to run; the zero value is good.
type Options struct {
	Predictions io.Writer             // one JSON object per sentence, in their order; nil: none
	Progress    func(done, total int) // called now and then
}

// Prediction is what was told of one sentence.
type Prediction struct {
	ID   string  `json:"id"`
	Lang string  `json:"lang"`
	P    float64 `json:"p"` // 0 to 1
}

// ErrNothing says that no sentence can be scored.
var ErrNothing = errors.New("no sentences of split dev in a language that is told")

// Run tells every sentence whose language can be told, as a whole and by its
// first four words, and scores both. Predictions are those of whole sentences,
// and of all sentences.
func Run(ctx context.Context, sentences []sib200.Sentence, guess Guess, opts Options) (*Report, error) {
	report := &Report{Languages: []*Language{}}
	var out *json.Encoder
	if opts.Predictions != nil {
		out = json.NewEncoder(opts.Predictions)
	}
	var took time.Duration
	for i, s := range sentences {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		start := time.Now()
		lang, p := guess(s.Text)
		took += time.Since(start)
		if out != nil {
			if err := out.Encode(Prediction{s.ID, lang, p}); err != nil {
				return nil, fmt.Errorf("predictions: %w", err)
			}
		}
		if want := sib200.Language(s.Code); want != "" {
			short, _ := guess(Start(s.Text))
			report.add(s.Code, want, lang, short)
		}
		if opts.Progress != nil && (i%1000 == 999 || i == len(sentences)-1) {
			opts.Progress(i+1, len(sentences))
		}
	}
	if len(report.Languages) == 0 {
		return nil, ErrNothing
	}
	report.close()
	report.SentencesPerSecond = float64(len(sentences)) / took.Seconds()
	return report, nil
}

// startWords is how many words of a sentence its start has.
const startWords = 4

// Start is the first four words of s as spaces part them. Of scripts that put no
// spaces between words it is about as much: 8 characters of Chinese and
// Japanese, 16 of Thai, Lao, Khmer, Burmese and Tibetan.
func Start(s string) string {
	var counts script.Counts
	counts.Add(s)
	in, _ := counts.Main()
	switch in {
	case script.Han, script.Kana:
		return first(s, 8)
	case script.Thai, script.Lao, script.Khmer, script.Myanmar, script.Tibetan:
		return first(s, 16)
	}
	words := strings.Fields(s)
	return strings.Join(words[:min(startWords, len(words))], " ")
}

func first(s string, characters int) string {
	runes := []rune(s)
	return string(runes[:min(characters, len(runes))])
}

// add scores one sentence.
func (r *Report) add(code, want, whole, start string) {
	i := slices.IndexFunc(r.Languages, func(l *Language) bool { return l.Code == code })
	if i < 0 {
		i = len(r.Languages)
		r.Languages = append(r.Languages, &Language{
			Code: code, Lang: want, Target: slices.Contains(sib200.Targets, code), confusions: map[string]int{},
		})
	}
	l := r.Languages[i]
	l.Sentences++
	l.Whole.add(whole == want)
	l.Start.add(start == want)
	for _, got := range []string{whole, start} {
		if got != want {
			l.confusions[got]++
		}
	}
	if whole == langmodel.Unknown {
		l.Undecided++
	}
}
