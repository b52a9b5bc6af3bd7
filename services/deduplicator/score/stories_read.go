package score

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// storyFile is a file of documents, or of pairs.
type storyFile struct {
	name      string
	documents []storyDocument
	pairs     []storyPair
}

// storyDocument is a line of a stream.
type storyDocument struct {
	ID      json.RawMessage `json:"id"`
	Cluster json.RawMessage `json:"cluster"`
	Lang    string          `json:"lang"`
	Title   string          `json:"title"`
	Text    string          `json:"text"`
	Date    string          `json:"date"`

	at time.Time
}

// storyPair is a line of a file of pairs. Overall is 1, the same story, to 4, nothing in common.
type storyPair struct {
	Lang    string    `json:"lang"`
	A       storySide `json:"a"`
	B       storySide `json:"b"`
	Overall float64   `json:"overall"`
}

type storySide struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// mixed reports whether the two sides are in different languages ("de_en").
func (p storyPair) mixed() bool {
	a, b, ok := strings.Cut(p.Lang, "_")
	return ok && a != b
}

// errNoStories says that nothing can be scored.
var errNoStories = errors.New("no file with id, cluster, title and text, or with a, b and overall, on each line")

// stat is os.Stat, in words.
func stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file or folder", path)
	}
	return info, err
}

// readStoryFiles reads a file, or the files of a folder that have the fields.
func readStoryFiles(ctx context.Context, path string) ([]storyFile, error) {
	info, err := stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		f, err := readStoryFile(ctx, path)
		if err == nil && len(f.documents)+len(f.pairs) == 0 {
			err = errNoStories
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return []storyFile{f}, nil
	}
	var files []storyFile
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isJSONLines(name) {
			return err
		}
		f, err := readStoryFile(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(f.documents)+len(f.pairs) > 0 {
			files = append(files, f)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: %w", path, errNoStories)
	}
	return files, err
}

func isJSONLines(name string) bool {
	return strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".jsonl.gz")
}

// maxLine is how long a line may be: 64 MiB.
const maxLine = 64 << 20

// readStoryFile reads a file. One whose first line has other fields is empty.
func readStoryFile(ctx context.Context, path string) (storyFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return storyFile{}, err
	}
	defer file.Close()
	r := io.Reader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return storyFile{}, err
		}
	}
	f := storyFile{name: filepath.Base(path)}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	read := (func(*storyFile, []byte) error)(nil)
	seen := map[string]int{}
	for n := 1; lines.Scan(); n++ {
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if read == nil {
			if read, err = storyReader(line, seen); err != nil {
				return f, fmt.Errorf("line %d: %w", n, err)
			}
			if read == nil {
				return f, nil
			}
		}
		if err := read(&f, line); err != nil {
			return f, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return f, lines.Err()
}

// storyReader tells by its fields what a line is; nil if nothing that is scored here. Lines
// with a kind are for the scores of duplicates.
func storyReader(line []byte, seen map[string]int) (func(*storyFile, []byte) error, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, err
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return fields[name] == nil })
	}
	switch {
	case has("a", "b", "overall"):
		return (*storyFile).readPair, nil
	case has("id", "cluster", "text") && !has("kind"):
		return func(f *storyFile, line []byte) error { return f.readDocument(line, seen) }, nil
	}
	return nil, nil
}

func (f *storyFile) readPair(line []byte) error {
	var p storyPair
	if err := json.Unmarshal(line, &p); err != nil {
		return err
	}
	if p.Overall < 1 || p.Overall > 4 {
		return fmt.Errorf("overall is %v, not 1 to 4", p.Overall)
	}
	f.pairs = append(f.pairs, p)
	return nil
}

// noDate is the time of documents without a date.
var noDate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (f *storyFile) readDocument(line []byte, seen map[string]int) error {
	d := storyDocument{at: noDate}
	if err := json.Unmarshal(line, &d); err != nil {
		return err
	}
	switch {
	case d.ID == nil:
		return errors.New("no id")
	case d.Cluster == nil:
		return errors.New("no cluster")
	case seen[string(d.ID)] > 0:
		return fmt.Errorf("id %s is that of document %d, too", d.ID, seen[string(d.ID)])
	}
	if d.Date != "" {
		var err error
		if d.at, err = parseDate(d.Date); err != nil {
			return err
		}
	}
	f.documents = append(f.documents, d)
	seen[string(d.ID)] = len(f.documents)
	return nil
}

// dateLayouts are how data sets write times.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime, time.DateOnly, time.RFC1123Z, time.RFC1123}

func parseDate(s string) (t time.Time, err error) {
	for _, layout := range dateLayouts {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("date %q is not RFC 3339", s)
}

func clustersOf(documents []storyDocument) int {
	names := map[string]bool{}
	for _, d := range documents {
		names[string(d.Cluster)] = true
	}
	return len(names)
}

// clusteringOf pairs what is known of documents with what was found.
func clusteringOf(documents []storyDocument, predictions []StoryPrediction) clustering {
	c := clustering{gold: make([]string, len(documents)), found: make([]string, len(documents))}
	for i, d := range documents {
		c.gold[i], c.found[i] = string(d.Cluster), cmp.Or(string(predictions[i].Story), string(d.ID))
	}
	return c
}
