package feed_test

import (
	"testing"

	"marsad/services/fetcher/feed"
)

// TestStrangeNames reads entries whatever the elements beside their titles are called.
func TestStrangeNames(t *testing.T) {
	for _, name := range []string{"a$b", `a"b`, "خبر", "a:b:c", ":a", "a:", "1", "_", "xml:a", "x:title", "x", "a&amp;b", "rss:item2", "channel", "image", "source", "feed", "guid.x"} {
		for _, attr := range []string{"", ` a$="1"`, ` ="1"`, ` "`, ` xmlns:="x"`, ` xmlns="x"`, ` a:b:c="1"`, ` 1="2"`} {
			element := "<" + name + attr + ">text</" + name + ">"
			for _, document := range []string{
				"<rss><channel>" + element + "<item>" + element + "<title>t</title></item></channel></rss>",
				`<feed xmlns="http://www.w3.org/2005/Atom">` + element + "<entry>" + element + "<title>t</title></entry></feed>",
			} {
				f, err := feed.Parse([]byte(document), feed.Options{Now: now})
				if err != nil || len(f.Entries) != 1 || f.Entries[0].Title != "t" {
					t.Errorf("%s: %v, %+v", document, err, f.Entries)
				}
			}
		}
	}
}
