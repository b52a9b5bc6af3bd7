package main

import (
	"bytes"
	"time"

	"github.com/mmcdole/gofeed"

	"marsad/services/fetcher/feed/score"
	"marsad/services/fetcher/feed/score/pyexpr"
)

// readGofeed reads a case with gofeed as its README shows: bytes in, feed out.
func readGofeed(c score.Case) (map[string]any, error) {
	f, err := gofeed.NewParser().Parse(bytes.NewReader(c.Body))
	if err != nil {
		return nil, err
	}
	d := pyexpr.Dict{"links": links(f.Link, f.Links)}
	put(d, "title", f.Title)
	put(d, "subtitle", f.Description)
	put(d, "link", f.Link)
	put(d, "language", f.Language)
	people(d, f.Authors)
	tags(d, f.Categories)
	date(d, "updated", f.Updated, f.UpdatedParsed)
	date(d, "published", f.Published, f.PublishedParsed)
	entries := []any{}
	for _, item := range f.Items {
		entries = append(entries, entry(item))
	}
	return map[string]any{"feed": d, "entries": entries, "version": version(f), "bozo": false}, nil
}

func entry(item *gofeed.Item) pyexpr.Dict {
	d := pyexpr.Dict{"links": links(item.Link, item.Links), "guidislink": item.GUID != "" && item.GUID == item.Link}
	put(d, "title", item.Title)
	put(d, "summary", item.Description)
	if item.Content != "" {
		d["content"] = []any{pyexpr.Dict{"value": item.Content}}
		if item.Description == "" {
			put(d, "summary", item.Content)
		}
	}
	put(d, "id", item.GUID)
	put(d, "link", item.Link)
	if item.DublinCoreExt != nil && len(item.DublinCoreExt.Language) > 0 {
		put(d, "language", item.DublinCoreExt.Language[0])
	}
	people(d, item.Authors)
	tags(d, item.Categories)
	date(d, "updated", item.Updated, item.UpdatedParsed)
	date(d, "published", item.Published, item.PublishedParsed)
	var enclosures []any
	for _, e := range item.Enclosures {
		enclosures = append(enclosures, pyexpr.Dict{"href": e.URL, "type": e.Type, "length": e.Length, "rel": "enclosure"})
	}
	if enclosures != nil {
		d["enclosures"] = enclosures
	}
	return d
}

func put(d pyexpr.Dict, name, value string) {
	if value != "" {
		d[name] = value
		d[name+"_detail"] = pyexpr.Dict{"value": value}
	}
}

func links(first string, all []string) []any {
	list := []any{}
	if len(all) == 0 && first != "" {
		all = []string{first}
	}
	for _, href := range all {
		list = append(list, pyexpr.Dict{"href": href, "rel": "alternate"})
	}
	return list
}

func people(d pyexpr.Dict, persons []*gofeed.Person) {
	var list []any
	for _, p := range persons {
		one := pyexpr.Dict{}
		if p.Name != "" {
			one["name"] = p.Name
		}
		if p.Email != "" {
			one["email"] = p.Email
		}
		list = append(list, one)
	}
	if list == nil {
		return
	}
	last := persons[len(persons)-1]
	d["authors"], d["author_detail"], d["author"] = list, list[len(list)-1], last.Name
	if last.Name != "" && last.Email != "" {
		d["author"] = last.Name + " (" + last.Email + ")"
	}
}

func tags(d pyexpr.Dict, categories []string) {
	var list []any
	for _, term := range categories {
		list = append(list, pyexpr.Dict{"term": term, "scheme": nil, "label": nil})
	}
	if list != nil {
		d["tags"], d["category"] = list, categories[0]
	}
}

func date(d pyexpr.Dict, name, written string, parsed *time.Time) {
	if written != "" {
		d[name] = score.Moment(written)
	}
	if parsed != nil {
		d[name+"_parsed"] = score.TimeTuple(*parsed)
	}
}

// version is the name that the Universal Feed Parser has for a feed's version.
func version(f *gofeed.Feed) string {
	switch f.FeedType + f.FeedVersion {
	case "atom1.0":
		return "atom10"
	case "atom0.3":
		return "atom03"
	case "rss0.91":
		return "rss091u"
	case "rss0.9":
		return "rss090"
	case "rss1.0":
		return "rss10"
	case "rss2.0", "rss2.01":
		return "rss20"
	case "rss0.92", "rss0.93", "rss0.94":
		return "rss0" + f.FeedVersion[2:]
	}
	return f.FeedType
}
