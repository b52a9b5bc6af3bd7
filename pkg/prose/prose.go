// Package prose makes texts up, in Arabic, French and English, for worlds that
// tests and demonstrations run on. What it makes follows from the random source
// alone.
package prose

import (
	"fmt"
	"math/rand/v2"
	"unicode"
	"unicode/utf8"
)

// Languages are those there are words of.
var Languages = []string{"ar", "fr", "en"}

// Of returns the vocabulary of one of Languages.
func Of(lang string) Vocabulary { return vocabularies[lang] }

// Vocabulary makes sentences that no newspaper ever printed.
type Vocabulary struct {
	who, does, says, what, where, when, syllables []string
}

// Sentence makes one.
func (v Vocabulary) Sentence(r *rand.Rand) string {
	return capital(fmt.Sprintf("%s %s %s %s %s %s %s %s %d.", pick(r, v.who), v.Name(r), pick(r, v.does), v.Name(r), pick(r, v.what), v.Name(r),
		pick(r, v.where), pick(r, v.when), 1+r.IntN(100_000)))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// Name coins a name. There are so many that two texts share few: what is no copy
// must not look like one.
func (v Vocabulary) Name(r *rand.Rand) string {
	return pick(r, v.syllables) + pick(r, v.syllables) + pick(r, v.syllables)
}

// Paragraphs are about so many words altogether, in paragraphs of three sentences.
func (v Vocabulary) Paragraphs(r *rand.Rand, words int) []string {
	return paragraphs(words, func() string { return v.Sentence(r) })
}

// Headline is short: there are not many of them.
func (v Vocabulary) Headline(r *rand.Rand) string {
	return fmt.Sprintf("%s %s %s", pick(r, v.who), pick(r, v.does), pick(r, v.what))
}

var vocabularies = map[string]Vocabulary{
	"ar": {
		who:       []string{"وزيرة الزراعة", "رئيس البلدية", "فريق من الباحثين", "نقابة الصيادين", "مديرة المتحف", "الشركة الوطنية للمياه", "لجنة المهرجان", "مزارعو الوادي", "مجلس الجامعة", "هيئة الموانئ", "حارس المنارة القديمة", "طلاب المدرسة الثانوية"},
		does:      []string{"أعلنت عن", "درس", "افتتح", "رفض بعد نقاش طويل", "وعدت بأن تراجع", "قاست للمرة الأولى", "باع نصف", "أصلح قبل الشتاء", "زار مع ضيوفه", "كتبت تقريرا عن", "جمعت آراء السكان حول", "أجّل إلى موعد آخر"},
		says:      []string{"قال", "أعلن", "أكد", "أوضح", "أضاف", "ذكر", "قالت", "أعلنت", "أكدت", "بحسب"},
		what:      []string{"محصول القمح الجديد", "خط القطار السريع", "جسر النهر الكبير", "سعر زيت الزيتون", "سوق الكتب المستعملة", "محطة الطاقة الشمسية", "ميزانية الحدائق العامة", "رحلات الطيور المهاجرة", "قوارب الصيد الصغيرة", "آبار القرى البعيدة", "مسرح الهواء الطلق", "طريق الجبل"},
		where:     []string{"في المغرب", "قرب الساحل في تونس", "في جنوب مصر", "عند أطراف الأردن", "في قرى لبنان", "على حدود الجزائر", "في ميناء عُمان", "بين مدن العراق", "في وادي السودان", "في شمال موريتانيا"},
		when:      []string{"صباح يوم الاثنين رقم", "قبل نهاية الشهر بعد جلسة", "خلال الأسبوع الماضي ضمن خطة", "مع بداية الموسم في عام", "بعد سنوات من الانتظار وفق قرار", "أمام جمهور بلغ عدده"},
		syllables: []string{"با", "تو", "ري", "شم", "كا", "لو", "مي", "نور", "سا", "دي", "فا", "زو", "هام", "قي", "رو", "جا"},
	},
	"fr": {
		who:       []string{"la ministre des forêts", "le maire du village", "une équipe de géologues", "la coopérative laitière", "le gardien du phare", "l'association des randonneurs", "la compagnie des tramways", "un groupe d'apiculteurs", "la directrice du théâtre", "le conseil régional"},
		does:      []string{"présente", "refuse encore", "mesure depuis hier", "restaure lentement", "propose de vendre", "photographie", "inspecte avec soin", "reporte", "finance en partie", "compare sans hâte"},
		says:      []string{"a annoncé", "a déclaré", "a indiqué", "a précisé", "a ajouté", "a expliqué", "a dit", "selon", "avec", "pour"},
		what:      []string{"la récolte de lavande", "le vieux moulin à vent", "les quais de la gare", "le prix du fromage", "la bibliothèque itinérante", "les chemins de montagne", "un pont de pierre", "la réserve d'eau douce", "le marché aux fleurs", "les archives du cadastre"},
		where:     []string{"au sud de la France", "dans un canton de Suisse", "près de la côte en Belgique", "au nord du Sénégal", "dans la vallée au Canada", "sur une île de Grèce", "au centre du Portugal"},
		when:      []string{"depuis la séance numéro", "après un vote du dossier", "avant la fin du chantier", "lors de la visite numéro", "selon le rapport"},
		syllables: []string{"bel", "mar", "lo", "vi", "tan", "ce", "rou", "dri", "pon", "au", "sel", "gni", "mo", "fau", "ber", "ty"},
	},
	"en": {
		who:       []string{"the harbour board", "a team of beekeepers", "the mayor of the old town", "the railway workshop", "two retired surveyors", "the school orchestra", "the county archive", "a group of potters", "the lighthouse trust", "the weather office"},
		does:      []string{"repaired", "turned down", "measured again", "opened early", "quietly sold", "painted", "counted", "moved", "insured", "drew plans for"},
		says:      []string{"said", "announced", "told", "added", "reported", "says", "according to", "with", "for", "from"},
		what:      []string{"the barley harvest", "a fleet of ferries", "the clock tower", "the price of wool", "an orchard of pears", "the tram depot", "seven stone bridges", "the town's reservoirs", "a travelling library", "the chalk quarry"},
		where:     []string{"in the hills of Norway", "on the coast of Kenya", "near the lakes of Finland", "in a valley of Chile", "at the edge of Japan", "outside the capital of Ireland", "in the west of India"},
		when:      []string{"after meeting number", "before the deadline of order", "during survey", "at the request of petition", "under permit"},
		syllables: []string{"wick", "ham", "or", "del", "thorn", "by", "mar", "low", "ash", "ken", "pell", "dun", "row", "hest", "ley", "ga"},
	},
}
