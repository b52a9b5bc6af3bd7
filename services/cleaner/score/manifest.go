package score

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// gold is one line of the manifest: a page and what is known of it.
type gold struct {
	ID           string   `json:"id"`
	Set          string   `json:"set"`
	URL          string   `json:"url"`
	File         string   `json:"file"` // gzip, relative to the manifest
	Body         *string  `json:"body"`
	Title        string   `json:"title"`
	Published    string   `json:"published"`
	Alternatives []string `json:"published_alternatives"`
	Authors      []string `json:"authors"`
	Lang         string   `json:"lang"`
	Wanted       []string `json:"wanted"`
	Unwanted     []string `json:"unwanted"`
}

// maxPage is how many bytes of a page are read at most.
const maxPage = 64 << 20

// readManifest yields the lines of dir's manifest. An error ends it.
func readManifest(ctx context.Context, dir string) iter.Seq2[gold, error] {
	return func(yield func(gold, error) bool) {
		path := filepath.Join(dir, "manifest.jsonl")
		f, err := os.Open(path)
		if err != nil {
			yield(gold{}, fmt.Errorf("%s: there is no manifest.jsonl that can be read in it (one JSON object a page): %w", dir, pathless(err)))
			return
		}
		defer f.Close()
		lines := bufio.NewReaderSize(f, 1<<20)
		for n := 1; ctx.Err() == nil; n++ {
			line, err := lines.ReadBytes('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				yield(gold{}, fmt.Errorf("%s: %w", path, err))
				return
			}
			if len(line) > 1 {
				var g gold
				if jsonErr := json.Unmarshal(nanToNull(line), &g); jsonErr != nil {
					yield(gold{}, fmt.Errorf("%s:%d: not a JSON object of a labelled page: %w", path, n, jsonErr))
					return
				}
				if g.ID == "" || g.File == "" {
					yield(gold{}, fmt.Errorf("%s:%d: id and file are required", path, n))
					return
				}
				if !yield(g, nil) {
					return
				}
			}
			if err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(gold{}, err)
		}
	}
}

// pathless is an error without the path that it repeats.
func pathless(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// nanToNull replaces the NaN that Python writes for a missing value, which JSON
// does not know.
func nanToNull(line []byte) []byte {
	return bytes.ReplaceAll(line, []byte(`": NaN`), []byte(`": null`))
}

// readPage reads the gzip file of one document.
func readPage(dir string, g gold) ([]byte, error) {
	if !filepath.IsLocal(g.File) {
		return nil, fmt.Errorf("document %s: file %q is outside the folder", g.ID, g.File)
	}
	f, err := os.Open(filepath.Join(dir, g.File))
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", g.ID, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("document %s: %s: %w", g.ID, g.File, err)
	}
	page, err := io.ReadAll(io.LimitReader(z, maxPage))
	if err != nil {
		return nil, fmt.Errorf("document %s: %s: %w", g.ID, g.File, err)
	}
	return page, nil
}
