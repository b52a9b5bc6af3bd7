package charset_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	marsad "marsad/services/fetcher/feed/charset"
)

const (
	arabic   = "أعلنت بلدية المدينة اليوم عن افتتاح الحديقة العامة بعد أعمال ترميم دامت ستة أشهر، وحضر الحفل عدد من السكان."
	russian  = "Сегодня в городе открыли новый мост через реку, по которому можно пройти пешком и проехать на велосипеде."
	french   = "Le conseil a décidé d'agrandir l'école située près du marché, où les élèves étaient trop serrés l'été passé."
	greek    = "Ο δήμος ανακοίνωσε σήμερα την επαναλειτουργία της παλιάς βιβλιοθήκης στο κέντρο της πόλης."
	hebrew   = "העירייה הודיעה היום על פתיחת הגן הציבורי לאחר שיפוץ שנמשך שישה חודשים ובו השתתפו תושבים רבים."
	thai     = "เทศบาลประกาศเปิดสวนสาธารณะอีกครั้งหลังจากปรับปรุงเป็นเวลาหกเดือน"
	chinese  = "市政府今天宣布公园重新开放，这是经过六个月的修缮之后的事，许多居民来到了现场。"
	taiwan   = "市政府今天宣布公園重新開放，這是經過六個月的修繕之後的事，許多居民來到了現場。"
	japanese = "市は今日、半年にわたる改修のあとに公園を再び開くと発表しました。多くの人が集まりました。"
	korean   = "시는 오늘 여섯 달 동안의 공사를 마치고 공원을 다시 연다고 발표했다. 많은 주민이 모였다."
)

// rss is a feed with a text, under a declaration.
func rss(declaration, text string) string {
	return declaration + "<rss version=\"2.0\"><channel><title>" + text + "</title><item><description>" + text + "</description></item></channel></rss>"
}

func declared(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` }

func named(t *testing.T, name string) encoding.Encoding {
	t.Helper()
	enc, _ := charset.Lookup(name)
	if enc == nil {
		t.Fatalf("no encoding %s", name)
	}
	return enc
}

func encoded(t *testing.T, enc encoding.Encoding, text string) []byte {
	t.Helper()
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLabels reads texts in each encoding: declared, named by HTTP, mislabelled as UTF-8, and without a label.
func TestLabels(t *testing.T) {
	for name, text := range map[string]string{
		"windows-1256": arabic, "windows-1251": russian, "koi8-r": russian, "windows-1252": french, "iso-8859-1": french, "windows-1253": greek,
		"windows-1255": hebrew, "windows-874": thai, "gb18030": chinese, "gbk": chinese, "big5": taiwan, "shift_jis": japanese, "euc-jp": japanese, "euc-kr": korean,
	} {
		for _, c := range []struct {
			how, declaration, header string
			wrong                    bool
		}{
			{"declared", declared(name), "", false},
			{"by HTTP", `<?xml version="1.0"?>`, "text/xml; charset=" + name, false},
			{"not declared", "", "", false},
			{"said to be UTF-8", declared("utf-8"), "", true},
		} {
			want := rss(c.declaration, text)
			got, r := marsad.UTF8(encoded(t, named(t, name), want), c.header)
			if string(got) != want || r.Wrong != c.wrong || r.Guessed != (c.how == "not declared" || c.wrong) {
				t.Errorf("%s, %s: %+v, %.120s", name, c.how, r, got)
			}
		}
	}
}

func TestWide(t *testing.T) {
	for name, enc := range map[string]encoding.Encoding{
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf-32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	} {
		for _, mark := range []string{"", "\uFEFF"} {
			for _, declaration := range []string{"", declared("utf-16"), declared("utf-8"), declared("windows-1256")} {
				want := rss(declaration, arabic)
				if got, r := marsad.UTF8(encoded(t, enc, mark+want), ""); string(got) != want || r.Name != name {
					t.Errorf("%s, mark %q, %q: %+v, %.80q", name, mark, declaration, r, got)
				}
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, want string
		body       []byte
		result     marsad.Result
	}{
		{"UTF-8 said to be Latin-1", rss(declared("iso-8859-1"), arabic), []byte(rss(declared("iso-8859-1"), arabic)), marsad.Result{Name: "utf-8", Guessed: true, Wrong: true}},
		{"Arabic said to be Latin-1", rss(declared("iso-8859-1"), arabic), encoded(t, charmap.Windows1256, rss(declared("iso-8859-1"), arabic)), marsad.Result{Name: "windows-1256", Guessed: true, Wrong: true}},
		{"an unknown label", rss(declared("martian"), russian), encoded(t, charmap.Windows1251, rss(declared("martian"), russian)), marsad.Result{Name: "windows-1251", Guessed: true, Wrong: true}},
		{"a byte order mark", rss("", arabic), []byte("\xef\xbb\xbf" + rss("", arabic)), marsad.Result{Name: "utf-8"}},
		{"UTF-8 with a broken letter", rss("", arabic+"\uFFFD"), []byte(rss("", arabic+"\xd8")), marsad.Result{Name: "utf-8", Broken: true}},
		{"UTF-8 cut off in a letter", "<rss>خ\uFFFD", []byte("<rss>خ\xd8"), marsad.Result{Name: "utf-8", Broken: true}},
		{"EBCDIC", rss(declared("cp037"), "Harbour"), encoded(t, charmap.CodePage037, rss(declared("cp037"), "Harbour")), marsad.Result{Name: "ibm037"}},
		{"a rare one", rss(declared("cp852"), "Řeka"), encoded(t, charmap.CodePage852, rss(declared("cp852"), "Řeka")), marsad.Result{Name: "ibm852"}},
		{"ISO 2022", rss(declared("iso-2022-jp"), "公園"), encoded(t, named(t, "iso-2022-jp"), rss(declared("iso-2022-jp"), "公園")), marsad.Result{Name: "iso-2022-jp"}},
	} {
		if got, r := marsad.UTF8(c.body, ""); string(got) != c.want || r != c.result {
			t.Errorf("%s: %+v, %.200s", c.name, r, got)
		}
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte(rss("", arabic)), "text/xml; charset=windows-1256")
	f.Add([]byte("\xff\xfe<\x00r\x00"), "")
	f.Add([]byte("\xc7\xe1\xcc\xe3"), "application/xml; charset")
	f.Add(bytes.Repeat([]byte{0, 0, 0, '<'}, 8), "")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		text, r := marsad.UTF8(body, header)
		if !utf8.Valid(text) || r.Name == "" {
			t.Errorf("%q, %q became %q, %+v", body, header, text, r)
		}
		if utf8.Valid(body) && strings.IndexByte(string(body), 0) < 0 && header == "" && !bytes.Contains(body, []byte("encoding")) &&
			string(text) != strings.TrimPrefix(string(body), "\uFEFF") {
			t.Errorf("%q became %q", body, text)
		}
	})
}
