package cleaner

import (
	"strings"
	"testing"

	"marsad/pkg/news"
)

func TestFeedDebris(t *testing.T) {
	for name, tt := range map[string]struct{ content, want string }{
		"signed": {
			"<p>The ferry will sail again in May.</p><p>The post Ferry returns appeared first on The Example.</p>",
			"The ferry will sail again in May.",
		},
		"signed in French":  {"<p>Le bac reprendra en mai.</p><p>L’article Le bac revient est apparu en premier sur L'Exemple.</p>", "Le bac reprendra en mai."},
		"signed in Spanish": {"<p>El barco volverá en mayo.</p><p>La entrada Vuelve el barco se publicó primero en El Ejemplo.</p>", "El barco volverá en mayo."},
		"signed in German":  {"<p>Die Fähre fährt ab Mai wieder.</p><p>Der Beitrag Die Fähre kommt zurück erschien zuerst auf Beispiel.</p>", "Die Fähre fährt ab Mai wieder."},
		"signed in Arabic":  {"<p>تعود العبارة إلى الخدمة في مايو.</p><p>ظهرت المقالة عودة العبارة أولاً على المثال.</p>", "تعود العبارة إلى الخدمة في مايو."},
		"cut":               {"The ferry will sail again in May, the council said on [&#8230;]", "The ferry will sail again in May, the council said on…"},
		"cut with a link":   {"The ferry will sail again in May, the council said on… Continue reading", "The ferry will sail again in May, the council said on…"},
		"read more":         {"<p>The ferry will sail again in May. <a href=/x>Read more</a></p>", "The ferry will sail again in May."},
		"read more, Arabic": {"<p>تعود العبارة إلى الخدمة في مايو. <a href=/x>اقرأ المزيد</a></p>", "تعود العبارة إلى الخدمة في مايو."},
		"read more, own":    {"تعود العبارة إلى الخدمة في مايو\nالمزيد...\n", "تعود العبارة إلى الخدمة في مايو"},
		"buttons":           {"<p>The ferry will sail again.</p><p>Facebook | Twitter | Email</p>", "The ferry will sail again."},
		"nothing else":      {"<p>Read more</p>", "Read more"},
		"an ellipsis":       {"They waited, and waited…", "They waited, and waited…"},
	} {
		t.Run(name, func(t *testing.T) {
			found := news.Found{Content: tt.content}
			if got := strings.TrimSpace(linesOf(feedParagraphs(found))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
