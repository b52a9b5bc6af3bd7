package news_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"marsad/pkg/news"
)

var morning = time.Date(2026, 3, 5, 7, 0, 0, 0, time.UTC)

// appeared is a member named id, published and found so many minutes after
// morning; published below 0 is no date.
func appeared(id string, published, found float64, change ...func(*news.Appearance)) news.Appearance {
	at := func(minutes float64) time.Time { return morning.Add(time.Duration(minutes * float64(time.Minute))) }
	m := news.Appearance{ID: news.ID(id), Publisher: "Publisher " + id, Found: at(found), Confidence: .9}
	if published >= 0 {
		m.Published = new(at(published))
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

func by(publisher string) func(*news.Appearance) {
	return func(m *news.Appearance) { m.Publisher = publisher }
}

func from(source string) func(*news.Appearance) {
	return func(m *news.Appearance) { m.OriginalSource = source }
}

func unsure(m *news.Appearance) { m.Confidence = .8 }

func dated(at time.Time) func(*news.Appearance) {
	return func(m *news.Appearance) { m.Published = &at }
}

func TestFirst(t *testing.T) {
	type list = []news.Appearance
	for _, test := range []struct {
		name    string
		members list
		first   string
		rule    news.FirstRule
	}{
		{"nobody", nil, "", ""},
		{"one", list{appeared("a", 1, 2)}, "a", news.FirstOnly},
		{"published before, found after", list{appeared("a", 10, 90), appeared("b", 33, 40)}, "a", news.FirstPublished},
		{"within the tolerance the arrival decides", list{appeared("a", 10, 90), appeared("b", 15, 40)}, "b", news.FirstArrived},
		{"just beyond it", list{appeared("a", 10, 90), appeared("b", 15.1, 40)}, "a", news.FirstPublished},
		{"a chain within the tolerance is no way around it",
			list{appeared("a", 0, 50), appeared("b", 4, 40), appeared("c", 8, 30)}, "b", news.FirstArrived},
		{"an unsure time does not count", list{appeared("a", 1, 50, unsure), appeared("b", 30, 40)}, "b", news.FirstPublished},
		{"two unsure times", list{appeared("a", 1, 50, unsure), appeared("b", 30, 40, unsure)}, "b", news.FirstArrived},
		{"a time after it was found is wrong", list{appeared("a", 300, 20), appeared("b", 30, 40)}, "a", news.FirstArrived},
		{"but clocks may differ by less than an hour", list{appeared("a", 70, 20), appeared("b", 30, 40)}, "b", news.FirstPublished},
		{"years before it was found is another page", list{appeared("a", 0, 50, dated(morning.AddDate(-2, 0, 0))), appeared("b", 30, 40)}, "b", news.FirstPublished},
		{"without a date, found before the first was published", list{appeared("a", 30, 60), appeared("b", -1, 20)}, "b", news.FirstArrived},
		{"without a date, found after that", list{appeared("a", 30, 60), appeared("b", -1, 50)}, "a", news.FirstPublished},
		{"no dates", list{appeared("a", -1, 30), appeared("b", -1, 20)}, "b", news.FirstArrived},
		{"found at the same moment", list{appeared("b", -1, 20), appeared("a", -1, 20)}, "a", news.FirstArrived},
		{"a day does not decide within the day", list{appeared("a", 0, 60, dated(morning.Truncate(24*time.Hour))), appeared("b", 20, 50)}, "b", news.FirstArrived},
		{"but before it", list{appeared("a", 0, 60, dated(morning.AddDate(0, 0, -1).Truncate(24*time.Hour))), appeared("b", 20, 50)}, "a", news.FirstPublished},
		{"a day in Mecca", list{appeared("a", 0, 60, dated(morning.Truncate(24*time.Hour).Add(-3*time.Hour))), appeared("b", 20, 50)}, "b", news.FirstArrived},
		{"two days", list{appeared("a", 0, 60, dated(morning.Truncate(24*time.Hour))), appeared("b", 0, 50, dated(morning.Truncate(24*time.Hour)))}, "b", news.FirstArrived},
		{"an agency before a reprint of the same time", list{appeared("a", 12, 20, from("Reuters")), appeared("b", 10, 50, by("Reuters"))}, "b", news.FirstAgency},
		{"an agency without a date", list{appeared("a", 12, 20, from("واس")), appeared("b", -1, 50, by("وكالة الأنباء السعودية (واس)"))}, "b", news.FirstAgency},
		{"an agency that published later", list{appeared("a", 12, 20, from("Reuters")), appeared("b", 30, 50, by("Reuters"))}, "a", news.FirstPublished},
		{"an agency that reprints another", list{appeared("a", 10, 50, by("Reuters"), from("TASS")), appeared("b", 12, 60)}, "b", news.FirstAgency},
		{"an agency only the members know", list{appeared("a", 10, 20, from("أخبار الجبل")), appeared("b", 12, 30), appeared("c", 11, 50, by("اخبار الجبل"))}, "c", news.FirstAgency},
		{"a reprint after what is none", list{appeared("a", 10, 20, from("Somebody")), appeared("b", 12, 50)}, "b", news.FirstAgency},
		{"it names itself", list{appeared("a", 10, 20, by("The Paper"), from("the paper")), appeared("b", 12, 50)}, "a", news.FirstArrived},
		{"two reprints", list{appeared("a", 10, 50, from("X")), appeared("b", 12, 20, from("X"))}, "b", news.FirstArrived},
		{"two agencies", list{appeared("a", 10, 50, by("AFP")), appeared("b", 12, 40, by("رويترز")), appeared("c", 11, 1)}, "b", news.FirstArrived},
	} {
		for order := range permutations(test.members) {
			got, rule := news.First(order)
			first := ""
			if got >= 0 {
				first = string(order[got].ID)
			}
			if first != test.first || rule != test.rule {
				t.Errorf("%s: %q by %q, want %q by %q", test.name, first, rule, test.first, test.rule)
			}
		}
	}
}

// permutations yields every order of a short list.
func permutations(list []news.Appearance) func(func([]news.Appearance) bool) {
	return func(yield func([]news.Appearance) bool) {
		var step func(k int) bool
		list := slices.Clone(list)
		step = func(k int) bool {
			if k >= len(list) {
				return yield(slices.Clone(list))
			}
			for i := k; i < len(list); i++ {
				list[k], list[i] = list[i], list[k]
				if !step(k + 1) {
					return false
				}
				list[k], list[i] = list[i], list[k]
			}
			return true
		}
		step(0)
	}
}

// TestFirstOrder: the order of the members makes no difference, and nobody who
// was surely later is first.
func TestFirstOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{"Reuters", "واس", "جريدة", "The Paper", ""}
	for range 5000 {
		var members []news.Appearance
		for i := range 1 + random.IntN(6) {
			m := appeared(fmt.Sprint(i), float64(random.IntN(40)-4), float64(random.IntN(60)), by(names[random.IntN(4)]), from(names[random.IntN(5)]))
			m.Confidence = []float64{0, .8, .9}[random.IntN(3)]
			if random.IntN(5) == 0 {
				m.Published = new(morning.Truncate(24 * time.Hour))
			}
			members = append(members, m)
		}
		first, rule := news.First(members)
		shuffled := slices.Clone(members)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, ruleAgain := news.First(shuffled)
		if members[first].ID != shuffled[again].ID || rule != ruleAgain {
			t.Fatalf("%+v: %d by %s, then %+v", members, first, rule, shuffled[again])
		}
		for _, m := range members {
			if f := members[first]; f.Trusted() && m.Trusted() && f.Published.Hour() > 0 && m.Published.Hour() > 0 && f.Published.Sub(*m.Published) > 5*time.Minute {
				t.Fatalf("%+v before %+v", f, m)
			}
		}
	}
}

func TestIsAgency(t *testing.T) {
	for name, want := range map[string]bool{
		"WAM": true, "وكالة أنباء الإمارات (وام)": true, "وكالة الانباء السعودية": true, "واس": true, "wam.ae": true, "Reuters – Arabic": true,
		"Agence France-Presse": true, "أ ف ب": true, "وكالة المغرب العربي للأنباء": true, "MAP": true, "Anadolu Ajansı": true, "الأناضول بالعربية": true,
		"APS | Algérie": true, "Algerie Presse Service": true, "Xinhua Arabic": true,
		"Map of Africa": false, "The AP Calculus Blog": false, "جريدة الوطن": false, "وات": true, "واتساب": false, "": false, "Spa & Wellness": false, "news.example": false,
	} {
		if got := news.IsAgency(name); got != want {
			t.Errorf("IsAgency(%q) = %v", name, got)
		}
	}
}
