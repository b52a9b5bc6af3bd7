package opml

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// yes is how an attribute says that something is so.
const yes = "true"

type document struct {
	XMLName   xml.Name   `xml:"opml"`
	Version   string     `xml:"version,attr"`
	Namespace string     `xml:"xmlns:marsad,attr"`
	Title     string     `xml:"head>title"`
	Body      []*element `xml:"body>outline"`
}

type element struct {
	Type         string     `xml:"type,attr,omitempty"`
	Text         string     `xml:"text,attr"`
	URL          string     `xml:"xmlUrl,attr,omitempty"`
	Lang         string     `xml:"language,attr,omitempty"`
	Category     string     `xml:"category,attr,omitempty"`
	Publisher    string     `xml:"marsad:publisher,attr,omitempty"`
	Country      string     `xml:"marsad:country,attr,omitempty"`
	Kind         string     `xml:"marsad:kind,attr,omitempty"`
	Every        string     `xml:"marsad:every,attr,omitempty"`
	Paused       string     `xml:"marsad:paused,attr,omitempty"`
	FullContent  string     `xml:"marsad:fullContent,attr,omitempty"`
	Keep         string     `xml:"marsad:keep,attr,omitempty"`
	Drop         string     `xml:"marsad:drop,attr,omitempty"`
	SecondLooks  string     `xml:"marsad:secondLooks,attr,omitempty"`
	Quota        string     `xml:"marsad:quota,attr,omitempty"`
	IgnoreRobots string     `xml:"marsad:ignoreRobots,attr,omitempty"`
	Outlines     []*element `xml:"outline"`
}

// Write writes the feeds. One that has a single tag is in the folders of its
// path, others say theirs in a category attribute: so Read gives back the same,
// though feeds in one folder stand together, where its first one was.
func Write(w io.Writer, title string, feeds []Feed) error {
	doc := document{Version: "2.0", Namespace: Namespace, Title: title}
	folders := map[string]*element{}
	for _, f := range feeds {
		list := &doc.Body
		if len(f.Tags) == 1 {
			list = &folderAt(folders, &doc.Body, f.Tags[0]).Outlines
		}
		*list = append(*list, outlineOf(f))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// folderAt is the folder of a path, made if it is not there.
func folderAt(known map[string]*element, root *[]*element, path string) *element {
	if f, ok := known[path]; ok {
		return f
	}
	list, name := root, path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		list, name = &folderAt(known, root, path[:i]).Outlines, path[i+1:]
	}
	f := &element{Text: name}
	*list = append(*list, f)
	known[path] = f
	return f
}

func outlineOf(f Feed) *element {
	e := &element{
		Type: "rss", Text: f.Name, URL: f.URL, Lang: f.Lang, Publisher: f.Publisher, Country: f.Country, Kind: f.Kind, Every: f.Every,
		Paused: said(f.Paused), FullContent: said(f.FullContent), IgnoreRobots: said(f.IgnoreRobots),
		Keep: strings.Join(f.Keep, "\n"), Drop: strings.Join(f.Drop, "\n"), SecondLooks: strings.Join(f.SecondLooks, " "),
	}
	if len(f.Tags) > 1 {
		e.Category = strings.Join(f.Tags, ",")
	}
	if f.Kind != "" {
		e.Type = f.Kind // other programs would take it for a feed
	}
	if f.Quota > 0 {
		e.Quota = strconv.Itoa(f.Quota)
	}
	return e
}

func said(value bool) string {
	if value {
		return yes
	}
	return ""
}
