package opml_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/services/fetcher/opml"
)

func TestRead(t *testing.T) {
	got, err := opml.Read(strings.NewReader(`<?xml version="1.0"?><opml version="1.1"><head/><body>
		<outline text="صحف"><outline text="المثال" type="rss" xmlUrl=" https://a.example/feed " language="ar" category="/سياسة,عام"/></outline>
		<outline title="Second" xmlUrl="https://b.example/feed"/></body></opml>`))
	want := []opml.Feed{
		{URL: "https://a.example/feed", Name: "المثال", Lang: "ar", Tags: []string{"سياسة", "عام", "صحف"}},
		{URL: "https://b.example/feed", Name: "Second"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "HTML": "<html><body>no</body></html>", "no feeds": `<opml><body><outline text="x"/></body></opml>`,
		"too deep": "<opml><body>" + strings.Repeat(`<outline text="x">`, 100) + `</body></opml>`,
	} {
		if got, err := opml.Read(strings.NewReader(in)); err == nil {
			t.Errorf("%s: read %v", name, got)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	want := []opml.Feed{{URL: "https://a.example/?a=1&b=2", Name: "أ & \"ب\"", Publisher: "P", Lang: "ar", Country: "MA", Tags: []string{"x", "y"}}}
	var b bytes.Buffer
	if err := opml.Write(&b, "t", want); err != nil {
		t.Fatal(err)
	}
	got, err := opml.Read(&b)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<opml><body><outline xmlUrl="x"/></body></opml>`)
	f.Fuzz(func(t *testing.T, in string) {
		feeds, err := opml.Read(strings.NewReader(in))
		if err == nil && len(feeds) == 0 {
			t.Error("neither feeds nor an error")
		}
	})
}
