package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// report is an invented article.
type report struct {
	event             string
	lang, title, body string
	hours             int // after noon
}

var reports = []report{
	{"bridge", "ar", "انهيار جسر الوادي الكبير في نورانيا", "انهار جسر الوادي الكبير قرب مدينة نورانيا فجر الثلاثاء وسقطت ثلاث شاحنات في النهر. وقال محافظ نورانيا سامر الحلواني إن فرق الإنقاذ انتشلت سبعة جرحى، وإن الجسر بني عام 1968 وأغلق مرتين للصيانة.", 0},
	{"strike", "ar", "إضراب عمال ميناء مرسيدان يدخل أسبوعه الثاني", "دخل إضراب عمال ميناء مرسيدان أسبوعه الثاني بعد فشل المفاوضات بين النقابة وشركة الشحن. وتطالب النقابة برئاسة وداد الغرباوي بزيادة الأجور، وتكدست 240 حاوية على الأرصفة.", 0},
	{"bridge", "ar", "سبعة جرحى في سقوط شاحنات من جسر بنورانيا", "أصيب سبعة أشخاص عندما سقطت شاحنات في النهر إثر انهيار جسر الوادي الكبير. وأعلن المحافظ سامر الحلواني فتح تحقيق، وقالت فرق الإنقاذ إن البحث تحت أنقاض الجسر مستمر.", 3},
	{"strike", "ar", "فشل جولة جديدة من المفاوضات مع نقابة ميناء مرسيدان", "انتهت المفاوضات بين شركة الشحن ونقابة عمال ميناء مرسيدان دون اتفاق. وقالت وداد الغرباوي إن الإضراب مستمر حتى زيادة الأجور، فيما تتكدس الحاويات على الأرصفة.", 5},
	{"vaccine", "fr", "Le vaccin de Lormont contre la fièvre des marais autorisé", "L'agence du médicament a autorisé lundi le vaccin contre la fièvre des marais mis au point par l'institut Bellerive de Lormont. Les essais de la professeure Hélène Castagnier ont porté sur 3 400 volontaires.", 0},
	{"vaccine", "fr", "Fièvre des marais : feu vert au vaccin de l'institut Bellerive", "Premier vaccin contre la fièvre des marais : l'institut Bellerive a obtenu l'autorisation de l'agence du médicament. Hélène Castagnier, qui a dirigé les essais à Lormont, salue dix ans de travail.", 4},
	{"theft", "fr", "Vol de tableaux au musée Verdanson", "Cinq tableaux ont été volés dans la nuit au musée Verdanson. Les voleurs ont neutralisé l'alarme et brisé une fenêtre ; la directrice, Mme Aubrac, évoque une perte immense. La police recherche une camionnette.", 1},
	{"theft", "fr", "Musée Verdanson : la police recherche les voleurs des cinq tableaux", "La police recherche une camionnette après le vol de cinq tableaux au musée Verdanson. Selon la directrice Mme Aubrac, l'alarme avait été neutralisée.", 9},
	{"comet", "en", "Comet Haldane-Orr visible to the naked eye", "Comet Haldane-Orr can be seen without a telescope this week, astronomers at the Brackley observatory said. It will pass closest to Earth on Friday, said astronomer Priya Lindqvist, and will not return for 900 years.", 0},
	{"comet", "en", "Stargazers gather as comet Haldane-Orr nears Earth", "Crowds gathered near the Brackley observatory to watch comet Haldane-Orr. Astronomer Priya Lindqvist said the comet would be brightest on Friday, when it is closest to Earth.", 8},
	{"merger", "en", "Tarn Steel to buy rival Corvane for 4.2 billion", "Tarn Steel agreed to buy its rival Corvane Metals for 4.2 billion. The merger makes the largest maker of rails; chief executive Odile Marsh promised no plant would close. Regulators must approve.", 0},
	{"merger", "en", "Corvane shares jump on Tarn Steel takeover", "Shares of Corvane Metals jumped after Tarn Steel agreed to buy it. Analysts expect regulators to look closely at the merger of the two makers of rails. Odile Marsh will lead the group.", 6},
}

func placeAll(t *testing.T, c *Clusterer, reports []report) map[string]news.ID {
	t.Helper()
	stories := map[string]news.ID{}
	for i, r := range reports {
		id := news.NewID(fmt.Sprint(i))
		stories[r.title] = id
		p := take(c, id, FeaturesOf(r.lang, r.title, r.body), noon.Add(time.Duration(r.hours)*time.Hour))
		if p.Story != "" {
			stories[r.title] = p.Story
		}
		if len(p.Moves) > 0 {
			t.Errorf("%s: moves %v", r.title, p.Moves)
		}
	}
	return stories
}

func TestOneStoryPerEvent(t *testing.T) {
	for seed := range uint64(10) {
		shuffled := slices.Clone(reports)
		if seed > 0 {
			random := rand.New(rand.NewPCG(seed, 0))
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		}
		stories := placeAll(t, New(DefaultConfig()), shuffled)
		for _, a := range reports {
			for _, b := range reports {
				if (stories[a.title] == stories[b.title]) != (a.event == b.event) {
					t.Errorf("order %d: %q and %q: %v, %v", seed, a.title, b.title, stories[a.title], stories[b.title])
				}
			}
		}
	}
}

// TestFormulaic: texts that are written by filling a form are on different events.
func TestFormulaic(t *testing.T) {
	for name, form := range map[string][]report{
		"cables": fill("ar", "الملك يهنئ رئيس %s بذكرى اليوم الوطني",
			"بعث الملك برقية تهنئة إلى رئيس جمهورية %s بمناسبة ذكرى اليوم الوطني لبلاده، وأعرب باسمه وباسم شعب المملكة وحكومتها عن أصدق التهاني وأطيب التمنيات بالصحة والسعادة له ولشعب بلاده الصديق اطراد التقدم والازدهار.",
			"كولومبيا", "سنغافورة", "فنلندا", "باراغواي"),
		"weather": fill("en", "Weather for %s", "Skies over %s will be partly cloudy with light winds from the west and scattered showers in the afternoon, the meteorological office said. Visibility is good; sailors should expect moderate swell near the coast.",
			"Monday 9: high 21, low 12, rain 3", "Tuesday 10: high 24, low 15, rain 0", "Wednesday 11: high 18, low 10, rain 14"),
		"obituaries": fill("fr", "Avis de décès : %s", "La famille et les proches ont la douleur de faire part du décès de %s, survenu à son domicile. La cérémonie religieuse sera célébrée en l'église du village, suivie de l'inhumation au cimetière communal. Ni fleurs ni couronnes. La famille remercie par avance toutes les personnes qui prendront part à sa peine, ainsi que le personnel soignant de la maison de retraite pour son dévouement. Un registre de condoléances sera ouvert à la chapelle funéraire.",
			"Marcelle Poitevineau", "Anselme Quatrebarbes", "Yolande Fleuriaux"),
		"matches": fill("en", "Match report: %s", "The referee blew the final whistle after three minutes of added time. %s was decided in the second half, in front of a full stadium; both coaches praised the effort of their players and the noise of the supporters. Corners, bookings and substitutions are listed below; the linesmen had a quiet evening, and stewards reported no trouble at the turnstiles. Tickets for the replay go on sale at the clubhouse on weekday mornings, and season holders may exchange vouchers; floodlights, catering and the shuttle from the railway station operate as usual, the management announced. Programmes, scarves and refreshments are sold at the kiosk beside the entrance; umbrellas and flasks must be left in the cloakroom.",
			"Harwick against Denby", "Ostrava against Kelmarsh", "Pellworm against Travemark"),
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[news.ID]string{}
			for title, story := range placeAll(t, New(DefaultConfig()), form) {
				if other := seen[story]; other != "" {
					t.Errorf("%q is in the story of %q", title, other)
				}
				seen[story] = title
			}
		})
	}
}

func fill(lang, title, body string, with ...string) []report {
	var out []report
	for i, w := range with {
		out = append(out, report{lang: lang, title: fmt.Sprintf(title, w), body: fmt.Sprintf(body, w), hours: i})
	}
	return out
}

// TestQuiet: the longer a story was quiet, the more like it an article must be.
func TestQuiet(t *testing.T) {
	f := FeaturesOf("ar", reports[0].title, reports[0].body)
	follow := FeaturesOf("ar", reports[2].title, reports[2].body)
	c := New(DefaultConfig())
	take(c, news.NewID("first"), f, noon)
	for _, tt := range []struct {
		after time.Duration
		want  news.ID
	}{
		{0, news.NewID("first")}, {12 * time.Hour, news.NewID("first")}, {-12 * time.Hour, news.NewID("first")},
		{c.cfg.Quiet + time.Hour, ""}, {-c.cfg.Quiet - time.Hour, ""}, {30 * 24 * time.Hour, ""},
	} {
		if got := c.Place(follow, noon.Add(tt.after)).Story; got != tt.want {
			t.Errorf("%v later: %q, want %q", tt.after, got, tt.want)
		}
	}
}

// eventArticles are n articles on an event, with words of the event and of all news of the kind.
func eventArticles(random *rand.Rand, kind, event string, n int) []Features {
	var out []Features
	for range n {
		var b strings.Builder
		for range 60 {
			fmt.Fprintf(&b, "%s%c%c ", kind, 'a'+random.IntN(5), 'a'+random.IntN(5))
			fmt.Fprintf(&b, "%s%c%c ", event, 'a'+random.IntN(6), 'a'+random.IntN(6))
		}
		out = append(out, FeaturesOf("en", "", b.String()))
	}
	return out
}

// TestSplit: two events of a kind, told apart when enough is written on each.
func TestSplit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	first, second := eventArticles(random, "election", "northport", 8), eventArticles(random, "election", "kelmarsh", 8)
	cfg := DefaultConfig()
	c := New(cfg)
	ids, story := map[news.ID]bool{}, map[news.ID]news.ID{}
	splits := 0
	for i := range first {
		for k, f := range []Features{first[i], second[i]} {
			id := news.NewID(fmt.Sprint(k, i))
			ids[id] = k == 0
			p := take(c, id, f, noon)
			if story[id] = p.Story; p.Story == "" {
				story[id] = id
			}
			for _, m := range p.Moves {
				story[m.Item] = m.Story
			}
			if len(p.Moves) > 0 {
				splits++
				if p.Moves[0].Item != p.Moves[0].Story {
					t.Errorf("the new story has the id %s, not that of its first member %s", p.Moves[0].Story, p.Moves[0].Item)
				}
			}
		}
	}
	if splits != 1 || c.Stories() != 2 {
		t.Fatalf("%d splits and %d stories, want 1 and 2", splits, c.Stories())
	}
	for id, isFirst := range ids {
		want := news.NewID(fmt.Sprint(0, 0))
		if !isFirst {
			want = news.NewID(fmt.Sprint(1, 0))
		}
		if story[id] != want {
			t.Errorf("an article of the first event: %v is in story %s, want %s", isFirst, story[id], want)
		}
	}
}

// TestMerge: two beginnings of one story are joined by articles that are like both.
func TestMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	c := New(DefaultConfig())
	articles := eventArticles(random, "harbour", "fire", 9)
	older, younger := news.NewID("0"), news.NewID("3")
	for i, f := range articles[:6] { // as if they had been told apart wrongly
		in := older
		if i >= 3 {
			in = younger
		}
		c.Add(news.NewID(fmt.Sprint(i)), f, noon, in)
	}
	p := take(c, news.NewID("6"), articles[6], noon)
	if p.Story != older || len(p.Moves) != 3 || c.Stories() != 1 {
		t.Fatalf("%+v, %d stories; want three moves into %s", p, c.Stories(), older)
	}
	for i, m := range p.Moves {
		if m.Story != older || m.Item != news.NewID(fmt.Sprint(i+3)) {
			t.Errorf("move %d: %+v", i, m)
		}
	}
}

func TestAddTwiceAndMoveUnknown(t *testing.T) {
	c := New(DefaultConfig())
	f := FeaturesOf("ar", reports[0].title, reports[0].body)
	c.Add(news.NewID("a"), f, noon, "")
	c.Add(news.NewID("a"), f, noon, news.NewID("b"))
	c.Move(news.NewID("unknown"), news.NewID("a"))
	if c.Len() != 1 || c.Stories() != 1 {
		t.Errorf("%d articles in %d stories", c.Len(), c.Stories())
	}
	if p := c.Place(f, noon); p.Story != news.NewID("a") {
		t.Errorf("placed in %q", p.Story)
	}
}
