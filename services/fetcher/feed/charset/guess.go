package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// candidate is an encoding that an unlabelled document may be in.
type candidate struct {
	name string
	enc  encoding.Encoding
}

// candidates are tried in this order: of two as likely, the first is taken.
func candidates() []candidate {
	return []candidate{
		{"windows-1256", charmap.Windows1256},
		{"windows-1252", charmap.Windows1252},
		{"windows-1251", charmap.Windows1251},
		{"koi8-r", charmap.KOI8R},
		{"gb18030", simplifiedchinese.GB18030},
		{"big5", traditionalchinese.Big5},
		{"euc-jp", japanese.EUCJP},
		{"shift_jis", japanese.ShiftJIS},
		{"euc-kr", korean.EUCKR},
		{"windows-1253", charmap.Windows1253},
		{"windows-1255", charmap.Windows1255},
		{"windows-874", charmap.Windows874},
		{"windows-1250", charmap.Windows1250},
		{"iso-8859-6", charmap.ISO8859_6},
		{"ibm866", charmap.CodePage866},
	}
}

// guess finds the encoding in which a text has the letters that texts have.
func guess(sample []byte) (encoding.Encoding, string) {
	best, most := candidates()[1], -1.0
	for _, c := range candidates() {
		if p := likeness(decode(c.enc, sample)); p > most {
			best, most = c, p
		}
	}
	return best.enc, best.name
}

// fits reports whether a text can be in the encoding of its label. Labels of Western
// encodings are often wrong: what looks clearly more like another script is that.
func fits(enc encoding.Encoding, name string, sample []byte) bool {
	text := decode(enc, sample)
	bad := strings.Count(string(text), "\uFFFD")
	for _, r := range string(text) {
		if r >= 0x80 && r < 0xa0 {
			bad++
		}
	}
	other := 0
	for _, c := range sample {
		if c >= utf8.RuneSelf {
			other++
		}
	}
	if bad*10 > other {
		return false
	}
	if name != "windows-1252" {
		return true
	}
	_, guessed := guess(sample)
	return guessed == name || guessed == "windows-1250" || likeness(text) > 0.5
}

// alphabet is the letters that make about half of texts in a script.
type alphabet struct {
	script   *unicode.RangeTable
	from, to rune // where most of the script is: it is looked for there first
	frequent string
}

// alphabets are those of the candidates.
func alphabets() []alphabet {
	return []alphabet{
		{unicode.Arabic, 0x600, 0x6ff, "اليمونرتبةعد"},
		{unicode.Cyrillic, 0x400, 0x4ff, "оеаинтсрвлкмдпу"},
		{unicode.Greek, 0x370, 0x3ff, "αοιετνσρκπςηυ"},
		{unicode.Hebrew, 0x590, 0x5ff, "יולהאתרמבנש"},
		{unicode.Thai, 0xe00, 0xe7f, "าันกอรเนงยลมวดทส่้"},
		{unicode.Han, 0x4e00, 0x9fff, "的一是不了在人有我他这中大来上国个到说们为子和地时道出会年日本新這個國說們為時會對發"},
		{unicode.Hangul, 0xac00, 0xd7a3, "이다는에의가을하고를은지로한사기도서리대"},
		{unicode.Hiragana, 0x3040, 0x309f, "のにはをたがでてとしれさるいあっなかもら"},
	}
}

// western are the letters with marks of Western European languages, most frequent first.
const western = "éèàçêüöäßáíóúñãõâîôûåøæœìòùÉÀÖÜÄ’‘“”«»–—…°€£©®º·¿¡\u00a0"

// likeness says, up to 1, how much a text looks like one: by its letters other than ASCII,
// how frequent they are in their script, and what stands beside them.
func likeness(text []byte) float64 {
	sum, n := 0.0, 0
	known := alphabets()
	var before rune
	for _, r := range string(text) {
		if r >= utf8.RuneSelf {
			n++
			sum += letter(r, before, known)
		}
		before = r
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// letter judges one character after another.
func letter(r, before rune, known []alphabet) float64 {
	beside := before >= utf8.RuneSelf && unicode.IsLetter(before)
	for _, a := range known {
		if r >= a.from && r <= a.to && unicode.Is(a.script, r) {
			return a.letter(r, before)
		}
	}
	switch {
	case r == utf8.RuneError || r >= 0x80 && r < 0xa0 || r >= 0xe000 && r < 0xf900:
		return -5
	case r < 0x2200 && strings.ContainsRune(western, r):
		if beside {
			return -0.5 // they stand alone among ASCII letters
		}
		return 0.7
	case unicode.Is(unicode.Katakana, r) && r < 0xff00:
		return 0.8
	case unicode.Is(unicode.Katakana, r): // half width
		return -0.5
	case unicode.IsLetter(r) && beside:
		return -0.5
	case unicode.IsLetter(r):
		return 0.2
	case unicode.IsPunct(r):
		return 0.3
	}
	return -0.3
}

// letter judges one of the script's.
func (a alphabet) letter(r, before rune) float64 {
	p := 0.45
	if strings.ContainsRune(a.frequent, r) {
		p = 1
	}
	if a.script == unicode.Cyrillic && unicode.IsUpper(r) && unicode.IsLower(before) {
		p -= 1.5 // as in KOI8 read as windows-1251
	}
	if before < utf8.RuneSelf && unicode.IsLetter(before) {
		p--
	}
	return p
}
