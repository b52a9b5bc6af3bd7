package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStem(t *testing.T) {
	for _, tt := range []struct{ lang, want, forms string }{
		{"ar", "مدرس", "مدرسه المدرسه والمدرسه بالمدرسه مدرسات المدرسين مدرسون للمدرس"},
		{"ar", "سفير", "سفير السفير وسفير والسفير سفيره سفيرها"},
		{"ar", "طالب", "طالب طالبه الطالبات طالبان"},
		{"ar", "من", "من"},
		{"en", "city", "city cities"},
		{"en", "damag", "damage damages damaged damaging"},
		{"en", "stop", "stop stops stopped stopping"},
		{"en", "virus", "virus"},
		{"en", "sing", "sing"},
		{"en", "boss", "boss"},
		{"fr", "nouvel", "nouvelle nouvelles nouvel"},
		{"fr", "cheval", "chevaux cheval"},
		{"fr", "eau", "eau"},
		{"es", "incendi", "incendio incendios"},
		{"es", "afectad", "afectada afectados"},
		{"de", "kind", "kind kinder kindern kindes"},
		{"tr", "depre", "deprem depremler depremde"},
		{"pl", "warsza", "warszawa warszawie"},
		{"", "warsza", "warszawa"},
		{"ru", "москов", "московский московского"},
		{"he", "ממשלות", "ממשלות"},
		{"zh", "政府", "政府"},
		{"en", "covid19s", "covid19s"},
	} {
		for form := range strings.FieldsSeq(tt.forms) {
			if got := Stem(tt.lang, form); got != tt.want {
				t.Errorf("Stem(%q, %q) = %q, want %q", tt.lang, form, got, tt.want)
			}
		}
	}
}

func FuzzStem(f *testing.F) {
	for _, lang := range []string{"ar", "en", "fr", "es", "de", "tr", "ru", ""} {
		f.Add(lang, "والمدرسات")
		f.Add(lang, "running")
	}
	f.Fuzz(func(t *testing.T, lang, word string) {
		word = Fold(word)
		stem := Stem(lang, word)
		if stemLetters[lang] != nil && !hasDigit(word) && stem != stemByLists(lang, word) {
			t.Errorf("Stem(%q, %q) = %q, by lists %q", lang, word, stem, stemByLists(lang, word))
		}
		if word != "" && stem == "" || !utf8.ValidString(stem) || len(stem) > len(word)+1 {
			t.Errorf("Stem(%q, %q) = %q", lang, word, stem)
		}
	})
}
