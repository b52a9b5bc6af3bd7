package opml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
)

// Read returns the feeds of a document, in order. Values it cannot use are left
// out; whether addresses are any is for others to say.
func Read(in io.Reader) ([]Feed, error) {
	bytes := &counted{in: in}
	r := reader{xml: xml.NewDecoder(bytes)}
	r.xml.CharsetReader = charset.NewReaderLabel
	r.xml.Strict = false
	r.xml.Entity = xml.HTMLEntity
	err := r.read()
	switch {
	case bytes.left() < 0:
		return nil, fmt.Errorf("%w: more than %d MB", ErrTooLarge, MaxBytes>>20)
	case err != nil:
		return nil, err
	case len(r.feeds) == 0:
		return nil, ErrNoFeeds
	}
	return r.feeds, nil
}

// counted ends after MaxBytes.
type counted struct {
	in io.Reader
	n  int
}

func (c *counted) left() int { return MaxBytes - c.n }

func (c *counted) Read(p []byte) (int, error) {
	if c.left() < 0 {
		return 0, io.EOF
	}
	n, err := c.in.Read(p)
	c.n += n
	return n, err
}

type reader struct {
	xml     *xml.Decoder
	begun   bool     // the opml element was met
	folders []string // a name for every outline that is open; empty: it is no folder
	feeds   []Feed
}

func (r *reader) read() error {
	for {
		token, err := r.xml.Token()
		switch {
		case errors.Is(err, io.EOF) && r.begun:
			return nil
		case errors.Is(err, io.EOF):
			return ErrNotOPML
		case err != nil:
			return fmt.Errorf("%w: %w", ErrNotOPML, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = r.start(t)
		case xml.EndElement:
			if isOutline(t.Name) && len(r.folders) > 0 {
				r.folders = r.folders[:len(r.folders)-1]
			}
		}
		if err != nil {
			return err
		}
	}
}

func isOutline(name xml.Name) bool { return strings.EqualFold(name.Local, "outline") }

func (r *reader) start(t xml.StartElement) error {
	switch {
	case !r.begun && !strings.EqualFold(t.Name.Local, "opml"):
		return fmt.Errorf("%w: it begins with %.40q", ErrNotOPML, t.Name.Local)
	case !r.begun:
		r.begun = true
		return nil
	case !isOutline(t.Name):
		return nil
	case len(r.folders) == maxDepth:
		return fmt.Errorf("%w: more than %d of them in one another", ErrTooDeep, maxDepth)
	}
	o := attributes(t.Attr)
	name := o.text("text")
	if name == "" {
		name = o.text("title")
	}
	url := o.text("xmlurl")
	if url == "" {
		r.folders = append(r.folders, folder(name))
		return nil
	}
	if len(r.feeds) == MaxFeeds {
		return fmt.Errorf("%w: more than %d feeds", ErrTooLarge, MaxFeeds)
	}
	r.feeds = append(r.feeds, r.feed(url, name, o))
	r.folders = append(r.folders, "")
	return nil
}

func (r *reader) feed(url, name string, o outline) Feed {
	f := Feed{
		URL: url, Name: name, Lang: o.text("language"), Tags: tags(o.text("category")),
		Publisher: o.own("publisher"), Country: o.own("country"), Kind: o.own("kind"), Every: o.own("every"),
		Paused: o.own("paused") == yes, FullContent: o.own("fullContent") == yes, IgnoreRobots: o.own("ignoreRobots") == yes,
		Keep: lines(o.own("keep")), Drop: lines(o.own("drop")), SecondLooks: strings.Fields(o.own("secondLooks")),
	}
	if len(f.SecondLooks) == 0 {
		f.SecondLooks = nil
	}
	if quota, err := strconv.ParseUint(o.own("quota"), 10, 31); err == nil {
		f.Quota = int(quota)
	}
	path := strings.Join(slices.DeleteFunc(slices.Clone(r.folders), func(s string) bool { return s == "" }), "/")
	if path != "" && !slices.Contains(f.Tags, path) {
		f.Tags = append(f.Tags, path)
	}
	f.Line, _ = r.xml.InputPos()
	return f
}

// outline is one element's attributes: their names are written in all ways.
type outline map[xml.Name]string

func attributes(list []xml.Attr) outline {
	o := make(outline, len(list))
	for _, a := range list {
		name := a.Name
		if name.Space == "" {
			name.Local = strings.ToLower(name.Local)
		}
		if _, ok := o[name]; !ok {
			o[name] = strings.ToValidUTF8(a.Value[:min(len(a.Value), maxValue)], "")
		}
	}
	return o
}

func (o outline) text(name string) string { return strings.TrimSpace(o[xml.Name{Local: name}]) }

func (o outline) own(name string) string {
	return strings.TrimSpace(o[xml.Name{Space: Namespace, Local: name}])
}

// tags reads a category attribute: paths, parted by commas.
func tags(list string) (out []string) {
	for path := range strings.SplitSeq(list, ",") {
		if path = clean(path); path != "" && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// folder is a name as part of a path. A comma would part it in a category.
func folder(name string) string { return clean(strings.ReplaceAll(name, ",", " ")) }

// clean leaves of a path its parts, with a slash between.
func clean(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts[:min(len(parts), maxDepth/2)], "/")
}

func lines(text string) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
