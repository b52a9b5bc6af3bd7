package feed_test

import (
	"fmt"
	"slices"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed"
)

func titled(guid, title string) news.Found { return news.Found{GUID: guid, Title: title} }

// polled are n entries without addresses whose guids are those of a poll.
func polled(poll, n int) []news.Found {
	var list []news.Found
	for i := range n {
		list = append(list, titled(fmt.Sprintf("%d-%d", poll, i), fmt.Sprintf("Title %d", i)))
	}
	return list
}

func TestIdentify(t *testing.T) {
	for name, c := range map[string]struct {
		entries  []news.Found
		distinct int
	}{
		"an address decides":          {[]news.Found{{URL: "https://a.example/1", GUID: "x"}, {URL: "https://a.example/1", GUID: "y"}}, 1},
		"a live blog":                 {atOne(titled("p1", "a"), titled("p2", "b"), titled("p3", "c")), 3},
		"a live blog without guids":   {atOne(titled("", "a"), titled("", "b"), titled("", "a")), 2},
		"one guid for the home page":  {atOne(titled("g", "a"), titled("g", "b"), titled("h", "c")), 3},
		"one article listed twice":    {atOne(titled("p1", "a"), titled("p2", "a")), 1},
		"guids":                       {polled(1, 3), 3},
		"no guids":                    {[]news.Found{titled("", "a"), titled("", "b"), titled("", "a")}, 2},
		"one guid for all":            {[]news.Found{titled("g", "a"), titled("g", "b"), titled("g", "c")}, 3},
		"the same entry twice":        {[]news.Found{titled("g", "a"), titled("g", "a")}, 1},
		"a guid that is another's id": {[]news.Found{titled("g", "a"), titled("", "g")}, 2},
	} {
		ids, _ := feed.Identify("s", c.entries, nil)
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != c.distinct {
			t.Errorf("%s: %d identities, want %d", name, n, c.distinct)
		}
	}
	if ids, next := feed.Identify("s", []news.Found{{URL: "https://a.example/1"}}, nil); ids[0] != news.ItemID(weburl.Identity("https://a.example/1"), "s", "") || next != nil {
		t.Errorf("an address: %v, memory of %d bytes", ids, len(next))
	}
	if ids, _ := feed.Identify("s", []news.Found{titled("g", "a")}, nil); ids[0] != news.ItemID("", "s", "g") {
		t.Errorf("a guid: %v", ids)
	}
}

// TestIdentifyChangingGUIDs polls a feed that makes up guids: from the second poll on
// its entries keep their identities.
func TestIdentifyChangingGUIDs(t *testing.T) {
	_, memory := feed.Identify("s", polled(1, 5), nil)
	second, memory := feed.Identify("s", polled(2, 6), memory)
	third, memory := feed.Identify("s", polled(3, 7), memory)
	if !slices.Equal(second, third[:6]) {
		t.Error("identities changed with the guids")
	}
	if _, kept := feed.Identify("s", nil, memory); !slices.Equal(kept, memory) {
		t.Error("an empty poll forgot")
	}
}

// atOne gives entries one address, in two spellings.
func atOne(entries ...news.Found) []news.Found {
	for i := range entries {
		entries[i].URL = []string{"https://a.example/live", "http://www.a.example/live"}[i%2]
	}
	return entries
}

// TestIdentifySharedAddresses polls a live blog: its posts stay what they are when others
// come and go, and when one is left; other entries are known by their addresses.
func TestIdentifySharedAddresses(t *testing.T) {
	other := news.Found{URL: "https://a.example/1", GUID: "1", Title: "Other"}
	first, memory := feed.Identify("s", append(atOne(titled("p1", "a"), titled("p2", "b")), other), nil)
	if first[2] != news.ItemID(weburl.Identity(other.URL), "s", "") {
		t.Error("an entry with an address of its own is not known by it")
	}
	second, memory := feed.Identify("s", append(atOne(titled("p3", "c"), titled("p1", "a, changed")), other), memory)
	if !slices.Equal(second[1:], []news.ID{first[0], first[2]}) || second[0] == first[1] {
		t.Errorf("polled again: %v after %v", second, first)
	}
	_, memory = feed.Identify("s", []news.Found{other}, memory)
	last, _ := feed.Identify("s", atOne(titled("p1", "a")), memory)
	if last[0] != first[0] {
		t.Error("the last post has another identity")
	}
	if again, _ := feed.Identify("t", atOne(titled("p1", "a"), titled("p2", "b")), nil); !slices.Equal(again, first[:2]) {
		t.Error("another source knows them by others")
	}
}

// TestIdentifySharedChangingGUIDs: guids made up anew do not give posts twice for ever.
func TestIdentifySharedChangingGUIDs(t *testing.T) {
	_, memory := feed.Identify("s", atOne(polled(1, 5)...), nil)
	second, memory := feed.Identify("s", atOne(polled(2, 6)...), memory)
	third, _ := feed.Identify("s", atOne(polled(3, 7)...), memory)
	if !slices.Equal(second, third[:6]) {
		t.Error("identities changed with the guids")
	}
}

// TestSharedAddressesAreSaid: as a repair.
func TestSharedAddressesAreSaid(t *testing.T) {
	const post = `<item><title>%s</title><link>https://a.example/live#%s</link><guid isPermaLink="false">%[2]s</guid></item>`
	for want, body := range map[bool]string{
		true:  fmt.Sprintf(post, "a", "p1") + fmt.Sprintf(post, "b", "p2"),
		false: fmt.Sprintf(post, "a", "p1"),
	} {
		f, err := feed.Parse([]byte(`<rss version="2.0"><channel><title>x</title>`+body+`</channel></rss>`), feed.Options{Limit: 9, URL: "https://a.example/feed"})
		if err != nil || slices.Contains(f.Repairs, feed.RepairedAddresses) != want {
			t.Errorf("repairs %v, %v", f.Repairs, err)
		}
	}
}

// TestIdentifyStableGUIDs changes texts, adds and removes entries: guids go on deciding.
func TestIdentifyStableGUIDs(t *testing.T) {
	first, memory := feed.Identify("s", polled(1, 5), nil)
	entries := polled(1, 6)[1:]
	entries[0].Title = "Changed"
	second, _ := feed.Identify("s", entries, memory)
	if !slices.Equal(first[1:], second[:4]) {
		t.Error("identities changed though guids did not")
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add([]byte{}, "g", "a", 3)
	f.Add(make([]byte, 16*600), "", "b", 700)
	f.Fuzz(func(t *testing.T, memory []byte, guid, title string, n int) {
		n = min(max(n, 0), 1000)
		entries := polled(1, n)
		entries = append(entries, titled(guid, title))
		entries = append(entries, atOne(titled(title, guid), titled(guid, title), titled("", title))...)
		ids, next := feed.Identify("s", entries, memory)
		again, _ := feed.Identify("s", entries, memory)
		if len(ids) != n+4 || len(next) > 8000 || !slices.Equal(ids, again) {
			t.Errorf("%d identities of %d, memory of %d bytes", len(ids), n+4, len(next))
		}
		if same, _ := feed.Identify("s", entries, next); len(memory) == 0 && !slices.Equal(ids, same) {
			t.Error("other identities at a poll where nothing changed")
		}
	})
}
