package story

import "marsad/pkg/text"

// A name is written alike in no two languages: Mohammed, Muhammad, محمد. What they
// agree on are the consonants, and even those only in classes. nameKey gives the
// hash of the consonants of a folded word, one letter per class, after the
// romanisation tables of ALA-LC and what newspapers make of them: vowels and the
// half-vowels w and y are dropped, p is b, v is f, q and hard c are k, j is g, th
// is t, all d-like and z-like letters are one each. Doubled letters count once.
// Names with fewer than three consonants say too little: ok is false.
func nameKey(folded string) (key uint32, ok bool) {
	var buf [maxSkeleton]byte
	skeleton := appendSkeleton(buf[:0], folded)
	if len(skeleton) < 3 {
		return 0, false
	}
	key = hashKey('n', skeleton) &^ longName
	if len(skeleton) > 3 {
		key |= longName
	}
	return key, true
}

// numberKey gives the hash of the digits of a number without separators. One digit
// says nothing, and years of our time are in all news.
func numberKey(digits []byte) (key uint32, ok bool) {
	if len(digits) < 2 || len(digits) > 12 || len(digits) == 4 && (digits[0] == '2' && digits[1] == '0' || digits[0] == '1' && digits[1] == '9') {
		return 0, false
	}
	return hashKey('0', digits), true
}

// longName is set in keys of names with more than three consonants: they say twice as much.
const longName = 1

const maxSkeleton = 16 // letters; the rest is cut

// appendSkeleton appends the consonants of a folded word; nothing if it is in
// neither Latin nor Arabic script.
func appendSkeleton(dst []byte, folded string) []byte {
	word := []rune(text.WithoutArticle(folded))
	for i := 0; i < len(word) && len(dst) < maxSkeleton; i++ {
		class := arabicClass(word[i])
		if class == 0 && word[i] < 0x80 {
			var wide bool
			if class, wide = latinClass(word, i); wide {
				i++
			}
		}
		switch {
		case class == 0:
			return dst[:0]
		case class == dropped, len(dst) > 0 && dst[len(dst)-1] == class:
		default:
			dst = append(dst, class)
		}
	}
	for len(dst) > 0 && dst[len(dst)-1] == 'h' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

const dropped = '.'

// latinClass is the class of the letter at i; wide says that it takes the next
// letter with it.
func latinClass(word []rune, i int) (class byte, wide bool) {
	r := word[i]
	if r < 'a' || r > 'z' {
		return 0, false
	}
	next := rune(0)
	if i+1 < len(word) {
		next = word[i+1]
	}
	switch {
	case next == 'h' && (r == 's' || r == 'c'):
		return 'S', true
	case next == 'h' && r == 'k':
		return 'x', true
	case next == 'h' && r == 'g':
		return 'g', true
	case next == 'h' && r == 'p':
		return 'f', true
	case next == 'h' && (r == 't' || r == 'd'):
		return latinLetters[r-'a'], true
	case r == 'c' && (next == 'e' || next == 'i' || next == 'y'):
		return 's', false
	case r == 'g' && i > 0 && word[i-1] == 'n':
		return dropped, false
	}
	return latinLetters[r-'a'], false
}

// latinLetters are the classes of a to z.
var latinLetters = [26]byte{
	dropped, 'b', 'k', 'd', dropped, 'f', 'g', 'h', dropped, 'g', 'k', 'l', 'm',
	'n', dropped, 'b', 'k', 'r', 's', 't', dropped, 'f', dropped, 's', dropped, 'z',
}

// arabicClass is the class of a folded Arabic letter, 0 for other characters.
func arabicClass(r rune) byte {
	switch r {
	case 'ا', 'و', 'ي', 'ع', 'ء', 'ے':
		return dropped
	case 'ب', 'پ':
		return 'b'
	case 'ت', 'ث', 'ط':
		return 't'
	case 'ج', 'غ', 'گ':
		return 'g'
	case 'ح', 'ه':
		return 'h'
	case 'خ':
		return 'x'
	case 'د', 'ذ', 'ض', 'ظ':
		return 'd'
	case 'ر':
		return 'r'
	case 'ز':
		return 'z'
	case 'س', 'ص':
		return 's'
	case 'ش', 'چ':
		return 'S'
	case 'ف', 'ڤ':
		return 'f'
	case 'ق', 'ك':
		return 'k'
	case 'ل':
		return 'l'
	case 'م':
		return 'm'
	case 'ن':
		return 'n'
	}
	return 0
}
