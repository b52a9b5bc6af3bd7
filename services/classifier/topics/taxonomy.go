package topics

// Taxonomy names the vocabulary and its version: the NewsCodes of the International
// Press Telecommunications Council, whose codes and names are licensed CC BY 4.0.
const Taxonomy = "IPTC Media Topics 2026-07-02"

// Name is a topic in the languages that Marsad speaks.
type Name struct{ Code, English, French, Arabic string }

// Second-level topics.
const (
	NationalSecurity       = "20000598"
	InternationalRelations = "20000638"
)

// Names are the topics that are told apart: the 17 of the first level in the order of
// their codes, then two of the second level, below "politics and government".
var Names = []Name{
	{"01000000", "arts, culture, entertainment and media", "Arts, culture, divertissement et médias", "فنون، ثقافة وترفيه"},
	{"02000000", "crime, law and justice", "Criminalité, droit et justice", "جريمة، قانون وقضاء"},
	{"03000000", "disaster, accident and emergency incident", "Désastres et accidents", "كوارث وحوادث"},
	{"04000000", "economy, business and finance", "Économie et finances", "اقتصاد، اعمال ومال"},
	{"05000000", "education", "Éducation", "تربية"},
	{"06000000", "environment", "Environnement", "بيئة"},
	{"07000000", "health", "Santé", "صحة"},
	{"08000000", "human interest", "Gens animaux insolite", "قضية انسانية"},
	{"09000000", "labour", "Social", "عمل"},
	{"10000000", "lifestyle and leisure", "Vie quotidienne et loisirs", "حياة يومية وترفيه"},
	{"11000000", "politics and government", "Politique", "سياسة"},
	{"12000000", "religion", "Religion et croyance", "ديانة ومعتقدات"},
	{"13000000", "science and technology", "Science et technologie", "علوم وتكنولوجيا"},
	{"14000000", "society", "Société", "قضايا اجتماعية"},
	{"15000000", "sport", "Sport", "رياضة"},
	{"16000000", "conflict, war and peace", "Conflit, guerre et paix", "نزاعات، حرب وسلام"}, //nolint:misspell // French
	{"17000000", "weather", "Météo", "طقس"},
	{NationalSecurity, "national security", "Sécurité nationale", "أمن وطني"},
	{InternationalRelations, "international relations", "Relations internationales", "علاقات دولية"},
}

const (
	First = 17 // so many topics are of the first level
	Count = 19 // all
)

// Index is the place of a code in Names, -1 if it has none.
func Index(code string) int {
	for i, n := range Names {
		if n.Code == code {
			return i
		}
	}
	return -1
}

// Level is 1 or 2.
func Level(code string) int {
	if Index(code) < First {
		return 1
	}
	return 2
}
