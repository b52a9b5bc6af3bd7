package markup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/services/fetcher/feed/markup"
)

// tokens shows the tokens of a document, one in each string.
func tokens(s *markup.Scanner) []string {
	kinds := map[markup.Kind]string{markup.Text: "text", markup.CDATA: "cdata", markup.Start: "start", markup.End: "end", markup.Doctype: "doctype", markup.Other: "other"}
	var list []string
	for {
		t, ok := s.Next()
		if !ok {
			return list
		}
		line := kinds[t.Kind] + " " + string(t.Name) + string(t.Data)
		for _, a := range t.Attrs {
			line += fmt.Sprintf(" %s=%q", a.Name, a.Value)
		}
		if t.Empty {
			line += " empty"
		}
		if t.Torn {
			line += " torn"
		}
		list = append(list, line)
	}
}

func TestScanner(t *testing.T) {
	for src, want := range map[string][]string{
		`a<b c="d" e='f>'>g</b>`:                {"text a", `start b c="d" e="f>"`, "text g", "end b"},
		`<a/><b c=d/><e f>`:                     {"start a empty", `start b c="d/"`, `start e f=""`},
		`1 < 2 <3 </4 & 5`:                      {"text 1 < 2 <3 </4 & 5"},
		`<!-- <a> --><?pi <a>?><![CDATA[<a>]]>`: {"other  <a> ", "other pi <a>", "cdata <a>"},
		`<!DOCTYPE a [ <!ENTITY b "]>"> ]><a>`:  {`doctype DOCTYPE a [ <!ENTITY b "]>"> ]`, "start a"},
		`<a b="1" b="2">`:                       {`start a b="1"`},
		`<a b="c`:                               {`start a b="c" torn`},
		`<a <b>`:                                {"start a", "start b"},
		`</a <b></c`:                            {"end a", "start b", "end c torn"},
		`<!-- a`:                                {"other  a torn"},
		`<![CDATA[a`:                            {"cdata a torn"},
		`<ns:خبر x:y="z"/>`:                     {`start ns:خبر x:y="z" empty`},
	} {
		if diff := cmp.Diff(want, tokens(markup.NewScanner([]byte(src)))); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
	if diff := cmp.Diff([]string{"text <![CDATA[a", "start b", "text ]]>"}, tokens(markup.NewHTMLScanner([]byte("<![CDATA[a<b>]]>")))); diff != "" {
		t.Error(diff)
	}
}

func TestAppendText(t *testing.T) {
	own := markup.Declared([]byte(`DOCTYPE a [ <!ENTITY one "1"> <!ENTITY two "&one;&one;"> <!ENTITY three '&#51;'> <!ENTITY file SYSTEM "x"> <!ENTITY long "` + strings.Repeat("x", 300) + `">]`))
	for raw, want := range map[string]string{
		"plain": "plain", "&amp;lt;": "&lt;", "&eacute;&nbsp;": "é\u00a0", "&#233;&#xE9;&#XE9;": "ééé", "&#146;": "’", "&#0;&#7;&#xd800;&#x110000;": "", "&#13;": "\n",
		"&one;&three;": "13", "&two; &file; &long; &none;": "&two; &file; &long; &none;", "a&b;c & d&": "a&b;c & d&", "&copy=1": "&copy=1", "&;&#;&#x;": "&;&#;&#x;",
	} {
		if got := string(markup.AppendText(nil, []byte(raw), own)); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for raw, want := range map[string]string{
		"a\tb\nc": "a\tb\nc", "a\x00b\x0bc\x7f": "abc", "a\r\nb\rc": "a\nb\nc", "\u0092": "’", "\u0081": "", "a\xffb": "a\uFFFDb", "\uFFFE\uFFFF": "",
	} {
		if got, _ := markup.Clean([]byte(raw)); string(got) != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// FuzzScanner cuts a document without leaving anything out.
func FuzzScanner(f *testing.F) {
	f.Add(`<a b="c" d=e f/>&amp;<![CDATA[x]]><!-- y --></a>`, false)
	f.Add("<!DOCTYPE a [<!ENTITY b \"c\">]><a <b></c", true)
	f.Fuzz(func(t *testing.T, src string, html bool) {
		s := markup.NewScanner([]byte(src))
		if html {
			s = markup.NewHTMLScanner([]byte(src))
		}
		at := 0
		for {
			token, ok := s.Next()
			if !ok {
				break
			}
			if token.Start != at || token.End <= at || token.End != s.Pos() {
				t.Fatalf("a token from %d to %d after %d of %q", token.Start, token.End, at, src)
			}
			at = token.End
		}
		if at != len(src) {
			t.Errorf("%d bytes of %q", at, src)
		}
	})
}
