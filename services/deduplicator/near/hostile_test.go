package near

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// template is page n of a site that changes names and numbers only.
func template(n int) article {
	return article{"ar", fmt.Sprintf("عروض الفندق رقم %d", n), fmt.Sprintf(`يقدم فندق النجمة %d في شارع الميناء رقم %d غرفا بسعر %d درهما لليلة الواحدة مع
		إفطار مجاني وموقف للسيارات ومسبح مدفأ وقاعة للاجتماعات تتسع لمئة ضيف، ويمكن الحجز عبر الموقع أو الاتصال بمكتب الاستقبال
		على الرقم %d طوال أيام الأسبوع، ولا تشمل الأسعار ضريبة البلدية ورسوم الخدمة في مواسم الأعياد والعطل المدرسية.`,
		n, n*7%1009, n*13%997, n*31), float64(n) / 3600}
}

// allocated is how many bytes work allocates.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestTemplateSite: the work for a page does not grow with how many there were like it.
func TestTemplateSite(t *testing.T) {
	few, many := 1_000, 5_000
	if !testing.Short() {
		few, many = 2_000, 20_000
	}
	x := New(testWindow)
	n := 0
	probe := func(upTo int) uint64 {
		for ; n < upTo; n++ {
			a := template(n)
			p := PrintOf(a.lang, a.title, a.text)
			matches := x.Find(p, a.at(), time.Time{})
			if len(matches) > candidateLimit {
				t.Fatalf("page %d has %d matches", n, len(matches))
			}
			x.Add(x.Entry(itemOf(n), p, a.at(), time.Time{}, nil)) // even those that are the same
			x.Mark()
			if limit := chainLimit * len(sampled(p.Shingles)); cap(x.hits) > 2*limit {
				t.Fatalf("page %d gathered %d candidates of %d", n, cap(x.hits), limit)
			}
		}
		p := PrintOf("ar", "", template(n).text)
		return allocated(func() {
			for range 100 {
				x.Find(p, template(n).at(), time.Time{})
			}
		})
	}
	early := probe(few)
	late := probe(many)
	if late > 2*early+1e5 {
		t.Errorf("100 searches allocate %d bytes after %d pages, %d after %d", early, few, late, many)
	}
	if each := (x.Bytes() - New(testWindow).Bytes()) / x.Len(); each > 1500 {
		t.Errorf("%d bytes a page", each)
	}
}

func TestHugeTexts(t *testing.T) {
	x := New(testWindow)
	var varied strings.Builder
	for i := 0; varied.Len() < 5<<20; i++ {
		fmt.Fprintf(&varied, "كلمة%d ", i)
	}
	for i, text := range []string{
		strings.Repeat("كلمة ", 1_000_000), varied.String(), varied.String(), strings.Repeat("َ", 2<<20), strings.Repeat("漢", 1<<20),
		strings.Repeat("x", 5<<20), "", " \n",
	} {
		var p Print
		if bytes := allocated(func() { p = PrintOf("ar", text, text) }); bytes > uint64(16*len(text)+8<<20) {
			t.Errorf("text %d: the print took %d bytes", i, bytes)
		}
		if p.Words > maxWords || len(p.Shingles) > maxWords {
			t.Errorf("text %d: %d words, %d shingles", i, p.Words, len(p.Shingles))
		}
		matches := x.Find(p, start, start)
		if i == 2 && (len(matches) != 1 || !matches[0].Same) {
			t.Errorf("the same again matches %+v", matches)
		}
		x.Add(x.Entry(itemOf(i), p, start, start, nil))
	}
}

// TestOneShingleEverywhere: a hash that all texts share takes one slot, and hides no other.
func TestOneShingleEverywhere(t *testing.T) {
	p := newPostings()
	for i := range uint32(1_000_000) {
		p.add(1, i)
		if i%1000 == 0 {
			p.settle()
		}
	}
	p.add(2, 1_000_000)
	if e, ok := p.get(p.latest(1)); !ok || e.text != 999_999 {
		t.Errorf("the latest is %+v", e)
	}
	if got := collect(&p, 2); len(got) != 1 || len(p.slots) != fewestSlots {
		t.Errorf("of the other: %v; %d slots", got, len(p.slots))
	}
}
