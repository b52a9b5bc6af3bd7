package deduplicator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

const library = `افتتحت وزيرة الثقافة صباح اليوم مكتبة عامة جديدة في حي المدينة القديمة، بحضور عدد من الأدباء وسكان الحي.

وقالت الوزيرة في كلمة قصيرة إن المكتبة تضم أربعين ألف كتاب، وقاعة للأطفال، وورشة لترميم المخطوطات يشرف عليها مختصون من جامعة المدينة.

وأوضح مدير المكتبة أن أبوابها ستبقى مفتوحة حتى منتصف الليل طوال أيام الأسبوع، وأن الاشتراك فيها سيكون مجانيا للطلبة والمتقاعدين.

وأشار رئيس البلدية إلى أن المبنى كان مصنعا للنسيج أغلق قبل ثلاثين عاما، ثم رممته البلدية بالتعاون مع جمعية لحماية التراث المعماري.

وعبر عدد من سكان الحي عن سعادتهم بالمشروع، وطالبوا بتحسين الإنارة في الشارع المؤدي إليه وبتخصيص موقف للدراجات.`

const harbour = `أعلنت سلطات ميناء الصيد عن خطة لتوسيع رصيف القوارب الصغيرة خلال العام المقبل، بعد سنوات من شكاوى البحارة.

وتشمل الخطة بناء مخازن مبردة للأسماك، ومحطة للوقود، وورشة لإصلاح المحركات، بكلفة قدرتها الإدارة باثني عشر مليونا.

وذكر نقيب الصيادين أن القوارب تنتظر أحيانا ست ساعات قبل أن تتمكن من تفريغ حمولتها، وأن جزءا من السمك يفسد في حر الصيف.`

const orchards = `بدأ مزارعو الوادي الأسبوع الماضي قطف التفاح قبل موعده المعتاد بعشرة أيام، بسبب صيف أشد حرا من سابقيه.

ويقول المزارعون إن الثمار أصغر حجما لكنها أكثر حلاوة، ويتوقعون أن يعوض الإقبال عليها نقص الكمية.

وتنظم تعاونية الوادي في نهاية الشهر معرضا للمربى والخل وعصير التفاح، تشارك فيه سبع قرى من المنطقة الجبلية.`

func words(s string) []string { return strings.Fields(s) }

// article is one found at an hour of a day in March.
func article(name, title, text string, hour int) *event.Cleaned {
	c := cleaned(name, title, text, "")
	c.Article.Lang, c.Article.URL = "ar", "https://"+strings.ReplaceAll(name, " ", "-")+".example/news/1"
	c.FoundAt = time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC)
	return c
}

func TestRelations(t *testing.T) {
	half := strings.Join(words(library)[:len(words(library))/2], " ")
	debris := "شارك الخبر على فيسبوك تويتر واتساب\n\n" + library + "\n\nاقرأ أيضا: أسعار الذهب اليوم. لا توجد تعليقات، كن أول من يعلق."
	respelt := strings.NewReplacer("أ", "ا", "إ", "ا", "ة", "ه", "ى", "ي", "المكتبة", "المكتبـــة").Replace(library)
	roundup := harbour + "\n\n" + orchards + "\n\n" + library
	edited := strings.Replace(library, "وأوضح مدير المكتبة", "من جهته أكد مدير المكتبة الجديدة", 1) + "\n\nوكانت البلدية قد أطلقت المشروع قبل عامين."
	for _, tt := range []struct {
		name, title, text string
		kind              news.VerdictKind
		rule              string
	}{
		{"cut short", "مكتبة جديدة في المدينة القديمة", half, news.Excerpt, news.RuleContained},
		{"in debris", "افتتاح مكتبة عامة", debris, news.Copy, news.RuleNearText},
		{"respelt", "إفتتاح مكتبه عامه", respelt, news.Copy, news.RuleText},
		{"edited", "الوزيرة تفتتح مكتبة", edited, news.Copy, news.RuleNearText},
		{"in a round-up", "أخبار المدينة", roundup, news.Excerpt, news.RuleContained},
		{"other news", "توسيع ميناء الصيد", harbour, news.Original, news.RuleFirst},
		{"nothing", "", "", news.Original, news.RuleFirst},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newProcessor(t, apptest.Open(t))
			first := article("first", "افتتاح مكتبة عامة في المدينة القديمة", library, 8)
			got := decideAll(t, d, first, article(tt.name, tt.title, tt.text, 9))[1]
			if got.Verdict.Kind != tt.kind || got.Verdict.Rule != tt.rule {
				t.Fatalf("%+v, want %s by %s", got.Verdict, tt.kind, tt.rule)
			}
			if tt.kind == news.Original {
				if got.Verdict.Of != nil || got.Verdict.Similarity != 0 || got.Story != got.Item {
					t.Errorf("%+v in story %s", got.Verdict, got.Story)
				}
				return
			}
			if *got.Verdict.Of != first.Item || got.Story != first.Item || got.Verdict.Similarity < .7 || got.Verdict.Similarity > 1 {
				t.Errorf("%+v of %s in story %s", got.Verdict, *got.Verdict.Of, got.Story)
			}
		})
	}
}

// TestRevisedText: copies of what a revision says are copies of the item.
func TestRevisedText(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	first := article("first", "افتتاح مكتبة عامة", library, 8)
	revised := article("first", "توسيع ميناء الصيد", harbour, 9)
	revised.Revision = 2
	again := article("first", "توسيع ميناء الصيد", harbour+" وانتهى.", 9)
	again.Revision = 3
	got := decideAll(t, d, first, revised, again, article("other", "توسيع الميناء", harbour+"\n\nوتبدأ الأشغال في الربيع.", 10))
	if v := got[1].Verdict; v.Kind != news.Revision || v.Similarity > .1 {
		t.Errorf("another text: %+v", v)
	}
	if v := got[2].Verdict; v.Kind != news.Revision || v.Similarity < .9 {
		t.Errorf("nearly the same text: %+v", v)
	}
	if v := got[3].Verdict; v.Kind != news.Copy || *v.Of != first.Item {
		t.Errorf("a copy of the revised text: %+v", v)
	}
}

// TestOwnAddress: a page that declares another article's address as canonical is
// that article, as an AMP page is.
func TestOwnAddress(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	page := article("first", "افتتاح مكتبة", "نص قصير", 8)
	amp := article("amp", "افتتاح مكتبة", "نص قصير آخر", 9)
	amp.Article.CanonicalURL = page.Article.URL
	got := decideAll(t, d, page, amp)[1].Verdict
	if got.Kind != news.Copy || got.Rule != news.RuleCanonicalURL || *got.Of != page.Item {
		t.Errorf("%+v", got)
	}
}

// TestRemovedLeader: what was taken down is referred to no more, and its group goes on.
func TestRemovedLeader(t *testing.T) {
	p := apptest.Open(t)
	d := newProcessor(t, p)
	first, second := article("first", "افتتاح مكتبة", library, 8), article("second", "مكتبة جديدة", library+" انتهى الخبر.", 9)
	got := decideAll(t, d, first, second)
	archive(t, p.Store, got...)
	if _, err := p.Store.RemoveArticle(t.Context(), first.Item, time.Now()); err != nil {
		t.Fatal(err)
	}
	third := decideAll(t, d, article("third", "المكتبة", library+" هذا كل شيء.", 10))[0]
	if third.Verdict.Kind != news.Copy || *third.Verdict.Of != second.Item || third.Story != got[1].Story {
		t.Errorf("%+v, want a copy of the second", third.Verdict)
	}
	archive(t, p.Store, third)
	for _, id := range []news.ID{second.Item, third.Item} {
		if _, err := p.Store.RemoveArticle(t.Context(), id, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if last := decideAll(t, d, article("last", "المكتبة", library+" شكرا.", 11))[0]; last.Verdict.Kind != news.Original {
		t.Errorf("of what is gone: %+v", last.Verdict)
	}
}

// archive ends the items of decided articles as the archiver would.
func archive(t *testing.T, s store.Store, decided ...*event.Deduplicated) {
	t.Helper()
	for _, d := range decided {
		if _, err := s.Submit(t.Context(), time.Now(), []store.Entry{{ID: d.Item, URL: d.Article.URL}}); err != nil {
			t.Fatal(err)
		}
		d.Article.ID = d.Item
		results, err := s.End(t.Context(), []store.Ending{{
			Ref: d.Ref, Outcome: news.Archived, At: time.Now(), Article: &d.Article, Verdict: &d.Verdict, Story: d.Story,
		}})
		if err != nil || !results[0].Applied {
			t.Fatalf("%+v, %v", results, err)
		}
	}
}

// TestStories: articles on one event share a story, whatever its copies.
func TestStories(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	report := `شهد حي المدينة القديمة افتتاح مكتبة عامة في مبنى كان مصنعا للنسيج. وتجولت وزيرة الثقافة مع رئيس البلدية بين رفوف المكتبة وقاعة الأطفال وورشة ترميم المخطوطات، واستمعت إلى مطالب السكان بتحسين الإنارة وبموقف للدراجات. ويبلغ عدد الكتب في المكتبة أربعين ألفا، والاشتراك مجاني للطلبة.`
	got := decideAll(t, d,
		article("first", "وزيرة الثقافة تفتتح مكتبة عامة في المدينة القديمة", library, 8),
		article("port", "خطة لتوسيع رصيف ميناء الصيد", harbour, 9),
		article("report", "مكتبة المدينة القديمة تفتح أبوابها بحضور وزيرة الثقافة", report, 10),
		article("copy", "مكتبة المدينة القديمة تفتح أبوابها", report+" انتهى.", 11),
	)
	stories := make([]news.ID, len(got))
	for i, g := range got {
		stories[i] = g.Story
	}
	if want := []news.ID{got[0].Item, got[1].Item, got[0].Item, got[0].Item}; !slices.Equal(stories, want) {
		t.Errorf("stories %v, want %v", stories, want)
	}
	if got[2].Verdict.Kind != news.Original || got[3].Verdict.Kind != news.Copy {
		t.Errorf("%+v, %+v", got[2].Verdict, got[3].Verdict)
	}
}
