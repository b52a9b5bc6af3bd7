package training

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/langmodel/sib200"
	"marsad/pkg/text/script"
)

// Weights of sentences.
const (
	targetWeight  = 1   // of a language that matters most
	otherWeight   = 0.3 // of the others: they are the rarer ones in news
	variantWeight = 0.3 // of what is also written so
	noneWeight    = 0.3 // of what is no language
)

// Corpus makes examples of sentences: themselves, some of them as they are also
// written in news, and examples of what is no language the model shall tell.
func Corpus(sentences []sib200.Sentence) []Sentence {
	targets := map[string]bool{}
	for _, code := range sib200.Targets {
		targets[sib200.Language(code)] = true
	}
	var corpus []Sentence
	for i, s := range sentences {
		lang := sib200.Language(s.Code)
		switch {
		case targets[lang]:
			corpus = append(corpus, Sentence{lang, s.Text, targetWeight})
		case lang != "":
			corpus = append(corpus, Sentence{lang, s.Text, otherWeight})
		case i%5 == 0 && slices.Contains(sib200.Strangers, s.Code):
			corpus = append(corpus, Sentence{langmodel.Unknown, s.Text, noneWeight})
		}
		for _, v := range variants {
			if v.code == s.Code && i%v.every == 0 {
				corpus = append(corpus, Sentence{lang, v.write(s.Text), variantWeight})
			}
		}
		if targets[lang] && i%nonsenseEvery == 0 && scriptOf(s.Text) == script.Latin {
			corpus = append(corpus, Sentence{langmodel.Unknown, nonsense(s.Text, uint64(i)), noneWeight})
		}
		for _, wrong := range misread(i, s) {
			corpus = append(corpus, Sentence{langmodel.Unknown, wrong, noneWeight})
		}
	}
	return corpus
}

// nonsenseEvery says that one of so many sentences of a language that matters
// has another one of its letters at random, where the script is Latin: keys, names of
// products and the like are written in it.
const nonsenseEvery = 30

// nonsense puts any letter of s in the place of each.
func nonsense(s string, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 0))
	var letters []rune
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) && !slices.Contains(letters, r) {
			letters = append(letters, r)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return letters[random.IntN(len(letters))]
		}
		return r
	}, strings.ToLower(s))
}

// variants are other ways to write a language, and how many sentences have them.
var variants = []struct {
	code  string
	every int
	write func(string) string
}{
	{"arb_Arab", 4, strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا", "ي ", "ى ", "ة ", "ه ").Replace}, // hasty, Egyptian
	{"pes_Arab", 4, strings.NewReplacer("ی", "ي", "ک", "ك").Replace},                                   // typed on an Arabic keyboard
	{"urd_Arab", 8, strings.NewReplacer("ی", "ي", "ک", "ك").Replace},
	{"srp_Cyrl", 1, latinSerbian.Replace},
	{"ron_Latn", 4, strings.NewReplacer("ș", "ş", "ț", "ţ", "Ș", "Ş", "Ț", "Ţ").Replace}, // as before Unicode 3.0
	{"ron_Latn", 5, bare},
	{"spa_Latn", 6, bare}, {"por_Latn", 6, bare}, {"fra_Latn", 6, bare}, {"tur_Latn", 6, bare}, {"pol_Latn", 6, bare},
	{"jpn_Jpan", 1, kanji}, // headlines without kana
}

var latinSerbian = strings.NewReplacer(
	"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "ђ", "đ", "е", "e", "ж", "ž", "з", "z", "и", "i", "ј", "j", "к", "k",
	"л", "l", "љ", "lj", "м", "m", "н", "n", "њ", "nj", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "ћ", "ć", "у", "u",
	"ф", "f", "х", "h", "ц", "c", "ч", "č", "џ", "dž", "ш", "š",
	"А", "A", "Б", "B", "В", "V", "Г", "G", "Д", "D", "Ђ", "Đ", "Е", "E", "Ж", "Ž", "З", "Z", "И", "I", "Ј", "J", "К", "K",
	"Л", "L", "Љ", "Lj", "М", "M", "Н", "N", "Њ", "Nj", "О", "O", "П", "P", "Р", "R", "С", "S", "Т", "T", "Ћ", "Ć", "У", "U",
	"Ф", "F", "Х", "H", "Ц", "C", "Ч", "Č", "Џ", "Dž", "Ш", "Š",
)

// bare is s without the marks on its letters.
func bare(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		return s
	}
	return strings.NewReplacer("ł", "l", "Ł", "L", "ı", "i").Replace(plain)
}

// kanji is what is left of Japanese without its kana.
func kanji(s string) string {
	return strings.Map(func(r rune) rune {
		if script.Of(r) == script.Kana {
			return ' '
		}
		return r
	}, s)
}
