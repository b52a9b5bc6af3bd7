package score

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/textproto"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/feed/charset"
	"marsad/services/fetcher/feed/safehtml"
)

// Case is a document and what is expected of it.
type Case struct {
	ID     string // its path
	Folder string
	Body   []byte
	Header map[string]string // of HTTP, by canonical name
	Expect string            // a Python expression
	Wide   bool              // in UTF-16 or UTF-32
}

// server is where the suite serves its cases from: relative addresses show it.
const server = "http://127.0.0.1:8097/"

// Options are those with which the case is to be read.
func (c Case) Options() feed.Options {
	o := feed.Options{URL: server + "tests/" + c.ID, ContentType: c.Header["Content-Type"], Lang: c.Header["Content-Language"]}
	if location := c.Header["Content-Location"]; location != "" {
		o.URL = cmp.Or(safehtml.Resolve(o.URL, location), o.URL)
	}
	return o
}

// ReadCases reads the cases of a folder or a zip file: its XML files that say what they expect.
func ReadCases(name string) ([]Case, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file or folder", name)
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return casesOf(os.DirFS(name))
	}
	in, err := zip.OpenReader(name)
	if err != nil {
		return nil, fmt.Errorf("%s is neither a folder nor a zip file: %w", name, err)
	}
	defer func() { _ = in.Close() }()
	return casesOf(in)
}

func casesOf(files fs.FS) ([]Case, error) {
	var cases []Case
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".xml" {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if c, ok := newCase(name, body); ok {
			cases = append(cases, c)
		}
		return nil
	})
	if err == nil && len(cases) == 0 {
		err = errors.New("there are no XML files in it that say what they expect")
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.ID, b.ID) })
	return cases, err
}

var (
	expectLine = regexp.MustCompile(`(?s)Expect:\s*(.*?)\s*-->`)
	headerLine = regexp.MustCompile(`(?m)^\s*Header:\s*([\w-]+):[ \t]*(.*?)\s*$`)
)

// newCase reads what the first comment of a document says; false if it says nothing.
func newCase(name string, body []byte) (Case, bool) {
	text, encoding := charset.UTF8(body, "")
	expect := expectLine.FindSubmatch(text)
	if expect == nil {
		return Case{}, false
	}
	c := Case{ID: name, Folder: path.Dir(name), Body: body, Header: map[string]string{}, Expect: string(expect[1])}
	for _, h := range headerLine.FindAllSubmatch(text, -1) {
		c.Header[textproto.CanonicalMIMEHeaderKey(string(h[1]))] = string(h[2])
	}
	c.Wide = strings.HasPrefix(encoding.Name, "utf-16") || strings.HasPrefix(encoding.Name, "utf-32")
	return c, true
}
