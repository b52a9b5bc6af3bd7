package story

import (
	"testing"
	"time"

	"marsad/pkg/news"
)

// One invented summit in three languages, and events that are near it.
var (
	summitAr = report{lang: "ar", title: "المغرب: توقيع اتفاق كاستيلانو في طنجة", body: "وقع وزير الفلاحة المغربي رشيد بنمسعود ونظيره الإسباني إغناسيو كاستيلانو في طنجة اتفاقا بقيمة 745 مليون يورو. وحضر التوقيع السفير دومينيك لافرانكوني ورئيسة المرصد نادية الخطابي، وتبلغ مدة الاتفاق 15 عاما."}
	summitFr = report{lang: "fr", title: "Maroc : Castellano et Benmessaoud signent un accord à Tanger", body: "Le ministre marocain Rachid Benmessaoud et son homologue espagnol Ignacio Castellano ont signé à Tanger un accord de 745 millions d'euros sur 15 ans. L'ambassadeur Dominique Lafranconi et Nadia Khattabi, présidente de l'observatoire, étaient présents."}
	summitEn = report{lang: "en", title: "Morocco and Spain sign Castellano deal", body: "Agriculture ministers Rachid Benmessaoud of Morocco and Ignacio Castellano of Spain signed a deal worth 745 million euros in Tangier. Ambassador Dominic Lafranconi and Nadia Khattabi, head of the observatory, attended; it runs for 15 years."}
	otherFr  = report{lang: "fr", title: "Maroc : Benmessaoud en visite dans le Souss", body: "Le ministre marocain Rachid Benmessaoud a visité mardi les coopératives du Souss et promis 32 nouveaux puits aux éleveurs de la région."}
	farEn    = report{lang: "en", title: "Chile copper output falls", body: "Copper output in Chile fell 7 percent, said Rodrigo Altamirano of the mining council in Santiago. He blamed drought and strikes at Quebrada Honda."}
)

func (r report) features() Features { return FeaturesOf(r.lang, r.title, r.body) }

func TestLink(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after report
		gap           time.Duration
		want          bool
	}{
		{"arabic and french", summitAr, summitFr, 3 * time.Hour, true},
		{"french and arabic", summitFr, summitAr, 3 * time.Hour, true},
		{"arabic and english", summitAr, summitEn, 20 * time.Hour, true},
		{"english and french", summitEn, summitFr, time.Hour, true},
		{"two days later", summitAr, summitFr, 48 * time.Hour, false},
		{"same minister, other event", summitAr, otherFr, time.Hour, false},
		{"same minister, other event, latin", summitEn, otherFr, time.Hour, false},
		{"another country", summitAr, farEn, time.Hour, false},
		{"same language", summitEn, summitEn, time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := New(DefaultConfig())
			take(c, news.NewID("before"), tt.before.features(), noon)
			p := c.Place(tt.after.features(), noon.Add(tt.gap))
			if got := p.Link == news.NewID("before"); got != tt.want {
				t.Errorf("linked: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestLinkWhenSure: two stories that fit as well are none.
func TestLinkWhenSure(t *testing.T) {
	c := New(DefaultConfig())
	c.Add(news.NewID("a"), summitAr.features(), noon, "")
	c.Add(news.NewID("b"), summitAr.features(), noon, "")
	if p := c.Place(summitFr.features(), noon); p.Link != "" {
		t.Errorf("linked to %s", p.Link)
	}
}

func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{"محمد", "mohammed", "muhammad", "mohamed"},
		{"نتنياهو", "netanyahu", "netanyahou"},
		{"ترامب", "trump"},
		{"ماكرون", "macron"},
		{"خامنيي", "khamenei"},
		{"واشنطن", "washington"},
		{"بوتفليقه", "bouteflika"},
		{"قذافي", "kadhafi"},
		{"غوتيريس", "guterres"},
	} {
		want, ok := nameKey(same[0])
		for _, name := range same[1:] {
			if got, _ := nameKey(name); got != want || !ok {
				t.Errorf("%s is %q, %s is %q", same[0], appendSkeleton(nil, same[0]), name, appendSkeleton(nil, name))
			}
		}
	}
	for _, none := range []string{"", "oui", "علي", "москва", "東京", "a1b2c3"} {
		if _, ok := nameKey(none); ok {
			t.Errorf("%q has a key: %q", none, appendSkeleton(nil, none))
		}
	}
}
