package opml_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"marsad/services/fetcher/opml"
)

// exceptLines: a list that was written has other lines.
func exceptLines() cmp.Option { return cmpopts.IgnoreFields(opml.Feed{}, "Line") }

func TestRead(t *testing.T) {
	got, err := opml.Read(strings.NewReader(`<?xml version="1.0"?><opml version="1.1"><head/><body>
		<outline text="صحف"><outline text="المثال" type="rss" xmlUrl=" https://a.example/feed " language="ar" category="/سياسة,عام"/></outline>
		<outline title="Second" XMLURL="https://b.example/feed"/>
		<outline text="A"><outline text="B, C"><outline xmlUrl="u"><outline xmlUrl="inside"/></outline></outline></outline>
		<outline text="after &nbsp; & more" xmlUrl="v"/></body></opml>`))
	want := []opml.Feed{
		{URL: "https://a.example/feed", Name: "المثال", Lang: "ar", Tags: []string{"سياسة", "عام", "صحف"}, Line: 2},
		{URL: "https://b.example/feed", Name: "Second", Line: 3},
		{URL: "u", Tags: []string{"A/B C"}, Line: 4},
		{URL: "inside", Tags: []string{"A/B C"}, Line: 4},
		{URL: "v", Name: "after \u00a0 & more", Line: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		in   io.Reader
		want error
	}{
		"empty":     {strings.NewReader(""), opml.ErrNotOPML},
		"HTML":      {strings.NewReader("<html><body>no</body></html>"), opml.ErrNotOPML},
		"text":      {strings.NewReader("hello"), opml.ErrNotOPML},
		"no feeds":  {strings.NewReader(`<opml><body><outline text="x"/></body></opml>`), opml.ErrNoFeeds},
		"too deep":  {strings.NewReader("<opml><body>" + strings.Repeat(`<outline text="x">`, 100)), opml.ErrTooDeep},
		"cut off":   {strings.NewReader(`<opml><body><outline xmlUrl="u"/><outl`), opml.ErrNotOPML},
		"too many":  {io.MultiReader(strings.NewReader("<opml>"), strings.NewReader(strings.Repeat(`<outline xmlUrl="u"/>`, opml.MaxFeeds+1))), opml.ErrTooLarge},
		"too large": {io.MultiReader(strings.NewReader("<opml><!--"), strings.NewReader(strings.Repeat(" ", opml.MaxBytes))), opml.ErrTooLarge},
	} {
		if got, err := opml.Read(test.in); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, test.want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	want := []opml.Feed{
		{URL: "https://a.example/?a=1&b=2", Name: "أ & \"ب\"", Publisher: "P", Lang: "ar", Country: "MA", Tags: []string{"x", "y/z"}},
		{URL: "https://b.example/", Name: "B", Tags: []string{"news/ar"}, Kind: "sitemap", Every: "5m0s", Paused: true},
		{
			URL: "https://c.example/", Tags: []string{"news/ar"}, FullContent: true, Keep: []string{"article, .text", "#main"}, Drop: []string{".ads"},
			SecondLooks: []string{"1h", "24h"}, Quota: 7, IgnoreRobots: true,
		},
		{URL: "https://d.example/", Tags: []string{"news"}},
	}
	var b bytes.Buffer
	if err := opml.Write(&b, "t", want); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `<outline text="news">`) || !strings.Contains(b.String(), `marsad:publisher="P"`) {
		t.Errorf("no folders, or no attributes of our own:\n%s", &b)
	}
	got, err := opml.Read(&b)
	if diff := cmp.Diff(want, got, exceptLines()); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// FuzzRead: what was read of any bytes, and written, is read as the same.
func FuzzRead(f *testing.F) {
	f.Add(`<opml><body><outline xmlUrl="x"/></body></opml>`)
	f.Add(`<opml xmlns:m="urn:marsad"><outline text="a/b"><outline text=" c " xmlUrl="x" m:quota="3" m:keep="a&#10;b" m:paused="true" category="q"/></outline></opml>`)
	f.Fuzz(func(t *testing.T, in string) {
		feeds, err := opml.Read(strings.NewReader(in))
		if err != nil {
			return
		}
		if len(feeds) == 0 || len(feeds) > len(in) {
			t.Fatalf("%d feeds in %d bytes", len(feeds), len(in))
		}
		var b bytes.Buffer
		if err := opml.Write(&b, "t", feeds); err != nil {
			t.Fatal(err)
		}
		again, err := opml.Read(&b)
		inAnyOrder := cmpopts.SortSlices(func(a, b opml.Feed) int { return strings.Compare(key(a), key(b)) }) // folders gather theirs
		if diff := cmp.Diff(feeds, again, exceptLines(), inAnyOrder); diff != "" || err != nil {
			t.Errorf("%v (-read +written):\n%s", err, diff)
		}
	})
}

func key(f opml.Feed) string {
	f.Line = 0
	return fmt.Sprintf("%+v", f)
}
