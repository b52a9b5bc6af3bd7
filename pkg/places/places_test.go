package places

import (
	"fmt"
	"strings"
	"testing"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

func TestFind(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		// Arabic: forms
		{"لا شيء هنا", ""},
		{"المغرب وبالمغرب للمغرب فالمغرب والمغرب", "MA5"},
		{"مغربي مغربية المغاربة المغربيات مغربيين للمغربية", "MA6"},
		{"التقى الوفدان في الدوحة ثم في القاهرة", "EG1 QA1"},
		{"الولايات المتحدة الأمريكية والمملكة العربية السعودية", "SA1 US1"},
		{"إسبانيا اسبانيا الأُردُن", "ES2 JO1"},
		{"استقبل السعوديون ضيوفهم من الروس والألمان والإنجليز", "DE1 GB1 RU1 SA1"},
		{"الأتراك والهنود والأفغان واليونانيون", "AF1 GR1 IN1 TR1"},
		{"الأمريكان والأميركيون والطليان والإسبان", "US2 ES1 IT1"},
		{"الإسرائيليون والفلسطينيون والمصريات والتونسيين", "EG1 IL1 PS1 TN1"},
		{"الصرب والكروات والبلغار والأرمن", "AM1 BG1 HR1 RS1"},
		{"قال العرب واليهود والأكراد كلمتهم", ""},
		{"خبيران هولنديان وسائحتان يابانيتان", "JP1 NL1"},
		{"صدّرت أميركا القمح إلى سورية ولبنان", "LB1 SY1 US1"},
		{"وصل وزيرا الكويت وسلطنة عمان إلى مملكة البحرين", "BH1 KW1 OM1"},
		// Arabic: cities and seats of power
		{"أمطار على فاس ومكناس ومدينة فاس", "MA3"},
		{"حريق في الإسكندرية وآخر في أسيوط", "EG2"},
		{"مهرجان في وهران وملتقى في قسنطينة", "DZ2"},
		{"أضربت المدارس في صفاقس وسيدي بوزيد", "TN2"},
		{"غبار على تبوك ونجران والدمام", "SA3"},
		{"أعلن البيت الأبيض أن الكرملين رد", "RU1 US1"},
		{"رفض الإليزيه التعليق وصمت البنتاغون", "FR1 US1"},
		{"زار خادم الحرمين الشريفين المشاعر المقدسة", "SA2"},
		{"اجتمع الكنيست وقصفت جباليا", "IL1 PS1"},
		{"مظاهرات في أربيل وفي إقليم كردستان", "IQ2"},
		{"غارات على الحديدة وصعدة", "YE2"},
		{"اشتباكات في الفاشر ونيالا", "SD2"},
		{"ضمت روسيا شبه جزيرة القرم", "RU1 UA1"},
		{"سياج سبتة ومليلية", "ES1"},
		{"معارك في تيغراي وفي دونباس", "ET1 UA1"},
		// Arabic: ambiguous words
		{"دعم مالي كبير في مالي", "ML1"},
		{"تقرير مالي عن النظام المالي والأوراق المالية", ""},
		{"وزارة المالية والسوق المالية", ""},
		{"انقلاب مالي وسلطات مالي", "ML2"},
		{"وصل السفير إلى عمان", "OM1"},
		{"قال وزير الخارجية الأردني في عمان", "JO2"},
		{"مباحثات بين الأردن وسلطنة عمان، وعاد الوفد إلى عمان", "OM2 JO1"},
		{"رفع يده اليمنى", ""},
		{"الجيش اليمني", "YE1"},
		{"النيجر ونيجيريا والجيش النيجيري والمجلس النيجري", "NE2 NG2"},
		{"دلتا النيجر ونهر النيجر", "NG1"},
		{"غينيا وغينيا بيساو وغينيا الاستوائية", "GN1 GQ1 GW1"},
		{"بابوا غينيا الجديدة وخليج غينيا", "PG1"},
		{"السودان وجنوب السودان", "SD1 SS1"},
		{"الجيش الكوري الشمالي والرئيس الكوري", "KP1 KR1"},
		{"كوريا الجنوبية وكوريا الشمالية", "KP1 KR1"},
		{"الكونغو الديمقراطية وجمهورية الكونغو والكونغو", "CD2 CG1"},
		{"على ضفة نهر الكونغو", ""},
		{"خطاب باللغة الفرنسية", ""},
		{"ترجم الكتاب من اللغة التركية بالإنجليزية", ""},
		{"وصل باكراً إلى أكرا وتابع مجريات القمة", "GH1"},
		{"حفر مجرى النهر", ""},
		{"رئيس الوزراء المجري", "HU1"},
		{"دول المغرب العربي", ""},
		{"أذان المغرب وصلاة المغرب", ""},
		{"المستشار تركي آل الشيخ", ""},
		{"المستشار تركي آل الشيخ يكرم الفريق، وشكر تركي الجمهور", ""},
		{"الأمير تركي بن محمد زار تركيا", "TR1"},
		{"مسلسل تركي جديد", "TR1"},
		{"أعلن محمد شياع السوداني، وقال السوداني إن", ""},
		{"أعلن محمد شياع السوداني دعمه للسودان وللشعب السوداني", "SD2"},
		{"الجيش السوداني", "SD1"},
		{"زبدة الفول السوداني وتمر هندي", ""},
		{"إصابة في الرباط الصليبي", ""},
		{"اجتماع في الرباط", "MA1"},
		{"قطاع غزة والضفة الغربية", "PS2"},
		{"ضفاف نهر الأردن", ""},
		{"يبلغ قطر الدائرة مترا، ونصف قطر الأخرى متران", ""},
		{"قطر تستضيف القمة، والوفد القطري", "QA2"},
		{"نالت هند الجائزة", ""},
		{"صدرت الهند الأرز", "IN1"},
		{"المحيط الهندي وجوز الهند", ""},
		{"جورجيا وتبليسي", "GE2"},
		{"ناخبو ولاية جورجيا، وفي جورجيا تأخر الفرز", "US2"},
		{"كوبي براينت أسطورة، وكان كوبي لاعبا", ""},
		{"وزير كوبي", "CU1"},
		{"المسرح الروماني في المدينة", ""},
		{"البرلمان الروماني", "RO1"},
		{"أمريكا اللاتينية وأميركا الجنوبية وكوبا أمريكا", ""},
		{"اتفاقية جنيف واتفاق باريس للمناخ وبروتوكول كيوتو", ""},
		{"محادثات في جنيف وباريس", "CH1 FR1"},
		{"مدرسة بنين ومال وبنين", ""},
		{"المملكة تستقبل الحجاج", ""},
		{"سافر للحج", ""},
		{"طرابلس تستضيف الاجتماع", "LY1"},
		{"في طرابلس شمال لبنان قال اللبناني", "LB3"},
		{"استعاد الجيش السوري مدينة حمص", "SY2"},
		{"طبق من حمص بالطحينة", ""},
		{"صلى في القدس القديمة", ""},
		{"قال الفلسطيني في القدس", "PS2"},
		{"القدس الشرقية", "PS1"},
		{"نادي ريال مدريد", "ES1"},
		{"قدم لفيف من الحضور بأدوات من أفران", ""},
		{"الصحراء الغربية وهونغ كونغ وتايوان وماكاو", "EH1 HK1 MO1 TW1"},
		{"كوسوفو وجبل طارق وغرينلاند وبورتوريكو", "GI1 GL1 PR1 XK1"},
		{"ساموا الأمريكية وساموا", "AS1 WS1"},
		{"جزر العذراء الأمريكية وجزر العذراء البريطانية", "VG1 VI1"},
		{"جمهورية الدومينيكان ودومينيكا", "DM1 DO1"},
		{"أيرلندا وأيرلندا الشمالية", "GB1 IE1"},
		{"جنة عدن وميناء عدن", "YE1"},
		{"وثائق بنما وقناة بنما", "PA1"},
		{"قناة السويس ومضيق باب المندب", "EG1 YE1"},
		{"صحيفة واشنطن بوست", ""},
		{"الممثل دينزل واشنطن في واشنطن", "US1"},
		// English
		{"Moroccan and Spanish ministers met in Rabat; Morocco hosts", "MA3 ES1"},
		{"we ate turkey off fine china, tell us", ""},
		{"The US and the U.S. and the UK, UAE", "US2 AE1 GB1"},
		{"Michael Jordan and Jordan Peterson met Chad Smith", ""},
		{"Egypt, Jordan and Chad agreed. In Jordan, too.", "JO2 EG1 TD1"},
		{"the Jordan River and the River Jordan", ""},
		{"Voters in Georgia went to the polls", ""},
		{"Voters in Georgia went to the polls in Atlanta", "US2"},
		{"Georgia's parliament in Tbilisi", "GE2"},
		{"New Mexico and Mexico", "MX1 US1"},
		{"Papua New Guinea, Equatorial Guinea, Guinea-Bissau, Guinea", "GN1 GQ1 GW1 PG1"},
		{"a guinea pig, Guinea pigs and the Gulf of Guinea", ""},
		{"the Niger River, Niger and Nigeria; Nigerien and Nigerian", "NE2 NG2"},
		{"North Korea, South Korea, Korea", "KR2 KP1"},
		{"the Republic of Congo, the DRC and the Congo", "CD2 CG1"},
		{"Sudan and South Sudan; Sudanese and South Sudanese", "SD2 SS2"},
		{"Dominica and the Dominican Republic", "DM1 DO1"},
		{"Ireland and Northern Ireland", "GB1 IE1"},
		{"Samoa, American Samoa", "AS1 WS1"},
		{"the British Virgin Islands and the U.S. Virgin Islands", "VG1 VI1"},
		{"George Washington and Denzel Washington", ""},
		{"officials in Washington and Washington state", "US2"},
		{"the Washington Post", ""},
		{"the White House, the Kremlin, Downing Street and the Pentagon", "US2 GB1 RU1"},
		{"Crimea, Chechnya and Tibet", "CN1 RU1 UA1"},
		{"Gaza, the West Bank and East Jerusalem", "PS3"},
		{"prayers in Jerusalem", ""},
		{"Israeli police in Jerusalem", "IL2"},
		{"Kashmir is cold", ""},
		{"Indian troops in Kashmir", "IN2"},
		{"Iraqi Kurdistan and Erbil", "IQ2"},
		{"Scotland, Wales and England", "GB3"},
		{"the Prince of Wales ate French fries", ""},
		{"Latin America, the Indian Ocean and the West Indies", ""},
		{"the Geneva Conventions and the Paris Agreement", ""},
		{"talks in Geneva and Paris", "CH1 FR1"},
		{"Tripoli fell", "LY1"},
		{"Lebanese troops in Tripoli, Beirut and Lebanon", "LB4"},
		{"Hong Kong, Macau and Taiwan", "HK1 MO1 TW1"},
		{"Greenland, Gibraltar, Puerto Rico, Kosovo", "GI1 GL1 PR1 XK1"},
		{"Texas, California and British Columbia", "US2 CA1"},
		{"Sana'a and N'Djamena", "TD1 YE1"},
		{"Ceuta and Melilla", "ES2"},
		{"the Kingdom and the Republic", ""},
		{"Saudis, Emiratis, Qataris and Omanis", "AE1 OM1 QA1 SA1"},
		{"Houston, we have a problem. Whitney Houston sang", "US1"},
		{"US OFFICIALS WARN SYRIA OVER ATTACK", "SY1"},
		{"TELL THEM ABOUT US NOW PLEASE", ""},
		// French
		{"Le ministre marocain et les autorités françaises à Alger, en Côte d'Ivoire", "CI1 DZ1 FR1 MA1"},
		{"la diplomatie algérienne, l'armée turque, la Suisse", "CH1 DZ1 TR1"},
		{"des Marocaines et des marocains", "MA2"},
		{"les États-Unis et le Royaume-Uni", "GB1 US1"},
		{"un roman traduit en français, écrit en anglais", ""},
		{"la Maison Blanche et le Quai d'Orsay", "FR1 US1"},
		{"Cisjordanie et bande de Gaza", "PS2"},
		{"le Sahara occidental et la Mauritanie", "EH1 MR1"},
		{"un cochon d'Inde et des noix du Brésil", ""},
		{"l'Inde et le Brésil", "BR1 IN1"},
		{"l'Amérique latine et l'océan Indien", ""},
		{"la Guinée équatoriale et la Guinée", "GN1 GQ1"},
		{"la Géorgie et la Géorgie du Sud", "GE1 GS1"},
		{"Fès, Tanger et Kénitra", "MA3"},
		{"les Pays-Bas, la Nouvelle-Zélande et l'Afrique du Sud", "NL1 NZ1 ZA1"},
		{"Guadeloupe, Martinique et La Réunion", "GP1 MQ1 RE1"},
		{"le nigérien et le nigérian", "NE1 NG1"},
		{"la Corée du Nord et le nord-coréen Kim", "KP2"},
		{"une Québécoise, des saoudiennes, un émirati", "AE1 CA1 SA1"},
		{"le Golfe d'Aden et Aden", "YE1"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			if got := found("", tt.text); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// found is what Find gives, in short.
func found(title, body string) string {
	var all []string
	for _, p := range Find(title, body) {
		all = append(all, fmt.Sprintf("%s%d", p.Code, p.Mentions))
	}
	return strings.Join(all, " ")
}

func TestFindCountsTitle(t *testing.T) {
	got := Find("المغرب", "العاصمة الرباط وباريس")
	if len(got) != 2 || got[0].Code != "MA" || got[0].Name != "Morocco" || got[0].Mentions != 2 || !got[0].InTitle || got[1].InTitle {
		t.Errorf("got %+v, want Morocco twice and in the title, France in the text", got)
	}
}

func TestLocateGivesPlaces(t *testing.T) {
	title, body := "قمة المغرب", "Talks in Rabat, وبالمغرب, on Côte d'Ivoire"
	want := []string{"MA title المغرب", "MA text Rabat", "MA text وبالمغرب", "CI text Côte d'Ivoire"}
	inTitle, inBody := phrases.Prepare(title), phrases.Prepare(body)
	var got []string
	for _, m := range Locate(inTitle, inBody) {
		where, s, tokens := "text", []rune(body), inBody.Tokens
		if m.InTitle {
			where, s, tokens = "title", []rune(title), inTitle.Tokens
		}
		if tokens[m.From].Start != m.Start || tokens[m.To-1].End != m.End {
			t.Errorf("%+v: tokens and code points differ", m)
		}
		got = append(got, m.Code+" "+where+" "+string(s[m.Start:m.End]))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// iso3166 are the codes assigned in ISO 3166-1.
const iso3166 = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM
KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ
SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU
WF WS YE YT ZA ZM ZW`

func TestEveryCountryIsThere(t *testing.T) {
	have := map[string]bool{}
	for _, code := range Codes() {
		have[code] = true
	}
	codes := append(strings.Fields(iso3166), "XK")
	for _, code := range codes {
		if !have[code] || Name(code) == "" {
			t.Errorf("no country %s", code)
		}
	}
	if len(codes) != 250 || len(have) != len(codes) {
		t.Errorf("%d countries, want the 249 of ISO 3166-1 and XK", len(have))
	}
}

// TestEveryNameFindsItsCountry goes over countries.tsv. Beside a weak name stands a
// firm one.
func TestEveryNameFindsItsCountry(t *testing.T) {
	firm := map[string]string{"US": "Texas", "JE": "Bailiwick of Jersey", "MF": "French Saint Martin"}
	for line := range strings.Lines(countriesTSV) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		code := fields[0]
		if strings.HasPrefix(code, "#") {
			continue
		}
		for column := 2; column < len(fields); column++ {
			for _, sign := range split(fields[column]) {
				name := strings.TrimLeft(sign, "^?~!=")
				article := name
				if strings.Contains(sign, "?") && code != nowhere {
					article += ". " + firmNames(fields, firm)
				}
				want := code != nowhere
				if got := found("", article); strings.Contains(got, code) != want && (want || !strings.HasPrefix(sign, "?")) {
					t.Errorf("%s: %q finds %q", code, article, got)
				}
			}
		}
	}
}

// firmNames are names of a row without conditions.
func firmNames(fields []string, known map[string]string) string {
	for _, name := range split(fields[2] + "|" + fields[4]) {
		if !strings.ContainsAny(name[:1], "^?~!+") {
			return name
		}
	}
	return known[fields[0]]
}

func FuzzFind(f *testing.F) {
	f.Add("المغرب وعمان", "Georgia, U.S. and Sana'a \xff")
	f.Fuzz(func(t *testing.T, title, body string) {
		for _, p := range Find(title, body) {
			if len(p.Code) != 2 || p.Name == "" || p.Mentions < 1 {
				t.Fatalf("Find(%q, %q) gives %+v", title, body, p)
			}
		}
		inTitle, inBody := phrases.Prepare(title), phrases.Prepare(body)
		last := Mention{}
		for _, m := range Locate(inTitle, inBody) {
			if m.From >= m.To || m.Start >= m.End || m.InTitle == last.InTitle && m.From < last.To || m.InTitle && last.To > 0 && !last.InTitle {
				t.Fatalf("%+v after %+v", m, last)
			}
			last = m
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	for name, s := range map[string]string{
		"arabic": strings.Repeat("بحث وزير الخارجية المغربي مع نظيره الإسباني في الرباط سبل تعزيز التعاون بين البلدين في مجالات الاقتصاد والتعليم. "+
			"وأكد الجانبان أهمية الحوار، وتطرقا إلى ما ينتظر الشركات من مشاريع جديدة في الأشهر المقبلة. ", 12),
		"english": strings.Repeat("The Moroccan minister met his Spanish counterpart in Rabat on Monday to discuss trade, education and the new port. "+
			"Both sides said that the talks had been useful, and that more would follow in the spring of next year. ", 12),
	} {
		empty, prepared := phrases.Prepare(""), phrases.Prepare(s)
		var again phrases.Text
		for step, do := range map[string]func(){
			"tokens":  func() { text.Tokens(s)(func(text.Token) bool { return true }) },
			"prepare": func() { again.Reset(s) },
			"locate":  func() { Locate(empty, prepared) },
			"find":    func() { Find("", s) },
		} {
			b.Run(name+"/"+step, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					do()
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
			})
		}
	}
}
