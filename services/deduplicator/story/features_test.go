package story

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"marsad/pkg/news"
)

func TestFeaturesAreBounded(t *testing.T) {
	word := strings.Repeat("ب", 1<<20)
	for name, body := range map[string]string{
		"empty": "", "blank": " \n\t", "punctuation": strings.Repeat(".", 1<<20), "one word": word,
		"long": strings.Repeat("نص طويل جدا ", 5<<20/20), "invalid": strings.Repeat("\xff\xfe ", 1<<20),
		"numbers": strings.Repeat("123 456.789 ", 1<<18), "names": strings.Repeat("Aaron Bbbbbc ", 1<<18),
	} {
		for _, f := range []Features{FeaturesOf("ar", "", body), FeaturesOf("en", body, ""), FeaturesOf("", body, body)} {
			if len(f.terms) > maxTerms || len(f.names) > maxNames || len(f.numbers) > maxNumbers || len(f.places) > maxPlaces || len(f.title) > maxTitle {
				t.Errorf("%s: %d words, %d names, %d numbers", name, len(f.terms), len(f.names), len(f.numbers))
			}
		}
		if !reflect.DeepEqual(FeaturesOf("ar", "", body), FeaturesOf("ar", "", body[:min(len(body), bodyBytes)])) {
			t.Errorf("%s: more than %d bytes are looked at", name, bodyBytes)
		}
	}
}

// TestRestIsNotRead: what is behind the first words changes nothing.
func TestRestIsNotRead(t *testing.T) {
	body := strings.Repeat("كلمات من مقال ", bodyTokens)
	if !reflect.DeepEqual(FeaturesOf("ar", "عنوان", body), FeaturesOf("ar", "عنوان", body+"وخبر عاجل 123")) {
		t.Error("words behind the first 400 count")
	}
}

func TestEmptyIsAlone(t *testing.T) {
	c := New(DefaultConfig())
	for i := range 100 {
		f := FeaturesOf("ar", "", "...")
		if p := take(c, news.NewID(string(rune(i))), f, noon); p.Story != "" || !f.Empty() {
			t.Fatalf("an empty text is in story %s", p.Story)
		}
	}
	if c.Stories() != 100 {
		t.Errorf("%d stories", c.Stories())
	}
}

func TestInflectionAndSpelling(t *testing.T) {
	for lang, texts := range map[string][2]string{
		"ar": {"الوزارة تعلن أسماء المقبولين في الجامعات", "أعلنت وزارة أسماء مقبولين بالجامعة"},
		"fr": {"les nouvelles régions agricoles inondées", "la nouvelle région agricole inondée"},
		"en": {"floods damaged bridges and roads", "flood damages bridge, road"},
		"tr": {"depremler kentte binaları yıktı", "depremde kentteki binalar yıkıldı"},
		"es": {"los incendios forestales quemaron bosques", "incendio forestal quemado: el bosque"},
	} {
		if s := Similarity(FeaturesOf(lang, "", texts[0]), FeaturesOf(lang, "", texts[1])); s < 0.5 {
			t.Errorf("%s: %.2f", lang, s)
		}
	}
}

func TestSimilarity(t *testing.T) {
	a, b, other := reports[0].features(), reports[2].features(), reports[1].features()
	if s := Similarity(a, a); s < 0.999 || s > 1.001 {
		t.Errorf("with itself: %v", s)
	}
	if Similarity(a, b) != Similarity(b, a) || Similarity(a, b) < SamePair || Similarity(a, other) > SamePair/2 {
		t.Errorf("same event %v and %v, other event %v", Similarity(a, b), Similarity(b, a), Similarity(a, other))
	}
	if s := Similarity(Features{}, a) + Similarity(Features{}, Features{}); s != 0 {
		t.Errorf("with nothing: %v", s)
	}
	if same, far := Similarity(summitAr.features(), summitFr.features()), Similarity(summitAr.features(), farEn.features()); same < 0.3 || far > 0.1 {
		t.Errorf("between languages: same event %v, other %v", same, far)
	}
}

func TestFeaturesRoundTrip(t *testing.T) {
	for _, r := range append([]report{{}, summitAr, summitFr, farEn}, reports...) {
		want := r.features()
		b, err := want.AppendBinary(nil)
		if err != nil || len(b) > 500 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		var got Features
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if again, _ := got.AppendBinary(nil); !bytes.Equal(again, b) || got.square != want.square || got.lang != want.lang {
			t.Errorf("%q: %+v, want %+v", r.title, got, want)
		}
		for cut := range b {
			if err := got.UnmarshalBinary(b[:cut]); !errors.Is(err, ErrFeatures) {
				t.Fatalf("%d of %d bytes: %v", cut, len(b), err)
			}
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	b, _ := reports[0].features().AppendBinary(nil)
	f.Add(b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var x Features
		if x.UnmarshalBinary(b) != nil {
			return
		}
		c := New(DefaultConfig())
		take(c, news.NewID("a"), x, noon)
		take(c, news.NewID("b"), x, noon)
		again, _ := x.AppendBinary(nil)
		var y Features
		if err := y.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(x, y) {
			t.Fatalf("%+v becomes %+v: %v", x, y, err)
		}
		if s := Similarity(x, y); s < 0 || s > 1.001 {
			t.Fatalf("similarity %v", s)
		}
	})
}

func FuzzFeaturesOf(f *testing.F) {
	f.Add("ar", reports[0].title, reports[0].body)
	f.Add("en", farEn.title, farEn.body)
	f.Add("und", "\xff", "12,345.6 7")
	f.Fuzz(func(t *testing.T, lang, title, body string) {
		x := FeaturesOf(lang, title, body)
		b, _ := x.AppendBinary(nil)
		var y Features
		if err := y.UnmarshalBinary(b); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
	})
}
