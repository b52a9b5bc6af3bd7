package text

import (
	"bufio"
	_ "embed"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Unknown is the language of a text that cannot be told (BCP 47 "und").
const Unknown = "und"

// languageWindow is how many words decide: a language shows early.
const languageWindow = 1500

// minLanguageConfidence is what Language must reach to name a language.
const minLanguageConfidence = 0.35

// Language guesses the language a text is mostly written in: a BCP 47 base
// language ("ar", "ckb") and how sure that is, 0 to 1; Unknown when unsure, with
// the confidence that did not suffice.
//
// The script comes first. Where several languages share it, each word speaks for
// the languages whose function words or distinctive letters it has, the more the
// fewer languages share them.
func Language(s string) (lang string, confidence float64) {
	script, share := Script(s)
	candidates := languagesByScript[script]
	switch len(candidates) {
	case 0:
		return Unknown, 0
	case 1:
		return candidates[0], share
	}
	best, second, words := "", "", 0
	scores := map[string]float64{}
	for w := range lowerWords(s) {
		if words++; words > languageWindow {
			break
		}
		evidence(w, script, scores)
	}
	for _, l := range slices.Sorted(maps.Keys(scores)) {
		switch {
		case best == "" || scores[l] > scores[best]:
			best, second = l, best
		case second == "" || scores[l] > scores[second]:
			second = l
		}
	}
	if best == "" {
		return Unknown, 0
	}
	margin := (scores[best] - scores[second]) / scores[best]
	density := math.Min(1, 8*scores[best]/float64(words)) // an eighth of the words suffices
	confidence = share * density * (0.45 + 0.55*margin)
	if confidence < minLanguageConfidence {
		return Unknown, confidence
	}
	return best, confidence
}

// Base is the base language of a BCP 47 tag as pages and feeds give it: "ar" for
// "ar-MA" and "AR_ma". It is empty when tag is no language tag, and the codes
// that ISO 639 withdrew get their successors.
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), "-")
	base = strings.ToLower(base)
	if len(base) < 2 || len(base) > 3 || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	switch base {
	case "iw":
		return "he"
	case "in":
		return "id"
	case "ji":
		return "yi"
	case "no":
		return "nb"
	case Unknown, "mul", "zxx", "mis":
		return ""
	}
	return base
}

// scripts are those that Language tells apart. Kana stands for Japanese: Han
// beside any real share of kana is Japanese.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Arabic", unicode.Arabic}, {"Cyrillic", unicode.Cyrillic},
	{"Greek", unicode.Greek}, {"Hebrew", unicode.Hebrew}, {"Devanagari", unicode.Devanagari},
	{"Bengali", unicode.Bengali}, {"Thai", unicode.Thai}, {"Hangul", unicode.Hangul},
	{"Kana", unicode.Hiragana}, {"Kana", unicode.Katakana}, {"Han", unicode.Han},
}

// Script is the script of most letters of s, by its name in Unicode ("Arabic"),
// and its share of all letters; empty without letters of a script known here.
// Japanese is "Kana". A character of Chinese, Japanese or Korean weighs three letters, as it says
// about as much.
func Script(s string) (script string, share float64) {
	counts := map[string]int{}
	total, last := 0, 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if !unicode.Is(scripts[last].table, r) {
			i := slices.IndexFunc(scripts, func(s struct {
				name  string
				table *unicode.RangeTable
			}) bool {
				return unicode.Is(s.table, r)
			})
			if i < 0 {
				total++
				continue
			}
			last = i
		}
		weight := 1
		if r >= 0x2E80 {
			weight = 3
		}
		counts[scripts[last].name] += weight
		total += weight
	}
	if counts["Kana"]*10 > counts["Han"] {
		counts["Kana"] += counts["Han"]
		counts["Han"] = 0
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > counts[script] {
			script = name
		}
	}
	if script == "" {
		return "", 0
	}
	return script, float64(counts[script]) / float64(total)
}

// evidence adds what one word says to the scores of the languages of a script.
func evidence(word, script string, scores map[string]float64) {
	m := markers[script]
	for _, l := range m.words[word] {
		scores[l] += 1 / float64(len(m.words[word]))
	}
	if script == "Arabic" && len(word) > 8 && strings.HasPrefix(word, "ال") {
		scores["ar"] += 0.5 // the article: loans in other languages rarely keep it
	}
	seen := ""
	for _, r := range word {
		if langs := m.letters[r]; len(langs) > 0 && !strings.ContainsRune(seen, r) {
			seen += string(r)
			for _, l := range langs {
				scores[l] += 0.3 / float64(len(langs))
			}
		}
	}
}

// lowerWords yields the words of s in lower case and NFC, otherwise as written:
// folding would remove what tells the languages apart.
func lowerWords(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for run := range runs(s) {
			if !run.cjk && !yield(norm.NFC.String(strings.ToLower(run.raw))) {
				return
			}
		}
	}
}

//go:embed languages.tsv
var languagesTSV string

// marker holds, for one script, the languages each word and letter speaks for.
type marker struct {
	words   map[string][]string
	letters map[rune][]string
}

var languagesByScript, markers = readLanguages(languagesTSV)

func readLanguages(tsv string) (byScript map[string][]string, markers map[string]*marker) {
	byScript, markers = map[string][]string{}, map[string]*marker{}
	for lines := bufio.NewScanner(strings.NewReader(tsv)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		fields := strings.Split(lines.Text(), "\t")
		lang, script := fields[0], fields[1]
		byScript[script] = append(byScript[script], lang)
		m := markers[script]
		if m == nil {
			m = &marker{words: map[string][]string{}, letters: map[rune][]string{}}
			markers[script] = m
		}
		for _, r := range fields[2] {
			m.letters[r] = append(m.letters[r], lang)
		}
		for w := range strings.FieldsSeq(fields[3]) {
			w = norm.NFC.String(w)
			if !slices.Contains(m.words[w], lang) {
				m.words[w] = append(m.words[w], lang)
			}
		}
	}
	return byScript, markers
}
