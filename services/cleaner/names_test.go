package cleaner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"marsad/pkg/dates"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/declared"
)

// TestChooseTitle: a site's name goes where it was added, and stays where it is part of
// the headline.
func TestChooseTitle(t *testing.T) {
	for _, tt := range []struct{ name, site, head, want string }{
		{"site behind", "Harbour Post", `<title>Ferry sinks | Harbour Post</title><h1>Ferry sinks</h1>`, "Ferry sinks"},
		{"site before", "Harbour Post", `<title>Harbour Post: Ferry sinks off the cape</title>`, "Harbour Post: Ferry sinks off the cape"},
		{"site before, parted", "Harbour Post", `<title>Harbour Post - Ferry sinks off the cape</title>`, "Ferry sinks off the cape"},
		{"a country, not the site", "Iran", `<title>Iran – Israel: war</title><h1>Iran – Israel: war</h1>`, "Iran – Israel: war"},
		{"the site's name begins a headline", "Dawn", `<meta property="og:title" content="Dawn raid"><h1>Dawn raid</h1>`, "Dawn raid"},
		{"the headline is the site's name", "الجزيرة", `<meta property="og:title" content="الجزيرة"><h1>الجزيرة</h1>`, "الجزيرة"},
		{"quoted at the start", "الساحل", `<title>«الشرق» تنشر وثائق الصفقة</title><h1>«الشرق» تنشر وثائق الصفقة</h1>`, "«الشرق» تنشر وثائق الصفقة"},
		{"a number", "Herald", `<meta property="og:title" content="1984"><h1>1984</h1>`, "1984"},
		{"kickers differ", "Herald", `<meta property="og:title" content="Storm: The dike held all night"><h1>Coast – The dike held all night</h1>`, "The dike held all night"},
		{"cut short", "Herald", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"The dike held..."}</script><h1>The dike held all night</h1>`, "The dike held all night"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := parse([]byte(`<html><head><meta property="og:site_name" content="` + tt.site + `">` + strings.ReplaceAll(tt.head, "<h1>", "</head><body><h1>")))
			if err != nil {
				t.Fatal(err)
			}
			m := declared.Read(doc)
			if got := chooseTitle(m, siteNames(m, nil)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSignatures: bylines, and lines that begin like them.
func TestSignatures(t *testing.T) {
	for line, want := range map[string][]string{
		"By Ann Lee": {"Ann Lee"},
		"By Ann Lee, Environment Editor, and Tom Reed": {"Ann Lee", "Tom Reed"},
		"Written by Ann Lee | 3 May 2026":              {"Ann Lee"},
		"بقلم: سعاد العمري":                            {"سعاد العمري"},
		"كتب: أحمد سالم":                               {"أحمد سالم"},
		"Von Max Weber":                                {"Max Weber"},
		"Par José Ortega y Gasset":                     {"José Ortega y Gasset"},
		"كتب الوزير على تويتر:":                        nil,
		"تحرير القدس والأقصى":                          nil,
		"By Friday, talks had stalled":                 nil,
		"By Friday":                                    nil,
		"By Our Staff Reporter":                        nil,
		"Di Maria, Messi":                              nil,
		"Text Size":                                    nil,
		"He came by train":                             nil,
	} {
		if got := signatures(body.Byline{Text: line}, nil); !cmp.Equal(want, got, cmpopts.EquateEmpty()) {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

// TestPeople: names as pages declare them.
func TestPeople(t *testing.T) {
	for _, tt := range []struct {
		declared string
		want     []string
	}{
		{"Ann Lee and Tom Reed", []string{"Ann Lee", "Tom Reed"}},
		{"Smith, John", []string{"John Smith"}},
		{"Da'Shawn Jones", []string{"Da'Shawn Jones"}},
		{"Von Miller", []string{"Von Miller"}},
		{"Maria Silva e Souza", []string{"Maria Silva e Souza"}},
		{"Ana López y Juan Pérez", []string{"Ana López", "Juan Pérez"}},
		{"غزة - رويترز", []string{"رويترز"}},
		{"الرباط - ليلى منصور", []string{"ليلى منصور"}},
		{"Web Desk", nil},
		{"هيئة التحرير", nil},
		{"Jane Roe, Harbour Post", []string{"Jane Roe"}},
		{"https://social.example/harbourpost", nil},
		{"editor@news.example", nil},
	} {
		if got := people([]string{tt.declared}, []string{"Harbour Post"}); !cmp.Equal(tt.want, got, cmpopts.EquateEmpty()) {
			t.Errorf("%q: got %q, want %q", tt.declared, got, tt.want)
		}
	}
}

// TestReadNotice: what names another publisher, and what only sounds like it.
func TestReadNotice(t *testing.T) {
	for line, want := range map[string]string{
		"نشر في الساحل 21 يوم 09 - 08 - 2024":                         "الساحل 21",
		"نشر في صدى الجبل يوم 5 مايو 2024":                            "صدى الجبل",
		"This article was first published by The Ridge Gazette.":      "The Ridge Gazette",
		"This article is republished from The Ridge under a licence.": "The Ridge",
		"نشر في الجنوب 10 آلاف جندي يوم 5 مايو 2024":                  "",
		"Published in Politics": "",
	} {
		if got, _ := readNotice(line, dates.Options{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}); got.source != want {
			t.Errorf("%q: got %q, want %q", line, got.source, want)
		}
	}
}
