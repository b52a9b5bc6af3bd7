package topics

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// small makes a model that knows "goal" and "match" for sport, "vote" for politics, and
// "prime minister" for politics, though neither word alone.
func small(lang string) *Model {
	weight := func(code string, w float64) (weights [Count]float64) {
		weights[Index(code)] = w
		return weights
	}
	h := func(word string) uint32 { return Hash(lang, word) }
	features := []Feature{
		NewFeature(h("goal"), 3, weight("15000000", 2), false),
		NewFeature(h("match"), 2, weight("15000000", 1), false),
		NewFeature(h("vote"), 3, weight("11000000", 2), false),
		NewFeature(h("prime"), 2, [Count]float64{}, true),
		NewFeature(Pair(h("prime"), h("minister")), 4, weight("11000000", 3), false),
	}
	slices.SortFunc(features, func(a, b Feature) int { return int(int64(a.Hash) - int64(b.Hash)) })
	var of [Count]Topic
	for k := range of {
		of[k] = Topic{Bias: -1, Slope: 4}
	}
	return New(lang, 100, .5, of, features)
}

func classify(c *Classifier, lang, title, body string) Result {
	return c.Classify(lang, text.Tokens(title), text.Tokens(body))
}

func TestClassify(t *testing.T) {
	filler := strings.Repeat("and then some more words ", 3)
	tests := []struct {
		name, lang, title, body string
		codes                   []string
		abstained               news.Abstention
	}{
		{"one topic", "en", "Late goal", "They scored a second goal in the match. " + filler, []string{"15000000"}, ""},
		{"inflected", "en", "Late goals", "Two matches, five goals. " + filler, []string{"15000000"}, ""},
		{"two topics", "en", "A goal and a vote", "The vote was before the match. " + filler, []string{"11000000", "15000000"}, ""},
		{"pair", "en", "The prime minister", filler + filler, []string{"11000000"}, ""},
		{"the words of a pair apart", "en", "Prime time", "A minister. " + filler, nil, news.LowConfidence},
		{"a pair is not across title and body", "en", "In his prime", "minister " + filler, nil, news.LowConfidence},
		{"late in the body", "en", "Some words", strings.Repeat(filler, 7) + "goal goal goal", nil, news.LowConfidence},
		{"short", "en", "A goal", "In the match.", nil, news.TooShort},
		{"other language", "de", "Ein Tor", filler, nil, news.UnsupportedLanguage},
	}
	c := NewClassifier(.5, small("en"))
	for _, tt := range tests {
		r := classify(c, tt.lang, tt.title, tt.body)
		var codes []string
		for _, topic := range r.Topics {
			codes = append(codes, topic.Code)
		}
		slices.Sort(codes)
		if !slices.Equal(codes, tt.codes) || r.Abstained != tt.abstained {
			t.Errorf("%s: %v, abstained %q; want %v, %q", tt.name, r.Topics, r.Abstained, tt.codes, tt.abstained)
		}
	}
}

// TestClassifyAgain: nothing of one article is left for the next.
func TestClassifyAgain(t *testing.T) {
	c := NewClassifier(.5, small("en"), small("fr"))
	body := "a goal in the match, a vote, the prime minister, and other words"
	want := classify(c, "en", "", body)
	classify(c, "fr", "goal vote", strings.Repeat("goal ", 70000))
	if got := classify(c, "en", "", body); got.Probabilities != want.Probabilities {
		t.Errorf("%v, then %v", want.Probabilities, got.Probabilities)
	}
}

// TestEmbedded: the models that are built in know easy articles.
func TestEmbedded(t *testing.T) {
	c, err := Default(MinConfidence)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ lang, title, body, code string }{
		{"ar", "المنتخب يفوز في المباراة النهائية", "سجل المهاجم هدفين في الشوط الأول من المباراة وقاد المدرب الفريق إلى الفوز بكأس البطولة أمام جمهور الملعب.", "15000000"},
		{"ar", "أمطار رعدية وانخفاض درجات الحرارة", "تتوقع الأرصاد الجوية هطول أمطار رعدية مع رياح قوية وسحب كثيفة وانخفاض في درجات الحرارة غدا.", "17000000"},
		{"en", "Central bank raises interest rates", "The central bank raised interest rates to fight inflation, and shares fell as investors weighed slower economic growth.", "04000000"},
		{"en", "Parliament votes on new cabinet", "The prime minister presented the cabinet to parliament after the elections, and the opposition voted against the government.", "11000000"},
		{"fr", "Un homme condamné à dix ans de prison", "Le tribunal a condamné l'accusé à dix ans de prison ferme après un procès de trois jours, selon le procureur et son avocat.", "02000000"},
		{"fr", "Le vaccin est efficace", "Des médecins de l'hôpital ont étudié des patients malades : le vaccin protège contre le virus, selon les autorités de santé.", "07000000"},
	}
	for _, tt := range tests {
		r := classify(c, tt.lang, tt.title, tt.body)
		if len(r.Topics) == 0 || r.Topics[0].Code != tt.code || r.Topics[0].P < MinConfidence {
			t.Errorf("%s: %v %s", tt.title, r.Topics, r.Abstained)
		}
	}
}

func TestModelFile(t *testing.T) {
	m := small("en")
	var file, again bytes.Buffer
	if err := m.Write(&file); err != nil {
		t.Fatal(err)
	}
	read, err := Read(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Write(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), again.Bytes()) || read.Lang != "en" || read.Words != m.Words || read.Threshold != m.Threshold || read.Len() != m.Len() || read.Topics != m.Topics {
		t.Error("what was read is not what was written")
	}
	for name, bad := range map[string][]byte{
		"empty": {}, "other": []byte("marsad lang 1\n"), "cut": file.Bytes()[:file.Len()-4], "only magic": []byte(magic),
	} {
		if _, err := Read(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	if err := small("en").Write(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Read(raw)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("err = %v", err)
			}
			return
		}
		m.Score(text.Tokens("goal"), text.Tokens("a vote in the match"))
	})
}

func FuzzClassify(f *testing.F) {
	c := NewClassifier(.5, small("en"), small("ar"))
	f.Add("en", "Late goal", "prime minister")
	f.Add("ar", "هدف", "كأس")
	f.Fuzz(func(t *testing.T, lang, title, body string) {
		r := classify(c, lang, title, body)
		for k, p := range r.Probabilities {
			if math.IsNaN(p) || p < 0 || p > 1 {
				t.Errorf("topic %d: %v", k, p)
			}
		}
		if (r.Abstained == "") != (len(r.Topics) > 0) {
			t.Errorf("%v, abstained %q", r.Topics, r.Abstained)
		}
	})
}

func TestRivals(t *testing.T) {
	var s Scores
	for k := range s {
		s[k] = float64(k)
	}
	r := s.Rivals() // the best of the first level is 16, then 15
	if r[16] != 15 || r[15] != 16 || r[0] != 16 || r[18] != 16 {
		t.Errorf("rivals = %v", r)
	}
}

func TestNewFeatureRounds(t *testing.T) {
	for _, size := range []float64{1e-4, .3, 5, 400} {
		var weights [Count]float64
		weights[0], weights[1] = size, -size/3
		f := NewFeature(1, 5.03, weights, false)
		for k, w := range weights {
			if got := f.scale() * float64(f.Weights[k]); math.Abs(got-w) > size/100 {
				t.Errorf("weight %v became %v", w, got)
			}
		}
		if math.Abs(f.idf()-5.03) > rarityStep {
			t.Errorf("idf = %v", f.idf())
		}
	}
}

func TestExplain(t *testing.T) {
	c := NewClassifier(.5, small("en"))
	title, body := "Late goals", "The Prime Minister saw the match; goals were rare, said the prime minister."
	politics := c.Explain("en", title, body, "11000000", 5)
	if len(politics) != 1 || politics[0].Text != "Prime Minister" || politics[0].Count != 2 {
		t.Errorf("politics = %+v", politics)
	}
	sport := c.Explain("en", title, body, "15000000", 5)
	if len(sport) != 2 || sport[0].Text != "goals" || sport[0].Count != 2 || sport[1].Text != "match" {
		t.Errorf("sport = %+v", sport)
	}
	sum := -1. // the bias
	for _, r := range sport {
		sum += r.Score
	}
	if scores := small("en").Score(text.Tokens(title), text.Tokens(body)); math.Abs(scores[Index("15000000")]-sum) > 1e-9 {
		t.Errorf("the reasons add up to %v, the score is %v", sum, scores[Index("15000000")])
	}
	if len(c.Explain("de", title, body, "15000000", 5))+len(c.Explain("en", title, body, "1", 5))+len(c.Explain("en", "", "", "15000000", 5)) > 0 || c.Explain("de", "", "", "", 5) == nil {
		t.Error("reasons for nothing")
	}
}

func TestNames(t *testing.T) {
	for i, n := range Names {
		if len(n.Code) != 8 || n.English == "" || n.French == "" || n.Arabic == "" || Index(n.Code) != i {
			t.Errorf("%+v", n)
		}
	}
	if Level("11000000") != 1 || Level(NationalSecurity) != 2 || Index("1") != -1 {
		t.Error("levels")
	}
}

var article = strings.Repeat("The prime minister watched the match before the vote, and another goal was scored by the second team. ", 30)

func BenchmarkClassify(b *testing.B) {
	c, err := Default(MinConfidence)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("words only", func(b *testing.B) {
		b.SetBytes(int64(len(article)))
		b.ReportAllocs()
		for b.Loop() {
			for range text.Tokens(article) {
			}
		}
	})
	b.Run("topics", func(b *testing.B) {
		b.SetBytes(int64(len(article)))
		b.ReportAllocs()
		for b.Loop() {
			classify(c, "en", "The prime minister at the match", article)
		}
	})
}
