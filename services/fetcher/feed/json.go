package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	gofeedjson "github.com/mmcdole/gofeed/json"

	"marsad/services/fetcher/feed/safehtml"
)

// jsonPieces are a JSON Feed cut into its fields and items, each still as written.
type jsonPieces struct {
	fields map[string]json.RawMessage
	items  []json.RawMessage
}

// readJSON reads a JSON Feed. Items that are not complete, or of wrong types, are left out.
func readJSON(text []byte, o Options, r *repairs) (*Document, error) {
	pieces, err := cutJSON(text, o.Limit, r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAFeed, err)
	}
	if _, ok := pieces.fields["items"]; !ok && pieces.fields["version"] == nil {
		return nil, ErrNotAFeed
	}
	delete(pieces.fields, "items")
	head, err := json.Marshal(pieces.fields)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAFeed, err)
	}
	parsed, err := new(gofeedjson.Parser).Parse(bytes.NewReader(head))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAFeed, err)
	}
	t := jsonTranslator{base: o.URL, lang: language(clean(parsed.Language))}
	d := t.document(parsed, pieces.fields)
	for _, raw := range pieces.items {
		var item gofeedjson.Item
		if err := json.Unmarshal(raw, &item); err != nil {
			r.add(RepairedLost)
			continue
		}
		d.Entries = append(d.Entries, t.item(&item))
	}
	return d, nil
}

// cutJSON cuts a document up to its end, or to where it breaks off.
func cutJSON(text []byte, limit int, r *repairs) (jsonPieces, error) {
	p := jsonPieces{fields: map[string]json.RawMessage{}}
	in := json.NewDecoder(bytes.NewReader(text))
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return p, errors.New("it is no JSON object")
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			break
		}
		key, _ := name.(string)
		if key == "items" {
			p.fields[key] = nil
			if !p.cutItems(in, limit, r) {
				return p, nil
			}
			continue
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			break
		}
		if len(p.fields) < maxFields {
			p.fields[key] = raw
		}
	}
	if t, err := in.Token(); err != nil || t != json.Delim('}') {
		r.add(RepairedEnd)
	}
	return p, nil
}

// maxFields bounds the fields of a feed that are kept.
const maxFields = 100

// cutItems cuts the items; false if the rest is not to be read.
func (p *jsonPieces) cutItems(in *json.Decoder, limit int, r *repairs) bool {
	if t, err := in.Token(); err != nil || t != json.Delim('[') {
		return err == nil
	}
	for in.More() {
		if len(p.items) >= limit {
			r.add(RepairedLimit)
			return false
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			r.add(RepairedEnd)
			r.add(RepairedLost)
			return false
		}
		p.items = append(p.items, raw)
	}
	_, err := in.Token()
	return err == nil
}

type jsonTranslator struct{ base, lang string }

func (t jsonTranslator) document(in *gofeedjson.Feed, fields map[string]json.RawMessage) *Document {
	d := &Document{
		Format: JSON, Version: "json", Lang: t.lang, Title: t.plain(in.Title), Subtitle: t.plain(in.Description),
		ID: clean(in.FeedURL), Link: t.resolved(in.HomePageURL), Image: t.resolved(in.Icon), Authors: jsonPersons(in.Author, in.Authors),
	}
	if d.Link != "" {
		d.Links = append(d.Links, newLink(Link{Href: d.Link}))
	}
	if in.FeedURL != "" {
		d.Links = append(d.Links, Link{Rel: "self", Href: t.resolved(in.FeedURL), Type: "application/feed+json"})
	}
	var hubs []struct{ Type, URL string }
	if json.Unmarshal(fields["hubs"], &hubs) == nil {
		for _, hub := range hubs {
			d.Hubs = append(d.Hubs, t.resolved(hub.URL))
		}
	}
	return d
}

func (t jsonTranslator) resolved(address string) string {
	if address == "" {
		return ""
	}
	return safehtml.Resolve(t.base, clean(address))
}

func (t jsonTranslator) plain(s string) Text {
	return Text{Value: clean(s), Type: plainText, Lang: t.lang, Base: t.base}
}

func (t jsonTranslator) item(in *gofeedjson.Item) Entry {
	e := Entry{
		Title: t.plain(in.Title), Summary: t.plain(in.Summary), ID: clean(in.ID), Lang: language(clean(in.Language)), Published: in.DatePublished, Updated: in.DateModified,
		Authors: jsonPersons(in.Author, in.Authors), Link: t.resolved(in.URL), Image: t.resolved(in.Image),
	}
	if e.Link == "" {
		e.Link = t.resolved(in.ExternalURL)
	}
	if e.Link != "" {
		e.Links = append(e.Links, newLink(Link{Href: e.Link}))
	}
	if in.ContentHTML != "" {
		e.Content = append(e.Content, Text{Value: safehtml.Clean(clean(in.ContentHTML), t.base), Type: htmlText, Lang: t.lang, Base: t.base})
	}
	if in.ContentText != "" {
		e.Content = append(e.Content, t.plain(in.ContentText))
	}
	for _, tag := range in.Tags {
		e.Tags = append(e.Tags, Tag{Term: clean(tag)})
	}
	if in.Attachments != nil {
		for _, a := range *in.Attachments {
			e.Enclosures = append(e.Enclosures, Link{Rel: "enclosure", Href: t.resolved(a.URL), Type: clean(a.MimeType), Title: clean(a.Title), Length: strconv.FormatInt(a.SizeInBytes, 10)})
		}
	}
	e.Tags = unique(e.Tags)
	return e
}

func jsonPersons(one *gofeedjson.Author, more []*gofeedjson.Author) []Person {
	var list []Person
	for _, a := range append(more, one) {
		if a != nil && (len(more) == 0 || a != one) {
			list = append(list, Person{Name: clean(a.Name), URL: clean(a.URL)})
		}
	}
	return list
}
