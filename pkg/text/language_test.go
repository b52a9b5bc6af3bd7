package text

import (
	"testing"

	"marsad/pkg/news"
)

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"": Unknown, "12345 !!": Unknown, "xyzzy qwrt": Unknown,
		"أعلنت الحكومة عن خطة جديدة في المدينة التي تقع على الساحل":                                           "ar",
		"دولت اعلام کرد که این طرح را در سال آینده برای مردم اجرا می‌کند":                                     "fa",
		"حکومت نے اعلان کیا ہے کہ یہ منصوبہ اگلے سال شروع کیا جائے گا":                                        "ur",
		"حکوومەت ڕایگەیاند کە ئەم پڕۆژەیە لە ساڵی داهاتوو دەست پێ دەکات بۆ خەڵک":                              "ckb",
		"حکومت وویل چې دا پروژه به په راتلونکي کال کې د خلکو لپاره پیل شي":                                    "ps",
		"הממשלה הודיעה כי היא לא תפתח את התוכנית של השנה הבאה":                                                "he",
		"The government said that it will open the new plant for the city":                                    "en",
		"Le gouvernement a annoncé que la nouvelle usine sera ouverte dans la ville":                          "fr",
		"El gobierno anunció que la nueva planta se abrirá en la ciudad este año":                             "es",
		"O governo anunciou que não vai abrir a nova fábrica da cidade este ano":                              "pt",
		"Il governo ha annunciato che la nuova fabbrica della città è stata aperta":                           "it",
		"Die Regierung hat angekündigt, dass das neue Werk in der Stadt eröffnet wird":                        "de",
		"De regering heeft gezegd dat het nieuwe bedrijf in de stad wordt geopend":                            "nl",
		"Hükümet yeni tesisin bu yıl için çok önemli olduğunu ve daha sonra açılacağını söyledi":              "tr",
		"Rząd poinformował, że nowy zakład w mieście nie będzie otwarty w tym roku":                           "pl",
		"Regeringen sade att den nya fabriken inte ska öppnas i staden under året":                            "sv",
		"Pemerintah mengatakan bahwa pabrik baru tersebut akan dibuka di kota ini karena tidak ada yang lain": "id",
		"Chính phủ cho biết nhà máy mới của thành phố sẽ được mở trong năm nay":                               "vi",
		"Правительство сообщило, что новый завод будет открыт в городе после праздников":                      "ru",
		"Уряд повідомив, що новий завод буде відкрито в місті після свят, але не всі раді":                    "uk",
		"Правителството съобщи, че новият завод ще бъде открит в града след празниците":                       "bg",
		"Η κυβέρνηση ανακοίνωσε το νέο εργοστάσιο":                                                            "el",
		"सरकार ने कहा कि यह नया कारखाना इस साल शहर में खुलेगा":                                                "hi",
		"সরকার নতুন কারখানার কথা জানিয়েছে":                                                                   "bn",
		"政府宣布新工厂今年开业":            "zh",
		"政府は新しい工場を発表した":          "ja",
		"정부는 새 공장을 발표했다":         "ko",
		"รัฐบาลประกาศโรงงานใหม่": "th",
	} {
		lang, confidence := Language(in)
		if lang != want {
			t.Errorf("Language(%q) = %s (%.2f), want %s", in, lang, confidence, want)
		}
	}
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

func TestDirection(t *testing.T) {
	for _, tt := range []struct {
		lang, text string
		want       news.Direction
	}{
		{"ar", "نص عربي فيه with", news.RightToLeft},
		{"en", "an English text about مرصد", news.LeftToRight},
		{"ar", "12 : 30", news.RightToLeft},
		{"he-IL", "", news.RightToLeft},
		{Unknown, "", news.LeftToRight},
	} {
		if got := Direction(tt.lang, tt.text); got != tt.want {
			t.Errorf("Direction(%q, %q) = %s, want %s", tt.lang, tt.text, got, tt.want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("نص قصير")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, s string) {
		lang, confidence := Language(s)
		if confidence < 0 || confidence > 1 || lang == "" {
			t.Fatalf("Language(%q) = %q, %v", s, lang, confidence)
		}
		if lang != Unknown && Base(lang) != lang {
			t.Fatalf("Language(%q) = %q is no base language", s, lang)
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	for name, s := range benchmarkTexts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Language(s)
			}
		})
	}
}
