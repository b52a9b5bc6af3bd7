package organisations

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/phrases"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

func TestFind(t *testing.T) {
	f := newFinder(t)
	for _, tt := range []struct{ text, want string }{
		{"لا شيء هنا", ""},
		// acronyms and everyday words
		{"Un an après, l'UN est là", "un"},
		{"Un an après", ""},
		{"The UN said un mot", "un"},
		{"Who said so? Then who?", ""},
		{"The WHO said so", "who"},
		{"WORLD LEADERS ASK WHO KNEW ABOUT THIS", ""},
		{"il va au marché, Au revoir", ""},
		{"A map of Map Street", ""},
		{"selon la MAP", "ma-map"},
		{"Far away, and FAR from it", ""},
		{"Forces armées royales (FAR)", "ma-far ×2"},
		{"AS FAR et FAR de Rabat", ""},
		{"the cutting edge and the Edge", ""},
		{"EDGE Group said EDGE would", "ae-edge ×2"},
		{"an apple a day, Apple crumble", ""},
		{"Apple sold the iPhone", "us-apple"},
		{"عدد الإبل في السوق", ""},
		{"باعت أبل هواتف آيفون", "us-apple"},
		{"a shell, the Shell", ""},
		{"Royal Dutch Shell; then Shell rose", "gb-shell ×2"},
		{"the Amazon rainforest and Amazon basin", ""},
		{"Jeff Bezos left Amazon", "us-amazon"},
		{"un nato, NATO et l'OTAN", "nato ×2"},
		{"Richard Wagner composed", ""},
		{"Prigozhin and Wagner", "ru-wagner"},
		{"Leonardo da Vinci", ""},
		{"وأم الطفل قالت", ""},
		{"البيت كبير", ""},
		// Palestinian and other movements
		{"شجعوا الفريق بحماس، وزاد حماس الجماهير", ""},
		{"عمل بكل حماس ونشاط", ""},
		{"قالت حركة حماس إن حماس وافقت", "ps-hamas ×2"},
		{"قالت حماس في غزة", "ps-hamas"},
		{"حماس الطلاب كبير", ""},
		{"تم فتح الطريق، وأعلنت البلدية فتح باب التسجيل", ""},
		{"حركة فتح، وقالت فتح إنها", "ps-fatah ×2"},
		{"حركة فتح ترحب، وتم فتح معبر رفح", "ps-fatah"},
		{"سد النهضة وعصر النهضة والنهضة الصناعية", ""},
		{"حركة النهضة التونسية، وقالت النهضة", "tn-ennahda ×2"},
		{"عيد الاستقلال وذكرى الاستقلال", ""},
		{"الأمين العام لحزب الاستقلال", "ma-istiqlal"},
		{"حزب العدالة والتنمية", ""},
		{"أردوغان يترأس حزب العدالة والتنمية", "tr-akp"},
		{"بنكيران يعود إلى حزب العدالة والتنمية", "ma-pjd"},
		{"حزب الله اللبناني وكتائب حزب الله العراقي", "iq-kataib, lb-hezbollah"},
		{"جماعة الحوثي وأنصار الله والحوثيون", "ye-houthis ×3"},
		{"القاعدة العسكرية والقاعدة الشعبية", ""},
		{"تنظيم القاعدة، وتبنت القاعدة الهجوم", "alqaeda ×2"},
		{"قوات الدعم السريع والجيش السوداني", "sd-rsf, sd-saf"},
		{"Rapid Support Forces (RSF)", "sd-rsf ×2"},
		{"Reporters sans frontières (RSF)", "rsf ×2"},
		{"قسد وقوات سوريا الديمقراطية", "sdf ×2"},
		{"تاريخ الدولة الإسلامية", ""},
		{"داعش وتنظيم الدولة الإسلامية", "is ×2"},
		// institutions, by their country
		{"الجيش", ""},
		{"وزارة الدفاع", ""},
		{"the army and the ministry of defence", ""},
		{"وزارة الدفاع المصرية ووزير الدفاع المصري", "eg-mod ×2"},
		{"the Egyptian Ministry of Defence; Egypt's defence minister", "eg-mod ×2"},
		{"le ministère égyptien de la Défense et le ministre de la Défense égyptien", "eg-mod ×2"},
		{"الجيش المغربي والقوات المسلحة الملكية المغربية", "ma-far ×2"},
		{"the Moroccan army, l'armée marocaine, the army of Morocco", "ma-far ×3"},
		{"فاز الجيش الملكي على الرجاء", ""},
		{"فاز الجيش الملكي المغربي على الرجاء", ""},
		{"نادي الشرطة العراقي", ""},
		{"الشرطة العراقية", "iq-police"},
		{"وزير خارجية إيران ووزير الخارجية الإيراني", "ir-foreign ×2"},
		{"le ministre de l'Intérieur du Maroc", "ma-interior"},
		{"the Saudi foreign ministry; Minister of Foreign Affairs of the Russian Federation", "ru-foreign, sa-foreign"},
		{"البنتاغون ووزارة الدفاع الأمريكية", "us-mod ×2"},
		{"the Pentagon, the White House and the State Department", "us-mod, us-state, us-whitehouse"},
		{"جيش الاحتلال والجيش الإسرائيلي", "il-idf ×2"},
		{"الجيش الوطني الشعبي الجزائري، والجيش الجزائري", "dz-anp ×2"},
		{"البنك المركزي التركي والبنك المركزي المصري", "eg-bank, tr-tcmb"},
		{"l'armée du Mali, l'armée française", "fr-forces, ml-forces"},
		{"وزارة الداخلية، المغرب", ""},
		{"The army. Egypt won", ""},
		{"وزارة الصحة اللبنانية", "lb-health"},
		{"الحكومة اليابانية وبرلمان اليابان", "jp-diet, jp-government"},
		{"السياسة الخارجية الأمريكية والتجارة الخارجية المصرية", ""},
		{"الخارجية الأمريكية", "us-state"},
		{"برئاسة السعودية", ""},
		// the United Nations and alliances
		{"مجلس الأمن الدولي والأمم المتحدة", "un, unsc"},
		{"مجلس الأمن القومي", ""},
		{"Conseil de sécurité de l'ONU, Haut-Commissariat aux réfugiés (HCR)", "unhcr ×2, unsc"},
		{"الأونروا واليونيسف واليونسكو", "unesco, unicef, unrwa"},
		{"بعثة المينورسو وجبهة البوليساريو", "minurso, polisario"},
		{"الاتحاد الأوروبي لكرة القدم", "uefa"},
		{"الاتحاد الأفريقي لكرة القدم والاتحاد الأفريقي", "au, caf"},
		{"the European Union, the UE and the EU", "eu ×3"},
		{"مجلس التعاون الخليجي وجامعة الدول العربية", "arableague, gcc"},
		{"OPEC and Opec, أوبك بلس", "opec ×2, opecplus"},
		// companies and the press
		{"Lockheed Martin, Thales et Rheinmetall; بايكار", "de-rheinmetall, fr-thales, tr-baykar, us-lockheed"},
		{"أرامكو وسابك وأدنوك والمكتب الشريف للفوسفاط", "ae-adnoc, ma-ocp, sa-aramco, sa-sabic"},
		{"الخطوط الجوية القطرية وطيران الإمارات والخطوط الملكية المغربية", "ae-emirates, ma-ram, qa-airways"},
		{"Elie Saab dresses", ""},
		{"(رويترز) - (واس) - وكالة فرانس برس", "afp, reuters, sa-spa"},
		{"قناة الجزيرة، وشبه الجزيرة وولاية الجزيرة", "qa-jazeera"},
		{"ميناء الفاو", ""},
		{"منظمة الفاو", "fao"},
		{"الهلال الأحمر الفلسطيني وفريق الهلال", "ps-redcrescent"},
		{"الأزهر الشريف وجامعة الأزهر", "eg-azhar ×2"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for _, o := range f.Find("", tt.text) {
				id := o.ID
				if o.Mentions > 1 {
					id += fmt.Sprint(" ×", o.Mentions)
				}
				got = append(got, id)
			}
			if got := strings.Join(got, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLocateGivesPlaces(t *testing.T) {
	f := newFinder(t)
	title, body := "الجيش المغربي", "Egypt's army; le ministère marocain de la Défense; NATO; ministère de la Défense de l'Arabie saoudite"
	want := []string{"ma-far: الجيش المغربي", "eg-forces: Egypt's army", "ma-mod: marocain de la Défense", "nato: NATO", "sa-defence: ministère de la Défense de l'Arabie saoudite"}
	inTitle, inBody := phrases.Prepare(title), phrases.Prepare(body)
	var got []string
	mentions := f.Locate(inTitle, inBody, places.Locate(inTitle, inBody))
	for _, m := range mentions {
		s := []rune(body)
		if m.InTitle {
			s = []rune(title)
		}
		got = append(got, m.ID+": "+string(s[m.Start:m.End]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if all := f.Count(mentions); len(all) != 5 || all[1].ID != "ma-far" || !all[1].InTitle || all[1].Name != "Royal Armed Forces" {
		t.Errorf("got %+v", all)
	}
}

func BenchmarkLocate(b *testing.B) {
	f := newFinder(b)
	for name, s := range map[string]string{
		"arabic": strings.Repeat("بحث وزير الخارجية المغربي مع نظيره الإسباني في الرباط سبل تعزيز التعاون بين البلدين في مجالات الاقتصاد والتعليم والطاقة. "+
			"وأكد الجانبان أهمية الحوار داخل الأمم المتحدة، وتطرقا إلى الأوضاع التي تعرفها المنطقة وإلى ما ينتظر الشركات من مشاريع جديدة. ", 12),
		"english": strings.Repeat("The minister met his Spanish counterpart on Monday to discuss trade, education and what companies expect of the new port. "+
			"Both sides said that the talks held under the roof of the United Nations had been useful, and that more would follow in spring. ", 12),
	} {
		title, body := phrases.Prepare("عنوان"), phrases.Prepare(s)
		countries := places.Locate(title, body)
		b.Run(name+"/tokens", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range text.Tokens(s) {
				}
			}
		})
		b.Run(name+"/prepare", func(b *testing.B) {
			b.ReportAllocs()
			var t phrases.Text
			for b.Loop() {
				t.Reset(s)
			}
		})
		b.Run(name+"/places", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				places.Locate(title, body)
			}
		})
		b.Run(name+"/organisations", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Locate(title, body, countries)
			}
		})
	}
}
