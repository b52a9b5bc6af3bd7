package feed

import (
	"time"

	"marsad/services/fetcher/feed/safehtml"
)

// Document is a feed as it is written: its texts with their types and languages, its
// dates as they stand.
type Document struct {
	Format    Format
	Version   string // rss20, atom10 …: as the Universal Feed Parser names them
	Charset   string
	Title     Text
	Subtitle  Text
	ID        string
	Lang      string
	Link      string
	Links     []Link
	Authors   []Person
	Tags      []Tag
	Updated   string
	Published string
	Image     string
	Entries   []Entry
	Wait      time.Duration
	Hubs      []string
	Children  []Child
	repairs   repairs
}

// Entry is one of a document's.
type Entry struct {
	Title      Text
	Summary    Text
	Content    []Text
	ID         string
	Permalink  bool // ID is the entry's address
	Link       string
	Original   string // where Link leads through a redirector that counts: FeedBurner's
	Links      []Link
	Authors    []Person
	Tags       []Tag
	Enclosures []Link
	Lang       string
	Image      string
	Published  string
	Updated    string
	Created    string
}

// Text is a text: safe HTML, or plain.
type Text struct {
	Value string
	Type  string // text/plain, text/html or application/xhtml+xml
	Lang  string
	Base  string // what its addresses were resolved against
}

// IsHTML reports whether the text is markup.
func (t Text) IsHTML() bool { return t.Type != plainText }

// HTML is the text as safe HTML.
func (t Text) HTML() string {
	if t.IsHTML() {
		return t.Value
	}
	return safehtml.Escape(t.Value)
}

// Plain is what a reader sees, on one line.
func (t Text) Plain() string {
	if t.IsHTML() {
		return safehtml.Text(t.Value)
	}
	return safehtml.Line(t.Value)
}

// Person is an author.
type Person struct{ Name, Email, URL string }

// Link is an address and what it is for.
type Link struct{ Rel, Href, Type, Title, Lang, Length string }

// Tag is a category.
type Tag struct{ Term, Scheme, Label string }
