package classifier

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/watches"

	"github.com/prometheus/client_golang/prometheus"
)

// newLabeller makes one that watches visits.
func newLabeller(t testing.TB, cfg Config) *Labeller {
	t.Helper()
	l, err := NewLabeller(cfg)
	if err != nil {
		t.Fatal(err)
	}
	set, err := watches.Load([]byte(visitWatch), l.Names())
	if err != nil {
		t.Fatal(err)
	}
	return l.With(func() *watches.Set { return set })
}

const visitWatch = `
version: 1
watches:
  - id: visits
    name: Visits
    all: [{place: MA}, {topic: "11000000"}, {organisation: eg-foreign}, "وصل"]
`

var visit = news.Article{
	Lang: "ar", Title: "وزير الخارجية المصري في زيارة إلى المغرب",
	Text: "وصل وزير الخارجية المصري إلى الرباط في زيارة رسمية، يبحث خلالها مع نظيره المغربي العلاقات الثنائية بين البلدين.\n\n" +
		"وتوقع السفارة مذكرة تفاهم بين الحكومتين، ويستقبل رئيس الوزراء الوفد قبل انعقاد القمة.",
}

func TestProcess(t *testing.T) {
	in := &event.Deduplicated{
		Head:    event.Head{Ref: news.Ref{Item: news.NewID("a"), Revision: 1}},
		Article: visit, Verdict: news.Verdict{Kind: news.Original}, Story: news.NewID("a"),
	}
	out, err := processor{newLabeller(t, DefaultConfig()), newAbstentions(prometheus.NewRegistry())}.Process(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := out[0].(*event.Classified)
	if got.Ref != in.Ref || got.Story != in.Story || got.Verdict.Kind != news.Original || got.Article.Title != in.Article.Title {
		t.Errorf("lost on the way: %+v", got)
	}
	if len(got.Topics) == 0 || got.Topics[0].Code != "11000000" {
		t.Errorf("topics = %v", got.Topics)
	}
	if !slices.ContainsFunc(got.Topics, func(t news.Topic) bool { return t.Code == "20000638" }) {
		t.Errorf("no international relations: %v", got.Topics)
	}
	codes := map[string]bool{}
	for _, p := range got.Places {
		codes[p.Code] = p.InTitle
	}
	if !codes["MA"] || !codes["EG"] {
		t.Errorf("places = %v", got.Places)
	}
	if !slices.ContainsFunc(got.Organisations, func(o news.Organisation) bool { return o.ID == "eg-foreign" }) {
		t.Errorf("organisations = %v", got.Organisations)
	}
	if len(got.Watches) != 1 || len(got.Watches[0].Matches) == 0 {
		t.Errorf("watches = %v", got.Watches)
	}
}

func TestLabelNothing(t *testing.T) {
	l := newLabeller(t, DefaultConfig())
	tests := []struct {
		name string
		a    news.Article
		want news.Abstention
	}{
		{"empty", news.Article{Lang: "ar"}, news.TooShort},
		{"short", news.Article{Lang: "en", Title: "Prime minister resigns", Text: "More soon."}, news.TooShort},
		{"unknown language", news.Article{Lang: "und", Text: strings.Repeat("lorem ipsum ", 50)}, news.UnsupportedLanguage},
		{"other language", news.Article{Lang: "de", Text: strings.Repeat("Der Bundestag tagt. ", 50)}, news.UnsupportedLanguage},
		{"known words are none", news.Article{Lang: "en", Text: strings.Repeat("zxqv wvut qqrz ", 50)}, news.LowConfidence},
	}
	for _, tt := range tests {
		got := l.Label(tt.a)
		if got.Topics == nil || got.Places == nil || got.Organisations == nil || got.Watches == nil {
			t.Errorf("%s: lists without entries are nil: %+v", tt.name, got)
		}
		if len(got.Topics) != 0 || got.Abstained != tt.want {
			t.Errorf("%s: %v, abstained %q, want %q", tt.name, got.Topics, got.Abstained, tt.want)
		}
	}
}

func TestOwnOrganisations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.tsv")
	if err := os.WriteFile(path, []byte("atlas-works\tcompany\tMA\tAtlas Works\tAteliers Atlas\tورشات الأطلس\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Organisations = path
	got := newLabeller(t, cfg).Label(news.Article{Lang: "ar", Text: "أعلنت ورشات الأطلس عن صفقة"})
	if len(got.Organisations) != 1 || got.Organisations[0].Name != "Atlas Works" {
		t.Errorf("organisations = %v", got.Organisations)
	}
	cfg.Organisations = filepath.Join(t.TempDir(), "none.tsv")
	if _, err := NewLabeller(cfg); err == nil || !strings.Contains(err.Error(), "classifier.organisations") {
		t.Errorf("err = %v", err)
	}
}

func TestExplain(t *testing.T) {
	e := newLabeller(t, DefaultConfig()).Explain(visit)
	if len(e.Topics) == 0 || len(e.Topics[0].Words) == 0 {
		t.Fatalf("no reasons: %+v", e.Topics)
	}
	if w := e.Topics[0].Words[0]; w.Score <= 0 || w.Count < 1 || !strings.Contains(visit.Title+" "+visit.Text, w.Text) {
		t.Errorf("first word = %+v", w)
	}
	for _, found := range slices.Concat(e.Places, e.Organisations) {
		for _, s := range found.Spans {
			in := visit.Text
			if s.In == "title" {
				in = visit.Title
			}
			if cut := string([]rune(in)[s.Start:s.End]); cut != s.Text || cut == "" {
				t.Errorf("%s: span %+v is %q", found.ID, s, cut)
			}
		}
	}
	if len(e.Places) < 2 || len(e.Organisations) == 0 || len(e.Watches) != 1 {
		t.Errorf("explanation = %+v", e)
	}
}

func TestValidate(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"workers":        func(c *Config) { c.Workers = 0 },
		"min_confidence": func(c *Config) { c.MinConfidence = 1.1 },
		"watches_every":  func(c *Config) { c.WatchesEvery = 0 },
	} {
		c := DefaultConfig()
		change(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), name+":") {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}
