package text

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"ascii stays", "plain text 42", "plain text 42"},
		{"ascii lower", "Plain TEXT", "plain text"},
		{"harakat", "كَتَبَ الدَّرسَ", "كتب الدرس"},
		{"tatweel", "مـــرصد", "مرصد"},
		{"alef forms", "أحمد إلى آخر ٱسم", "احمد الي اخر اسم"},
		{"alef and hamza as two characters", "ا\u0654 ا\u0653 و\u0654 ي\u0654", "ا ا و ي"},
		{"hamza seats", "مسؤول شاطئ رئيس", "مسوول شاطي رييس"},
		{"hamza alone stays", "سماء", "سماء"},
		{"ta marbuta and alef maqsura", "مدرسة مستشفى", "مدرسه مستشفي"},
		{"persian letters", "ایران کتاب", "ايران كتاب"},
		{"persian word with a non-joiner", "می‌شود", "ميشود"},
		{"presentation forms", "ﻣﺼﺮ ﻻ", "مصر لا"},
		{"arabic digits", "٢٠٢٦ ۱۴۰۵", "2026 1405"},
		{"devanagari digits", "२०२६", "2026"},
		{"full width", "ＭＡＲＳＡＤ １", "marsad 1"},
		{"latin diacritics", "Élève Łódź Ørsted Straße Cœur İstanbul Tiếng Việt", "eleve lodz orsted strasse coeur istanbul tieng viet"},
		{"decomposed latin", "e\u0301te\u0301", "ete"},
		{"greek", "Ελλάς Άρης", "ελλασ αρησ"},
		{"cyrillic keeps its letters", "Ёлка Київ Чай", "елка київ чай"},
		{"hebrew points", "שָׁלוֹם", "שלום"},
		{"indic vowel signs stay", "हिन्दी", "हिन्दी"},
		{"bidirectional marks", "\u200fنص\u200e \u2067x\u2069", "نص x"},
		{"composes across a removed mark", "\u1100\u200b\u1161", "가"},
		{"invalid bytes", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestDigitRangesStartAtZero(t *testing.T) {
	for r := range unicode.MaxRune {
		if unicode.Is(unicode.Nd, r) && digit(r) == '9' && unicode.Is(unicode.Nd, r+1) && digit(r+1) != '0' {
			t.Errorf("the digits after %U do not start at zero", r)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Aé", "أَهْلاً", "ﷺ", "ｶﾞ", "İ", "\u0344", "ẞ", "e\u0301\u200d", "\xff", "ΐ", "가", "\u1100\u200b\u1161"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) = %q is not valid UTF-8", s, once)
		}
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range benchmarkTexts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Fold(s)
			}
		})
	}
}

// TestFoldsAlone: what is folded without normalising folds as it would with.
func TestFoldsAlone(t *testing.T) {
	for r := rune(0x80); r < 0x3000; r++ {
		if !foldsAlone(r) {
			continue
		}
		for _, s := range []string{string(r), "a" + string(r) + "b", "ب" + string(r) + string(r)} {
			if got, want := Fold(s), string(foldComposed(s)); got != want {
				t.Errorf("Fold(%q) = %q, and %q when normalised first", s, got, want)
			}
		}
	}
}
