package news

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// agencies are news agencies of the world and of the Arab countries: names in
// Arabic, English, French and of their own, and domains, by which publishers are
// named that have no other.
var agencies = []string{
	"وكالة أنباء الإمارات", "وام", "Emirates News Agency", "WAM", "wam.ae",
	"وكالة الأنباء السعودية", "واس", "Saudi Press Agency", "SPA", "Agence de presse saoudienne", "spa.gov.sa",
	"وكالة المغرب العربي للأنباء", "Maghreb Arabe Presse", "Agence marocaine de presse", "MAP", "mapnews.ma", "map.ma",
	"وكالة الأنباء الجزائرية", "واج", "Algérie Presse Service", "Algeria Press Service", "APS", "aps.dz",
	"وكالة تونس إفريقيا للأنباء", "وات", "Tunis Afrique Presse", "TAP", "tap.info.tn",
	"وكالة الأنباء الليبية", "وال", "Libyan News Agency", "LANA", "lana.gov.ly",
	"الوكالة الموريتانية للأنباء", "Agence mauritanienne d’information", "AMI", "ami.mr",
	"وكالة أنباء الشرق الأوسط", "أ ش أ", "Middle East News Agency", "MENA", "mena.org.eg",
	"وكالة السودان للأنباء", "سونا", "Sudan News Agency", "SUNA", "suna-sd.net",
	"وكالة الأنباء الأردنية", "بترا", "Jordan News Agency", "Petra", "petra.gov.jo",
	"وكالة الأنباء والمعلومات الفلسطينية", "وفا", "Palestine News Agency", "WAFA", "wafa.ps",
	"الوكالة الوطنية للإعلام", "National News Agency", "Agence nationale de l’information", "nna-leb.gov.lb",
	"الوكالة العربية السورية للأنباء", "سانا", "Syrian Arab News Agency", "SANA", "sana.sy",
	"وكالة الأنباء العراقية", "واع", "Iraqi News Agency", "INA", "ina.iq",
	"وكالة الأنباء الكويتية", "كونا", "Kuwait News Agency", "KUNA", "kuna.net.kw",
	"وكالة الأنباء القطرية", "قنا", "Qatar News Agency", "QNA", "qna.org.qa",
	"وكالة أنباء البحرين", "بنا", "Bahrain News Agency", "BNA", "bna.bh",
	"وكالة الأنباء العمانية", "Oman News Agency", "ONA", "omannews.gov.om",
	"وكالة الأنباء اليمنية", "سبأ", "Saba News Agency", "sabanew.net",
	"وكالة الأناضول", "الأناضول", "Anadolu Agency", "Anadolu Ajansı", "Agence Anadolu", "Anadolu", "aa.com.tr",
	"وكالة الجمهورية الإسلامية للأنباء", "إرنا", "IRNA", "irna.ir",
	"رويترز", "Reuters", "reuters.com",
	"وكالة فرانس برس", "فرانس برس", "أ ف ب", "Agence France-Presse", "AFP", "afp.com",
	"وكالة أسوشيتد برس", "أسوشيتد برس", "أسوشيتدبرس", "Associated Press", "AP", "apnews.com",
	"يونايتد برس إنترناشونال", "United Press International", "UPI", "upi.com",
	"بلومبرغ", "بلومبيرغ", "Bloomberg News", "Bloomberg", "bloomberg.com",
	"وكالة الأنباء الألمانية", "د ب أ", "Deutsche Presse-Agentur", "dpa", "dpa.com",
	"وكالة الأنباء الإسبانية", "إفي", "Agencia EFE", "EFE", "efe.com", "Europa Press", "europapress.es",
	"وكالة أنسا", "أنسا", "Agenzia ANSA", "ANSA", "ansa.it",
	"PA Media", "Press Association", "Belga", "ANP", "Keystone-SDA", "APA", "Lusa", "PAP", "TT Nyhetsbyrån", "NTB", "Ritzau",
	"تاس", "وكالة تاس", "TASS", "tass.com", "tass.ru", "نوفوستي", "RIA Novosti", "Interfax", "Укринформ", "Ukrinform",
	"شينخوا", "وكالة أنباء شينخوا", "Xinhua News Agency", "Xinhua", "Chine nouvelle", "xinhuanet.com", "news.cn",
	"كيودو", "وكالة كيودو", "Kyodo News", "Kyodo", "kyodonews.net", "Jiji Press",
	"يونهاب", "وكالة يونهاب", "Yonhap News Agency", "Yonhap", "yna.co.kr", "Press Trust of India", "PTI", "ANI", "Antara", "Bernama",
}

// agencyNames is agencies, folded.
var agencyNames = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool, len(agencies))
	for _, name := range agencies {
		names[foldName(name)] = true
	}
	return names
})

// distinctive is how long a folded name must be to mean an agency within a longer name.
const distinctive = 6

// IsAgency reports whether a publisher is a known news agency: by its whole
// name, by one of the parts that brackets, dashes and slashes make of it, or by
// a name in it that means nothing else.
func IsAgency(publisher string) bool {
	names := agencyNames()
	for _, part := range nameParts(publisher) {
		if names[part] {
			return true
		}
	}
	whole := " " + foldName(publisher) + " "
	for name := range names {
		if len([]rune(name)) >= distinctive && strings.Contains(whole, " "+name+" ") {
			return true
		}
	}
	return false
}

// sameName reports whether two names, or a part of each, are the same.
func sameName(a, b string) bool {
	parts := nameParts(b)
	return slices.ContainsFunc(nameParts(a), func(part string) bool { return slices.Contains(parts, part) })
}

// nameParts are a name, and its parts, folded.
func nameParts(name string) []string {
	parts := []string{foldName(name)}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("()[]/|–—،,:", r) }) {
		parts = append(parts, foldName(part))
	}
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}

// foldName is a name without regard to case, punctuation, vowel signs, and the
// ways to write hamza, ta marbuta and ya.
func foldName(name string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == 'ـ':
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.':
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(foldLetter(r))
	}
	return b.String()
}

func foldLetter(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ة':
		return 'ه'
	case 'ى':
		return 'ي'
	case 'é', 'è', 'ê':
		return 'e'
	case 'ı':
		return 'i'
	}
	return r
}
