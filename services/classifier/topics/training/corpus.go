package training

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"marsad/services/classifier/topics"
)

// Article is one that was read and labelled.
type Article struct {
	ID     json.RawMessage
	Source string
	Lang   string
	Title  string
	Text   string
	Topics []string // codes of the first level, main first, then of the second
}

// Labelled is how the names of files with labelled articles begin.
const Labelled = "annotated"

// Read reads labelled articles: a file of JSON lines, or the ones named annotated* of
// a folder, gzip or not. Articles labelled "00" (none) have no topics.
func Read(path string) ([]Article, error) {
	files := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, Labelled+"*.jsonl*")); err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: there is no %s*.jsonl.gz in it", path, Labelled)
		}
	}
	return readFiles(files, readArticle)
}

// ReadTexts reads the other files of a folder: articles whose topics are not known.
func ReadTexts(folder string) ([]Article, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl*"))
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(filepath.Base(f), Labelled) })
	return readFiles(files, readText)
}

func readFiles(files []string, read func(line []byte) (Article, error)) ([]Article, error) {
	var all []Article
	for _, file := range files {
		articles, err := readFile(file, read)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, articles...)
	}
	return all, nil
}

func readFile(path string, read func(line []byte) (Article, error)) ([]Article, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := io.Reader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return nil, err
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	var articles []Article
	for n := 1; lines.Scan(); n++ {
		article, err := read(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		articles = append(articles, article)
	}
	return articles, lines.Err()
}

func readText(line []byte) (Article, error) {
	var in struct{ Source, Lang, Title, Text string }
	err := json.Unmarshal(line, &in)
	return Article{Source: in.Source, Lang: in.Lang, Title: in.Title, Text: in.Text}, err
}

// flags are labels of the second level.
var flags = map[string]string{"def": topics.NationalSecurity, "intl": topics.InternationalRelations}

func readArticle(line []byte) (Article, error) {
	var in struct {
		ID                     json.RawMessage
		Src, Lang, Title, Text string
		Topics, Flags          []string
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return Article{}, err
	}
	a := Article{ID: slices.Clone(in.ID), Source: in.Src, Lang: in.Lang, Title: in.Title, Text: in.Text}
	for _, t := range in.Topics {
		if t == "00" {
			continue
		}
		code := t + strings.Repeat("0", max(0, 8-len(t)))
		if topics.Index(code) < 0 {
			return Article{}, fmt.Errorf("%q is no topic: two digits are wanted", t)
		}
		a.Topics = append(a.Topics, code)
	}
	for _, f := range in.Flags {
		if code, ok := flags[f]; ok {
			a.Topics = append(a.Topics, code)
		}
	}
	return a, nil
}
