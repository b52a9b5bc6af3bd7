package main

import (
	"strings"
	"testing"

	"marsad/services/fetcher/feed/score"
)

// made are cases that both peers can read, and one that gofeed cannot.
func made() []score.Case {
	rss := `<rss version="2.0"><channel><title>Harbour</title><item><guid>g</guid><author>n@news.example (N)</author><category>c</category>` +
		`<pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate><enclosure url="https://news.example/a.mp3" type="audio/mpeg" length="5"/></item></channel></rss>`
	return []score.Case{
		{ID: "rss/1.xml", Folder: "rss", Body: []byte(rss), Expect: `feed.title == 'Harbour' and version == 'rss20' and entries[0].author == 'N (n@news.example)'`},
		{ID: "rss/2.xml", Folder: "rss", Body: []byte(rss), Expect: `entries[0].enclosures[0].href == 'https://news.example/a.mp3' and entries[0].tags[0].term == 'c'`},
		{ID: "rss/3.xml", Folder: "rss", Body: []byte(rss), Expect: `entries[0].published_parsed[3] == 8 and entries[0].id == 'g'`},
		{ID: "cut/1.xml", Folder: "cut", Body: []byte(strings.TrimSuffix(rss, "</channel></rss>")), Expect: `entries[0].id == 'g'`},
	}
}

func TestPeers(t *testing.T) {
	met := map[string]int{"marsad": 4, "gofeed": 3}
	var reports []*score.Report
	for _, p := range peers {
		r := score.NewReport(judged(made(), p.read))
		if r.Total.Met != met[p.name] || r.Total.Compared != 4 || r.Panics != 0 {
			t.Errorf("%s: %+v", p.name, r.Total)
		}
		reports = append(reports, r)
	}
	if text := table(reports); strings.Count(text, "\n") != 6 || !strings.Contains(text, "75.0%") {
		t.Error(text)
	}
	if kept := readable(made()); len(kept) != 3 {
		t.Errorf("%d cases can be read by both", len(kept))
	}
}
