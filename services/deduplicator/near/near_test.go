package near

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

const testWindow = 30 * 24 * time.Hour

// article is a text that passes an index, hours after the start.
type article struct {
	lang, title, text string
	hours             float64
}

func (a article) at() time.Time { return start.Add(time.Duration(a.hours * float64(time.Hour))) }

// pass lets an article pass an index as the deduplicator does, and returns what it matched.
func (a article) pass(x *Index, n int) []Match {
	p := PrintOf(a.lang, a.title, a.text)
	matches := x.Find(p, a.at(), a.at())
	if len(p.Shingles) == 0 || len(matches) > 0 && matches[0].Same {
		return matches
	}
	var m *Match
	if len(matches) > 0 {
		m = &matches[0]
	}
	x.Add(x.Entry(itemOf(n), p, a.at(), a.at(), m))
	return matches
}

func itemOf(n int) news.ID { return news.NewID("item", fmt.Sprint(n)) }

const (
	dam = `أعلنت وزارة المياه في إقليم النهر الأخضر أمس افتتاح سد الغدير بعد أربعة أعوام من العمل، وقالت المهندسة ليلى الكرمي
		مديرة المشروع إن السد سيروي سبعة آلاف مزرعة صغيرة في الوادي الشرقي ويحمي القرى من السيول. وأضافت أن كلفة البناء بلغت
		تسعين مليون درهم، تحمل صندوق الإقليم نصفها، وأن محطة صغيرة للكهرباء ستبدأ العمل في الخريف المقبل. وطالب مزارعون حضروا
		الحفل بتوزيع عادل للحصص، مؤكدين أن آبارهم جفت خلال الصيفين الماضيين، بينما وعد المحافظ بتشكيل لجنة تضم ممثلين عنهم.`
	museum = `يستعد متحف الخط في مدينة الزهراء لاستقبال مخطوط نادر عثر عليه طلاب في خزانة مدرسة قديمة، وأوضح أمين المتحف سامر
		الحلواني أن الورق يعود إلى القرن الثامن الهجري وأن حبره مصنوع من قشور الرمان. وسيعرض المخطوط ثلاثة أشهر في قاعة مظلمة
		قبل أن ينقل إلى مختبر الترميم، حيث يعمل فريق من خمس مرممات على تثبيت أطرافه. ويأمل القائمون على المتحف أن يجذب الحدث
		زوارا من خارج المدينة، خصوصا طلبة المعاهد الفنية.`
	race = `فازت العداءة الشابة مها السالمي بسباق الجبل الطويل متقدمة على ثلاثين متسابقة، وقطعت المسافة في ساعتين وثماني دقائق رغم
		الضباب الكثيف فوق الممر العالي. وقالت عند خط النهاية إنها تدربت شهورا مع رعاة المنطقة الذين علموها قراءة الطريق. وحلت
		ثانية لاعبة نادي الساحل التي سقطت قبل الكيلومتر الأخير ثم نهضت وأكملت السباق وسط تصفيق الجمهور.`
)

func TestFindCopies(t *testing.T) {
	fold := strings.NewReplacer("أ", "ا", "إ", "ا", "ة", "ه", "ي ", "ى ", "ال", "الـــ", "ن", "نْ")
	words := strings.Fields(dam)
	roundup := museum + "\n" + race + "\n" + dam + "\n" + strings.ReplaceAll(museum, "المتحف", "المعرض الكبير")
	edited := strings.NewReplacer("أمس ", "", "المهندسة ليلى الكرمي", "ليلى الكرمي", "تسعين مليون درهم", "تسعين مليونا", "وأضافت", "وذكرت الكرمي").Replace(dam)
	sentences := strings.SplitAfter(dam, ".")
	debris := "الرئيسية | محليات | 18°\nشارك فيسبوك تويتر واتساب طباعة\nمؤشر السوق 9120 ارتفاع 0.4\n" + dam +
		"\nأضف تعليقا: الاسم، البريد الإلكتروني، نص التعليق، أرسل\nاقرأ أيضا: أسعار الخضار اليوم"
	for _, tt := range []struct {
		name, title, text string
		kind              news.VerdictKind
		same              bool
	}{
		{"the same", "افتتاح سد الغدير", dam, news.Copy, true},
		{"spelt in other ways", "افتتاح سد الغدير", fold.Replace(dam), news.Copy, true},
		{"other title", "سبعة آلاف مزرعة تنتظر الماء", dam, news.Copy, true},
		{"cut short", "افتتاح سد الغدير", strings.Join(words[:len(words)/3], " "), news.Excerpt, false},
		{"the second half", "", strings.Join(words[len(words)/2:], " "), news.Excerpt, false},
		{"wrapped in debris", "افتتاح سد الغدير", debris, news.Copy, false},
		{"edited", "سد الغدير يفتتح", edited, news.Copy, false},
		{"in another order", "سد الغدير", sentences[1] + sentences[2] + sentences[0], news.Copy, false},
		{"within a round-up", "حصاد اليوم", roundup, news.Excerpt, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := New(testWindow)
			article{"ar", "افتتاح سد الغدير", dam, 0}.pass(x, 1)
			article{"ar", "سباق الجبل", race, 1}.pass(x, 2)
			got := article{"ar", tt.title, tt.text, 3}.pass(x, 3)
			if len(got) == 0 || got[0].Kind != tt.kind || tt.name != "within a round-up" && (got[0].Item != itemOf(1) || got[0].Leader != itemOf(1)) {
				t.Fatalf("matched %+v, want %s of the first", got, tt.kind)
			}
			if tt.same && !got[0].Same {
				t.Errorf("similarity %.2f, not the same", got[0].Similarity)
			}
		})
	}
}

func TestArabicDigitsAreDigits(t *testing.T) {
	const text = `باع السوق ٣٤٢ صندوقا من التمر بسعر ٧٨ درهما للصندوق، وقال التاجر إن محصول هذا العام من نخيل الواحة أقل من المعتاد بسبب الرياح،
		وإن ١٢ مزرعة لم تقطف ثمارها حتى الآن وتنتظر عودة العمال.`
	ascii := strings.NewReplacer("٣٤٢", "342", "٧٨", "78", "١٢", "12").Replace(text)
	x := New(testWindow)
	article{"ar", "سوق التمر", text, 0}.pass(x, 1)
	if got := (article{"ar", "سوق التمر", ascii, 1}).pass(x, 2); len(got) != 1 || !got[0].Same || got[0].Similarity < 0.99 {
		t.Errorf("matched %+v", got)
	}
}

// TestFormulaicNews: what differs in names and numbers only is not the same news,
// whether its wording is known to be a formula or was never seen before.
func TestFormulaicNews(t *testing.T) {
	const (
		cable = `بعث رئيس الدولة برقية تهنئة إلى %s رئيس جمهورية %s بمناسبة ذكرى اليوم الوطني لبلاده. وأعرب الرئيس باسمه واسم شعب وحكومة
			البلاد عن أصدق التهاني وأطيب التمنيات بالصحة والسعادة لفخامته، ولحكومة وشعب جمهورية %[2]s الصديق اطراد التقدم والازدهار.`
		weather = `تتوقع هيئة الأرصاد لطقس اليوم %s بمشيئة الله أن تكون السماء غائمة جزئيا على مرتفعات %s مع نشاط في الرياح السطحية تحد من مدى
			الرؤية، ودرجة الحرارة العظمى في العاصمة %s درجة مئوية والصغرى %s، فيما تكون حركة الرياح على البحر شمالية غربية بسرعة %s كيلومترا في الساعة.`
		prices = `أغلق مؤشر السوق الرئيسي اليوم %s عند مستوى %s نقطة بتداولات بلغت قيمتها %s مليون درهم، وبلغت كمية الأسهم المتداولة %s مليون سهم
			سجلت فيها أسهم %s شركة ارتفاعا في قيمتها، وكانت أسهم شركات %s الأكثر ارتفاعا.`
		plane = `وصلت إلى مطار %s اليوم الطائرة الإغاثية %s التي يسيرها مركز الإغاثة وعلى متنها مساعدات تشتمل على %s حقيبة إيوائية ومواد غذائية
			وطبية تمهيدا لنقلها إلى المتضررين من %s، ويأتي ذلك في إطار الدعم المتواصل الذي يقدمه المركز للشعوب المحتاجة.`
		execution = `أصدرت وزارة الداخلية اليوم بيانا بشأن تنفيذ حكم القتل قصاصا في أحد الجناة، أقدم %s على قتل %s بإطلاق النار عليه إثر خلاف
			بينهما، وبإحالته إلى المحكمة صدر بحقه حكم يقضي بثبوت ما نسب إليه والحكم بقتله قصاصا، ونفذ الحكم اليوم %s بمنطقة %s.`
	)
	for _, tt := range []struct {
		name, title, form string
		filled            [][]any
	}{
		{"congratulations", "رئيس الدولة يهنئ رئيس %[2]s", cable, [][]any{
			{"كارلوس مورينو", "سيرينا"}, {"آنا بيترسون", "نوردافيا"}, {"جوزيف كاماو", "تانغورا"}, {"لي سونغ", "هانشيا"}, {"ماركو رينالدي", "فالنسا"}}},
		{"weather", "طقس %s", weather, [][]any{
			{"الأحد", "عرعون", "38", "24", "22"}, {"الاثنين", "السروان", "36", "21", "35"}, {"الثلاثاء", "جبل الريح", "41", "27", "18"},
			{"الأربعاء", "الوادي", "33", "19", "40"}}},
		{"closing prices", "مؤشر السوق يغلق عند %[2]s", prices, [][]any{
			{"الأحد", "9120", "540", "23", "71", "النسيم والفجر"}, {"الاثنين", "9087", "611", "29", "44", "الواحة للأغذية"},
			{"الثلاثاء", "9155", "498", "19", "102", "المرجان والأفق"}, {"الأربعاء", "9203", "702", "33", "120", "الريف"}}},
		{"aid planes", "الطائرة %[2]s تصل إلى %[1]s", plane, [][]any{
			{"الربوة", "الثالثة", "310", "زلزال الشمال"}, {"الربوة", "الرابعة", "520", "زلزال الشمال"}, {"النخيل", "الخامسة", "145", "سيول الساحل"},
			{"النخيل", "السادسة", "260", "سيول الساحل"}}},
		{"executions", "تنفيذ حكم القصاص في %[4]s", execution, [][]any{
			{"سالم بن ناصر", "عمر بن فهد", "الأحد 11 / 5", "الجوف"}, {"ماجد بن راشد", "زايد بن علي", "الثلاثاء 20 / 5", "الشرقية"},
			{"حمد بن تركي", "نواف بن سعد", "الخميس 29 / 5", "عسير"}, {"خلف بن مرزوق", "بدر بن عيد", "الأحد 8 / 6", "تبوك"}}},
	} {
		for _, known := range []int{0, 1, 10, 40} { // articles of that wording before
			t.Run(fmt.Sprint(tt.name, " ", known), func(t *testing.T) {
				x := New(testWindow)
				for n := range known { // with other names and numbers, an hour apart
					other := []any{}
					for i := range 6 {
						other = append(other, fmt.Sprintf("س%dع%d", n, i))
					}
					article{"ar", fill(tt.title, other), fill(tt.form, other), float64(n)}.pass(x, 1000+n)
				}
				for i, f := range tt.filled {
					for _, m := range (article{"ar", fill(tt.title, f), fill(tt.form, f), float64(known + 24*i)}).pass(x, i) {
						for other := range i {
							if m.Item == itemOf(other) {
								t.Errorf("no. %d matches no. %d: %.2f", i, other, m.Similarity)
							}
						}
					}
				}
			})
		}
	}
}

// fill writes values into a form that may not have room for all.
func fill(form string, values []any) string {
	filled, _, _ := strings.Cut(fmt.Sprintf(form, values...), "%!(EXTRA")
	return filled
}

func TestFindNothing(t *testing.T) {
	const translation = `The water ministry of the Green River region yesterday opened the Ghadir dam after four years of work. Project manager
		Layla Karmi said the dam will water seven thousand small farms in the eastern valley and protect villages from floods.`
	for _, tt := range []struct {
		name          string
		first, second article
	}{
		{"other news", article{"ar", "افتتاح سد الغدير", dam, 0}, article{"ar", "مخطوط نادر", museum, 1}},
		{"a translation", article{"ar", "افتتاح سد الغدير", dam, 0}, article{"en", "Ghadir dam opens", translation, 1}},
		{"said to be in another language", article{"ar", "افتتاح سد الغدير", dam, 0}, article{"fa", "افتتاح سد الغدير", dam, 1}},
		{"empty", article{"ar", "عنوان", "", 0}, article{"ar", "عنوان", "", 1}},
		{"two words", article{"ar", "عنوان", "كلمتان فقط", 0}, article{"ar", "عنوان", "كلمتان فقط", 1}},
		{"short, other number", article{"ar", "أرباح النسيم 40 مليونا", "أعلنت شركة النسيم أرباحا قدرها 40 مليونا في الربع الأول من العام الجاري", 0},
			article{"ar", "أرباح النسيم 55 مليونا", "أعلنت شركة النسيم أرباحا قدرها 55 مليونا في الربع الأول من العام الجاري", 1}},
		{"out of the window", article{"ar", "افتتاح سد الغدير", dam, 0}, article{"ar", "افتتاح سد الغدير", dam, 31 * 24}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := New(testWindow)
			tt.first.pass(x, 1)
			if got := tt.second.pass(x, 2); len(got) > 0 {
				t.Errorf("matched %+v", got)
			}
		})
	}
}

func TestShortTextsMustBeNearlyIdentical(t *testing.T) {
	const flash = "عاجل: انقطاع التيار الكهربائي عن أحياء واسعة في مدينة الزهراء بسبب عطل في المحطة الرئيسية"
	x := New(testWindow)
	article{"ar", "انقطاع الكهرباء في الزهراء", flash, 0}.pass(x, 1)
	if got := (article{"ar", "انقطاع الكهرباء في الزهراء", flash + " والفرق تعمل", 1}).pass(x, 2); len(got) != 1 {
		t.Errorf("the same flash matched %+v", got)
	}
	if got := (article{"ar", "عودة الكهرباء", "عودة التيار الكهربائي إلى أحياء واسعة في مدينة الزهراء بعد إصلاح المحطة", 1}).pass(x, 3); len(got) != 0 {
		t.Errorf("another flash matched %+v", got)
	}
}

func TestOtherLanguages(t *testing.T) {
	for _, a := range []article{
		{"fr", "Le pont de Valmont rouvre", `Le pont de Valmont a rouvert mardi après onze mois de travaux, a annoncé la mairie. Les camions devront encore
			emprunter la déviation par la zone artisanale jusqu'à la fin de l'été, le temps de poser les appareils qui mesureront les vibrations.`, 0},
		{"en", "Harbour seals return", `Volunteers counted forty-one seals on the sandbanks off Marrow Point last weekend, the highest number since the oil
			spill nine years ago. Boats are asked to keep two hundred metres away while the pups learn to swim and dive for sand eels.`, 0},
		{"fa", "کتابخانه کوهستان", `کتابخانه سیار کوهستان پس از دو سال دوباره به روستاهای دره شمالی می‌رود. راننده کتابخانه می‌گوید کودکان هر هفته کتاب‌های
			تازه می‌خواهند و معلمان فهرستی از داستان‌های علمی فرستاده‌اند که باید تا پاییز خریده شود. شهرداری هم قول داده است که جاده باریک کنار رودخانه را پیش از
			زمستان تعمیر کند تا خودرو کتابخانه بتواند به دورترین روستا برسد.`, 0},
		{"ja", "古い灯台", `町は来月から古い灯台の修理を始めると発表した。工事は二年かかる見込みで、その間は小さな博物館が港の倉庫に移る。漁師たちは霧の夜のために仮の明かりを
			付けてほしいと求めている。`, 0},
		{"zh", "山区小学", `山区小学今年秋天将迎来十二名新教师，县里表示他们将住在新建的宿舍里。村民希望恢复每周两次的校车，因为孩子们现在要走一个小时的山路才能到学校上课。`, 0},
	} {
		t.Run(a.lang, func(t *testing.T) {
			x := New(testWindow)
			a.pass(x, 1)
			cut := []rune(a.text)
			again := article{a.lang, a.title, string(cut[:2*len(cut)/3]), 2}
			if got := again.pass(x, 2); len(got) != 1 || got[0].Item != itemOf(1) {
				t.Errorf("two thirds of it matched %+v", got)
			}
		})
	}
}

// TestLeaderIsMatched: of three texts that overlap like links of a chain, the third
// does not join the group of the first, which it has nothing in common with.
func TestLeaderIsMatched(t *testing.T) {
	x := New(testWindow)
	article{"ar", "السد", dam, 0}.pass(x, 1)
	if got := (article{"ar", "السد والمتحف", dam + museum, 1}).pass(x, 2); len(got) != 1 || got[0].Leader != itemOf(1) {
		t.Fatalf("the middle matched %+v", got)
	}
	got := article{"ar", "المتحف", museum, 2}.pass(x, 3)
	if len(got) != 1 || got[0].Item != itemOf(2) || got[0].Leader != itemOf(2) {
		t.Errorf("the end matched %+v, want the middle, in a group of its own", got)
	}
}

// TestGroupWithMostSupport: among groups, that one is joined for which most speaks.
func TestGroupWithMostSupport(t *testing.T) {
	x := New(testWindow)
	half := strings.Fields(dam)
	article{"ar", "السد", dam + race, 0}.pass(x, 1)
	article{"ar", "المتحف", museum + " " + strings.Join(half[:20], " "), 1}.pass(x, 2)
	article{"ar", "السد", dam, 2}.pass(x, 3)
	got := article{"ar", "السد والمتحف", dam + museum, 3}.pass(x, 4)
	if len(got) < 3 || got[0].Leader != itemOf(1) {
		t.Errorf("matched %+v, want the group of the first", got)
	}
}
