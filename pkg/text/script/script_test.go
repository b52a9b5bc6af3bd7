package script

import (
	"math"
	"testing"
	"unicode"
)

func TestOf(t *testing.T) {
	for r, want := range map[rune]Script{
		'a': Latin, 'é': Latin, 'م': Arabic, 'ی': Arabic, 'א': Hebrew, '新': Han, 'い': Kana, 'ー': Kana, '공': Hangul,
		'ก': Thai, 'Ꭳ': Other, '1': None, ' ': None, '\u0301': Mark, '\u064B': Mark, unicode.ReplacementChar: None, -1: None, math.MaxInt32: None,
	} {
		if got := Of(r); got != want {
			t.Errorf("Of(%q) = %d, want %d", r, got, want)
		}
	}
}

// TestNames holds that every script has one name, and is found by it.
func TestNames(t *testing.T) {
	for s := Other + 1; s < count; s++ {
		if s.String() == "" || Named(s.String()) != s {
			t.Errorf("script %d is called %q, and that is %d", s, s.String(), Named(s.String()))
		}
	}
	if Named("Klingon") != None || None.String() != "" {
		t.Error("what is no script has a name")
	}
}

func TestCountsMain(t *testing.T) {
	for _, tt := range []struct {
		s     string
		want  Script
		share float64
	}{
		{"", None, 0}, {"12 !", None, 0}, {"ᎣᏏᏲ", None, 0}, {"abc", Latin, 1}, {"abc م", Latin, 0.75},
		{"工厂 news", Han, 0.6}, {"工場の", Kana, 1}, {"abcᎣ", Latin, 0.75},
	} {
		var c Counts
		c.Add(tt.s)
		if got, share := c.Main(); got != tt.want || math.Abs(share-tt.share) > 1e-9 {
			t.Errorf("main script of %q is %v (%.2f), want %v (%.2f)", tt.s, got, share, tt.want, tt.share)
		}
	}
}
