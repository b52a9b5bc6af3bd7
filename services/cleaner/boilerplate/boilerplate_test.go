package boilerplate

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestPhrases holds what the data promises: every phrase is a line of its kind, and
// none is there twice.
func TestPhrases(t *testing.T) {
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ form, text string }
	seen := map[key]phrase{}
	for _, p := range all {
		k := key{p.form.name, p.text}
		if other, ok := seen[k]; ok && (other.raw != p.raw || other.file != p.file || other.kind != p.kind) {
			t.Errorf("%s: %q is %q of %s again", p.file, p.raw, other.raw, other.file)
		}
		seen[k] = p
		if Match(p.raw) == "" {
			t.Errorf("%s: %q does not match itself", p.file, p.raw)
		}
		if again := foldPhrase(p.text); again != p.text {
			t.Errorf("%s: %q folds to %q, and that to %q", p.file, p.raw, p.text, again)
		}
	}
	t.Log(len(all), "phrases")
}

func TestMatchLength(t *testing.T) {
	for _, line := range []string{
		strings.Repeat("share ", 200_000), strings.Repeat("0", 1_000_000), strings.Repeat("\xff", 1_000_000), strings.Repeat("،", 500_000),
	} {
		start := time.Now()
		if kind := Match(line); kind != "" {
			t.Errorf("%.20q...: %s", line, kind)
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("%.20q...: %v", line, took)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "Share", "اقرأ أيضا: خبر", "© 2024", "#وسم #آخر", "\xff\xfe", "分享到微信", "1.2K views", "ß", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		kind := Match(line)
		if len(line) > maxNotice && kind != "" {
			t.Fatalf("a line of %d bytes is %s", len(line), kind)
		}
		if len(line) <= maxLine && kind != Tags && kind != Copyright && kind != Match(" "+line+" ") && len(line)+2 <= maxLine {
			t.Fatalf("%q is %q, between spaces %q", line, kind, Match(" "+line+" "))
		}
		if Match(strings.ToUpper("no line of any kind")) != "" {
			t.Fatal("state is kept")
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, bench := range []struct{ name, line string }{
		{"arabic-200", "قال رئيس المجلس البلدي إن أشغال الطريق الساحلية ستبدأ مطلع الشهر المقبل بعد أن وافق المجلس على الميزانية المخصصة لها"},
		{"english-200", "The mayor said on Tuesday that work on the coastal road would begin early next month, once the council had approved the money that was set aside for it, and that it would be done before the next rains came."},
		{"arabic-800", strings.Repeat("قال رئيس المجلس البلدي إن أشغال الطريق الساحلية ستبدأ مطلع الشهر المقبل بعد أن وافق المجلس ", 5)},
		{"hit", "اقرأ أيضا: المجلس البلدي يوافق على ميزانية الطريق الساحلية"},
		{"short", "Three people were hurt"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Match(bench.line)
			}
		})
	}
}

// linesOf reads the lines of a file of cases.
func linesOf(t *testing.T, path string) []string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(src)), "\n")
	return lines[1:] // the first says what they are
}

func TestMatch(t *testing.T) {
	for _, row := range linesOf(t, "testdata/boilerplate.tsv") {
		kind, line, _ := strings.Cut(row, "\t")
		if got := Match(line); got != Kind(kind) {
			t.Errorf("%q is %q, want %s", line, got, kind)
		}
	}
	for _, line := range linesOf(t, "testdata/news.txt") {
		if got := Match(line); got != "" {
			t.Errorf("%q is %s, want the article's", line, got)
		}
		if got := Match(line + "."); got != "" {
			t.Errorf("%q with a full stop is %s, want the article's", line, got)
		}
	}
}
