// Package opml reads and writes lists of feeds in OPML 2.0
// (http://opml.org/spec2.opml).
package opml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// maxDepth bounds how deep folders may nest.
const maxDepth = 50

// Feed is one subscription.
type Feed struct {
	URL       string
	Name      string
	Publisher string // an attribute of our own: other programs pass it over
	Lang      string
	Country   string   // likewise
	Tags      []string // its category attribute, and the folders it is in
}

type document struct {
	XMLName xml.Name  `xml:"opml"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"head>title"`
	Body    []outline `xml:"body>outline"`
}

type outline struct {
	Type      string    `xml:"type,attr,omitempty"`
	Text      string    `xml:"text,attr"`
	Title     string    `xml:"title,attr,omitempty"`
	URL       string    `xml:"xmlUrl,attr,omitempty"`
	Lang      string    `xml:"language,attr,omitempty"`
	Category  string    `xml:"category,attr,omitempty"`
	Publisher string    `xml:"urn:marsad publisher,attr,omitempty"`
	Country   string    `xml:"urn:marsad country,attr,omitempty"`
	Outlines  []outline `xml:"outline"`
}

// Read returns the feeds of an OPML document, in order. A document without any
// is an error.
func Read(r io.Reader) ([]Feed, error) {
	var doc document
	decoder := xml.NewDecoder(r)
	decoder.CharsetReader = charset.NewReaderLabel
	decoder.Strict = false
	if err := decoder.Decode(&doc); err != nil {
		return nil, fmt.Errorf("not an OPML document: %w", err)
	}
	feeds, err := collect(nil, doc.Body, nil, 0)
	if err == nil && len(feeds) == 0 {
		err = errors.New("the OPML document lists no feeds: none of its outlines has an xmlUrl")
	}
	return feeds, err
}

func collect(feeds []Feed, outlines []outline, folders []string, depth int) ([]Feed, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("folders nest more than %d deep", maxDepth)
	}
	for _, o := range outlines {
		name := strings.TrimSpace(o.Text)
		if name == "" {
			name = strings.TrimSpace(o.Title)
		}
		inside := folders
		if url := strings.TrimSpace(o.URL); url != "" {
			feeds = append(feeds, Feed{
				URL: url, Name: name, Publisher: o.Publisher, Lang: o.Lang, Country: o.Country,
				Tags: append(categories(o.Category), folders...),
			})
		} else if name != "" {
			inside = append(slices.Clip(folders), name)
		}
		var err error
		if feeds, err = collect(feeds, o.Outlines, inside, depth+1); err != nil {
			return nil, err
		}
	}
	return feeds, nil
}

func categories(list string) []string {
	var out []string
	for c := range strings.SplitSeq(list, ",") {
		if c = strings.Trim(strings.TrimSpace(c), "/"); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// Write writes the feeds as one flat list.
func Write(w io.Writer, title string, feeds []Feed) error {
	doc := document{Version: "2.0", Title: title}
	for _, f := range feeds {
		doc.Body = append(doc.Body, outline{
			Type: "rss", Text: f.Name, URL: f.URL, Lang: f.Lang, Category: strings.Join(f.Tags, ","), Publisher: f.Publisher, Country: f.Country,
		})
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
