package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
)

// form is a page that a template site makes endlessly.
func form(n int) (title, body string) {
	name := inventedWord(1000 + n)
	return "شقة للبيع في حي " + name, fmt.Sprintf("إعلان رقم %d: شقة مفروشة للبيع في حي %s قرب المدرسة والسوق، ثلاث غرف ومطبخ وشرفة واسعة. السعر %d دينار قابل للتفاوض، للاتصال بالمكتب العقاري طوال أيام الأسبوع. نستقبل الزبائن في مقر الشركة وسط المدينة وننجز معاملات التسجيل والرهن والتأمين بسرعة وأمانة وأسعار تنافسية تناسب الجميع.", 100_000+n, name, 50_000+37*n)
}

// TestTemplateSite: pages that differ in a name and in numbers are bounded work, and
// no story of everything.
func TestTemplateSite(t *testing.T) {
	const pages = 4_000 // of the 100,000 that a benchmark does
	c := New(DefaultConfig())
	largest := 0
	for n := range pages {
		p := take(c, news.NewID(fmt.Sprint(n)), featuresOf(form(n)), noon.Add(time.Duration(n)*time.Second))
		if p.Story != "" {
			largest = max(largest, len(c.stories[identify(p.Story)].members))
		}
	}
	if largest > 20 {
		t.Errorf("a story of %d pages", largest)
	}
	for word, list := range c.words.lists {
		if len(list) > 2*recent {
			t.Fatalf("%d postings of word %x", len(list), word)
		}
	}
}

// TestSameForever: one text posted endlessly is one story, of whose words few
// postings are kept.
func TestSameForever(t *testing.T) {
	c := New(DefaultConfig())
	f := featuresOf("خبر واحد", strings.Repeat("خبر واحد يعاد نشره بلا نهاية ", 50))
	for n := range 5_000 {
		take(c, news.NewID(fmt.Sprint(n)), f, noon)
	}
	if c.Stories() != 1 {
		t.Errorf("%d stories", c.Stories())
	}
	for word, list := range c.words.lists {
		if len(list) > 4*recent {
			t.Fatalf("%d postings of word %x", len(list), word)
		}
	}
}

// BenchmarkTemplateSite takes a hundred thousand pages of a template.
func BenchmarkTemplateSite(b *testing.B) {
	for b.Loop() {
		c := New(DefaultConfig())
		for n := range 100_000 {
			take(c, news.NewID(fmt.Sprint(n)), featuresOf(form(n)), noon.Add(time.Duration(n)*time.Second))
		}
		b.ReportMetric(float64(c.Stories()), "stories")
		b.ReportMetric(float64(c.Bytes())/float64(c.Len()), "B/article")
	}
}
