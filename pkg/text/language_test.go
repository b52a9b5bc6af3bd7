package text

import (
	"bufio"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/text/langmodel"
)

// TestLanguages tells sentences and headlines of the languages that matter most.
func TestLanguages(t *testing.T) {
	f, err := os.Open("testdata/languages.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	right, of := map[string]int{}, map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		want, s, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			continue
		}
		of[want]++
		lang, confidence := Language(s)
		if lang == want {
			right[want]++
			continue
		}
		t.Logf("Language(%q) = %s (%.2f), want %s", s, lang, confidence, want)
	}
	total := 0
	for lang, n := range of {
		if n != 6 || right[lang] < 5 {
			t.Errorf("%s: %d of %d texts are told right, want 6, or 5 of them", lang, right[lang], n)
		}
		total += right[lang]
	}
	if len(of) != 40 || total < 6*len(of)*98/100 {
		t.Errorf("%d texts in %d languages are told right, want 98 of 100 in 40", total, len(of))
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", Unknown},
		{"no letters", "12345 !! ٢٠٢٥ — 30%", Unknown},
		{"keys at random", "qwfpg zxcvb hjklq wfqzx", Unknown},
		{"address only", "https://example.com/news/politics www.example.org", Unknown},
		{"script not known", "ᎣᏏᏲ ᎣᎩᎾᎵ", Unknown},
		{"broken bytes", "\xff\xfe\x80", Unknown},
		{"Moroccan", "شنو وقع ليوم فالدار البيضاء وعلاش الناس بزاف معصبين", "ar"},
		{"Egyptian", "احنا مش عارفين ليه الأسعار بتزيد كده كل يوم في السوق", "ar"},
		{"hamza and dots left out", "اعلن الرئيس الامريكى عن خطه جديده فى المنطقه", "ar"},
		{"vowel signs and stretching", "قَالَ الرَّئِيسُ إِنَّ الحُكُومَةَ ســتــعــمــل", "ar"},
		{"shapes of joined letters", "\uFEED\uFE97\uFED8\uFEEE\uFEDD \uFE8D\uFEDF\uFEA4\uFEDC\uFEEE\uFEE3\uFE94 \uFE87\uFEE5 \uFE8D\uFEDF\uFEA8\uFEC4\uFE94 \uFEA7\uFEB0\uFE93", "ar"},
		{"Latin names in Arabic", "«Oppo» تطلق هاتف «Mirror 5s» في الأسواق", "ar"},
		{"numbers in Arabic", "فوز المنتخب 3-1 يوم 12/11/2025 الساعة 20:45", "ar"},
		{"links in Arabic", "شاهد المباراة https://www.example.com/sport/live/football-match-tonight-with-comments @example_sport_news", "ar"},
		{"Persian on an Arabic keyboard", "رئيس جمهور گفت كه اين طرح براي مردم اجرا مي شود", "fa"},
		{"Dari", "وزارت صحت عامه اعلام کرد که واکسین تازه به همه ولایات فرستاده می‌شود", "fa"},
		{"Yiddish", "די רעגירונג האט געזאגט אז די נייע שול וועט זיך עפענען", "yi"},
		{"capitals", "LE MINISTRE ANNONCE UNE NOUVELLE LOI POUR LES HÔPITAUX", "fr"},
		{"accents left out", "El presidente anuncio que las obras comenzaran el proximo ano en toda la region", "es"},
		{"decomposed", "Le gouvernement a annonce\u0301 la cre\u0301ation d'une socie\u0301te\u0301", "fr"},
		{"cedilla for comma", "Guvernul a anunţat că preţurile vor creşte şi în luna următoare", "ro"},
		{"Latin Serbian", "Vlada je saopštila da će se cene struje povećati od sledećeg meseca", "sr"},
		{"Marathi", "सरकारने सोमवारी नवीन रुग्णालयाची घोषणा केली आहे", "mr"},
		{"Nepali", "सरकारले सोमबार नयाँ अस्पतालको घोषणा गरेको छ", "ne"},
		{"Cantonese", "政府話下個月會起多啲新樓畀市民住，唔使再等咁耐", "zh"},
		{"Armenian", "Կառավարությունը հայտարարեց նոր ծրագրի մասին", "hy"},
		{"Arabic read as Windows-1252", "ÃÚáäÊ ÇáÍßæãÉ Úä ÎØÉ ÌÏíÏÉ Ýí ÇáãÏíäÉ", Unknown},
		{"UTF-8 read as Windows-1252", "Ø£Ø¹Ù„Ù†Øª Ø§Ù„Ø­ÙƒÙˆÙ…Ø© Ø¹Ù† Ø®Ø·Ø© Ø¬Ø¯ÙŠØ¯Ø©", Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if lang, confidence := Language(tt.in); lang != tt.want {
				t.Errorf("Language(%q) = %s (%.2f), want %s", tt.in, lang, confidence, tt.want)
			}
		})
	}
}

// TestLanguageIsBounded gives a text that is long, and another language at its end.
func TestLanguageIsBounded(t *testing.T) {
	long := strings.Repeat("تواصل الحكومة دعم المستشفيات. ", 1000) + strings.Repeat("The government goes on. ", 100_000)
	if lang, confidence := Language(long); lang != "ar" || confidence < 0.9 {
		t.Errorf("the start of a long text must decide, it is %s (%.2f)", lang, confidence)
	}
	few := "خبر عاجل " + strings.Repeat("12345 ", 5000)
	if lang, _ := Language(few); lang != "ar" {
		t.Errorf("two words and many numbers are %s", lang)
	}
	if got := window("مرصد", 3); got != "م" {
		t.Errorf("window cuts a character: %q", got)
	}
}

func TestLanguageModel(t *testing.T) {
	if LanguageModelBytes() > 1<<20 {
		t.Errorf("the model has %d bytes, want 1 MiB at most", LanguageModelBytes())
	}
	start := time.Now()
	m, err := langmodel.Read(languageFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("read in %v", time.Since(start))
	known := knownLanguages(m)
	for lang := range strings.FieldsSeq("ar fa ur ckb ps sd ug he yi en fr es pt it de nl pl cs ro el tr ru uk bg sr mk be kk " +
		"hu sv da nb fi hi mr ne bn ta th vi id ms zh ja ko am sw so ha sk hr sl sq lt lv et ca eu az tl hy ka gu te kn ml si my km lo") {
		if !slices.Contains(known, lang) {
			t.Errorf("the model does not know %s", lang)
		}
	}
}

func knownLanguages(m *langmodel.Model) []string {
	known := []string{Unknown}
	for _, in := range m.Scripts() {
		known = append(known, m.Languages(in)...)
	}
	return known
}

func TestBase(t *testing.T) {
	for in, want := range map[string]string{
		"ar": "ar", "ar-MA": "ar", "EN_us": "en", "iw": "he", "ckb-Arab": "ckb",
		"": "", "und": "", "arabic": "", "x": "", "a1": "", " fr ": "fr",
	} {
		if got := Base(in); got != want {
			t.Errorf("Base(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestScript(t *testing.T) {
	for in, want := range map[string]string{
		"مرصد and مرصد": "Arabic", "Marsad مرصد 12": "Latin", "新しい工場": "Kana", "新工厂": "Han", "공장": "Hangul",
		"завод": "Cyrillic", "": "", "12 !": "", "ᎣᏏᏲ": "",
	} {
		if got, share := Script(in); got != want || share < 0 || share > 1 {
			t.Errorf("Script(%q) = %q (%.2f), want %q", in, got, share, want)
		}
	}
}

func TestDirection(t *testing.T) {
	for _, tt := range []struct {
		lang, text string
		want       news.Direction
	}{
		{"ar", "نص عربي فيه with", news.RightToLeft},
		{"en", "an English text about مرصد", news.LeftToRight},
		{"en", "«Galaxy S25» يصل إلى أسواق الخليج العربي", news.RightToLeft},
		{"ar", "شركة Example تعلن نتائجها", news.RightToLeft},
		{"ar", "Al Jazeera and العربية compete for viewers", news.LeftToRight},
		{"en", "مباشر: https://www.example.com/live/a-very-long-address-in-latin-letters", news.RightToLeft},
		{"en", "راسلونا: desk.of.news@example.com @example_newsroom", news.RightToLeft},
		{"en", "הבחירות 2025 Live", news.RightToLeft},
		{"fr", "1 234 567 89 نعم", news.RightToLeft},
		{"ar", "12 : 30", news.RightToLeft},
		{"ar", "٢٠٢٥ / 2025", news.RightToLeft},
		{"fa-IR", "abc ابپ", news.RightToLeft}, // as many of both
		{"en", "abc ابپ", news.LeftToRight},
		{"en", "ދިވެހި", news.RightToLeft},
		{"he-IL", "", news.RightToLeft},
		{Unknown, "", news.LeftToRight},
		{Unknown, "\xff\xfe", news.LeftToRight},
	} {
		if got := Direction(tt.lang, tt.text); got != tt.want {
			t.Errorf("Direction(%q, %q) = %s, want %s", tt.lang, tt.text, got, tt.want)
		}
	}
}

func TestWithoutAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"no address here. None.":          "no address here. None.",
		"see https://example.com/a?b=c d": "see   d",
		"详见https://example.com/新闻。":       "详见 新闻。",
		"to a.b@example.com, @handle":     "to    ",
		"www.Example.COM x":               "  x",
		"on example.org today":            "on   today",
		"End.The U.S.A. 3.5 @ 10:30 a.m.": "End.The U.S.A. 3.5 @ 10:30 a.m.",
	} {
		if got := withoutAddresses(in); got != want {
			t.Errorf("withoutAddresses(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	for _, seed := range []string{"نص قصير", "\xff", "a@b", "新しい", "https://example.com نص", "\uFDFA", "e\u0301"} {
		f.Add(seed)
	}
	m, err := langmodel.Read(languageFile)
	if err != nil {
		f.Fatal(err)
	}
	known := knownLanguages(m)
	f.Fuzz(func(t *testing.T, s string) {
		lang, confidence := Language(s)
		if !(confidence >= 0 && confidence <= 1) || !slices.Contains(known, lang) {
			t.Fatalf("Language(%q) = %q, %v", s, lang, confidence)
		}
		if lang != Unknown && (Base(lang) != lang || confidence < minLanguageConfidence) {
			t.Fatalf("Language(%q) = %q, %v", s, lang, confidence)
		}
		if again, same := Language(s); again != lang || same != confidence {
			t.Fatalf("Language(%q) differs from call to call", s)
		}
		if d := Direction(lang, s); d != news.RightToLeft && d != news.LeftToRight {
			t.Fatalf("Direction(%q) = %q", s, d)
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	texts := map[string]string{"headline": "ارتفاع أسعار النفط عالميا"}
	maps.Copy(texts, benchmarkTexts)
	for name, s := range texts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Language(s)
			}
		})
	}
}

func BenchmarkLanguageModel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := langmodel.Read(languageFile); err != nil {
			b.Fatal(err)
		}
	}
}
