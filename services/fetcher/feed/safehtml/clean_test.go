package safehtml_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"marsad/services/fetcher/feed/safehtml"
)

func TestClean(t *testing.T) {
	const base = "https://news.example/a/b?c"
	for markup, want := range map[string]string{
		`plain & simple`:                              `plain &amp; simple`,
		`<p class=x ID='y'>a</p>`:                     `<p class="x" id="y">a</p>`,
		`a<script>b</script>c<style>d</style>e`:       `ace`,
		`<scr<script>x</script>ipt>`:                  `ipt>`,
		`<SCRIPT SRC=//x>a</sCripT >b`:                `b`,
		`<p onclick="a()" ONLOAD=b>c`:                 `<p>c`,
		`<a href="/x?a=1&b=2">y</a>`:                  `<a href="https://news.example/x?a=1&amp;b=2">y</a>`,
		`<a href="javascript:x">y</a>`:                `<a href="">y</a>`,
		`<a href=" JaVa&#9;Script:x">y</a>`:           `<a href="">y</a>`,
		`<a href="data:text/html,x">y</a>`:            `<a href="">y</a>`,
		`<img src=i.png alt='"<>'>`:                   `<img alt="&quot;&lt;&gt;" src="https://news.example/a/i.png" />`,
		`<br/><hr>`:                                   `<br /><hr />`,
		`1 < 2 &lt; 3 &copy; &unknown; &#146; &#X41;`: `1 &lt; 2 &lt; 3 &copy; &amp;unknown; &#x2019; &#x41;`,
		`<!-- a --><?php b ?><!x>c<![CDATA[d]]>`:      `c&lt;![CDATA[d]]>`,
		`<blink>a</blink><made-up>b</made-up>`:        `ab`,
		`<p style="color: red; position: fixed; margin: 1px auto; margin: 50000px">a`: `<p style="color: red; margin: 1px auto;">a`,
		`<p style="width: expression(alert(1))">a`:                                    `<p>a`,
		`<p style="background: url(javascript:x) red">a`:                              `<p style="background: red;">a`,
		`<svg onload=x viewbox="0 0 1 1"><script>a</script><circle r=1 /></svg>`:      `<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><circle r="1"></circle></svg>`,
		`<circle r=1>outside</circle>`:                                                `outside`,
		`<math><mi>x</mi></math><mi>y</mi>`:                                           `<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>y`,
		`<a title="x" title="y" href>z`:                                               `<a href="" title="x">z`,
		`<p a`:                                                                        ``,
	} {
		if got := safehtml.Clean(markup, base); got != want {
			t.Errorf("%s\n got %s\nwant %s", markup, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for markup, want := range map[string]string{
		"a":                               "a",
		" a\n b ":                         "a b",
		"<b>a</b>&amp;amp; &eacute;<br>c": "a&amp; é c",
		"x<script>y</script>z":            "xz",
		"1 < 2 & 3":                       "1 < 2 & 3",
		"&lt;b&gt;":                       "<b>",
	} {
		if got := safehtml.Text(markup); got != want {
			t.Errorf("%q: %q, want %q", markup, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	const base = "https://a.example/b/c/d?q#f"
	for ref, want := range map[string]string{
		"g": "https://a.example/b/c/g", "./g": "https://a.example/b/c/g", "g/": "https://a.example/b/c/g/", "/g": "https://a.example/g", "//g": "https://g",
		"?y": "https://a.example/b/c/d?y", "#s": "https://a.example/b/c/d?q#s", "": "https://a.example/b/c/d?q", "..": "https://a.example/b/", "../g": "https://a.example/b/g",
		"../../../g": "https://a.example/g", "g/./h/../i?j=../k": "https://a.example/b/c/g/i?j=../k", " http://X.example/Y ": "http://X.example/Y",
		"خبر": "https://a.example/b/c/خبر", "mailto:a@b.example": "mailto:a@b.example", "java\nscript:x": "", "vbscript:x": "", "1:2": "https://a.example/b/c/1:2",
	} {
		if got := safehtml.Resolve(base, ref); got != want {
			t.Errorf("%q: %q, want %q", ref, got, want)
		}
	}
	if got := safehtml.Resolve("https://a.example", "g"); got != "https://a.example/g" {
		t.Error(got)
	}
	if got := safehtml.Resolve("", "g"); got != "g" {
		t.Error(got)
	}
}

// FuzzClean reads what is left as a browser does, and looks for what could do harm.
func FuzzClean(f *testing.F) {
	f.Add(`<p onclick="x">a<script>b</script><svg><a xlink:href="javascript:x">c</a></svg>`)
	f.Add(`<a href="java&#x0a;script&colon;x"><img src=x onerror=y><<b>`)
	f.Add(`<svg><a><animate attributeName="xlink:href" values="javascript:x"/></a></svg>`)
	f.Add(`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`)
	f.Add(`<p style="a:expression(x)"></p ><textarea><script>`)
	f.Fuzz(func(t *testing.T, markup string) {
		clean := safehtml.Clean(markup, "https://a.example/")
		z := html.NewTokenizer(strings.NewReader(clean))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
				continue
			}
			switch token.Data {
			case "script", "style", "iframe", "object", "embed", "meta", "link", "base":
				t.Errorf("%q became %q", markup, clean)
			}
			for _, a := range token.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "attributename" && strings.HasSuffix(value, "href") || (a.Key == "href" || a.Key == "src") && strings.HasPrefix(value, "javascript:") {
					t.Errorf("%q became %q", markup, clean)
				}
			}
		}
		if len(clean) > 20*len(markup)+200 {
			t.Errorf("%d bytes became %d", len(markup), len(clean))
		}
	})
}
