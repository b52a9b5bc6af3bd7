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
	"strings"
	"time"
)

// Document is an article of a stream.
type Document struct {
	ID    json.RawMessage
	Lang  string // as given, or told by the text
	Title string
	Text  string
	At    time.Time // the zero time if it has no date

	kind, cluster string // of a stream made of copies
}

// duplicateStream is a file of documents: with labelled pairs, or made of known copies.
type duplicateStream struct {
	name      string
	documents []Document
	labels    []label
}

func (s duplicateStream) made() bool { return len(s.documents) > 0 && s.documents[0].kind != "" }

// label is a judgement on two documents, by their places.
type label struct {
	early, late int
	duplicate   bool
	confidence  int     // 1 arguable to 3 sure
	weight      float64 // how many pairs of its stratum it stands for
}

var errNoDuplicates = errors.New("no file with id, kind, cluster and text on each line, or with id and text and a file NAME_labels.json (a, b, label) beside it")

// readDuplicates reads a file, or the files of a folder that have the fields.
func readDuplicates(ctx context.Context, path string) ([]duplicateStream, error) {
	if _, err := stat(path); err != nil {
		return nil, err
	}
	var streams []duplicateStream
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name != path && !isJSONLines(name) {
			return err
		}
		s, err := readDuplicateStream(ctx, name)
		if err == nil && len(s.documents) > 0 {
			streams = append(streams, s)
		}
		return err
	})
	if err == nil && len(streams) == 0 {
		err = fmt.Errorf("%s: %w", path, errNoDuplicates)
	}
	return streams, err
}

// readDuplicateStream reads a file. One of another kind is empty.
func readDuplicateStream(ctx context.Context, path string) (duplicateStream, error) {
	s := duplicateStream{name: filepath.Base(path)}
	labels, err := readLabels(path)
	if err != nil {
		return s, err
	}
	places := map[string]int{}
	err = eachLine(ctx, path, func(line []byte) error {
		d, err := readDuplicate(line)
		if err != nil {
			return err
		}
		if len(labels) == 0 && d.kind == "" {
			return io.EOF // of another kind
		}
		if first, ok := places[string(d.ID)]; ok {
			return fmt.Errorf("id %s is that of document %d, too", d.ID, first+1)
		}
		places[string(d.ID)] = len(s.documents)
		s.documents = append(s.documents, d)
		return nil
	})
	if err != nil {
		return s, err
	}
	for i, l := range labels {
		resolved, err := l.resolve(places)
		if err != nil {
			return s, fmt.Errorf("%s: label %d: %w", labelsOf(path), i+1, err)
		}
		s.labels = append(s.labels, resolved)
	}
	return s, nil
}

// eachLine calls read with each line of a file, which may be gzip, that is not empty.
// Errors name the file and the line; io.EOF ends it without one.
func eachLine(ctx context.Context, path string, read func(line []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := io.Reader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		err := read(line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if lines.Err() != nil {
		return fmt.Errorf("%s: %w", path, lines.Err())
	}
	return nil
}

func readDuplicate(line []byte) (Document, error) {
	var d struct {
		ID      json.RawMessage `json:"id"`
		Kind    string          `json:"kind"`
		Cluster json.RawMessage `json:"cluster"`
		Lang    string          `json:"lang"`
		Date    string          `json:"date"`
		Title   string          `json:"title"`
		Text    string          `json:"text"`
	}
	if err := json.Unmarshal(line, &d); err != nil {
		// A line of another kind may have other fields of these names.
		if _, other := errors.AsType[*json.UnmarshalTypeError](err); other {
			return Document{}, nil
		}
		return Document{}, err
	}
	document := Document{ID: d.ID, Title: d.Title, Text: d.Text, kind: d.Kind, cluster: string(d.Cluster)}
	switch {
	case d.Kind != "" && (d.ID == nil || d.Cluster == nil):
		return document, errors.New("no id, or no cluster")
	case d.Date != "":
		at, err := parseDate(d.Date)
		if err != nil {
			return document, err
		}
		document.At = at
	}
	document.Lang = languageOf(d.Lang, d.Title, d.Text)
	return document, nil
}

// writtenLabel is an element of a file of labels.
type writtenLabel struct {
	A          json.RawMessage `json:"a"`
	B          json.RawMessage `json:"b"`
	Label      string          `json:"label"`
	Confidence int             `json:"confidence"`
	Weight     float64         `json:"weight"`
}

// labelsOf is where the labels of a stream are.
func labelsOf(path string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".jsonl") + "_labels.json"
}

// readLabels reads the labels of a stream; none if there is no such file.
func readLabels(path string) (labels []writtenLabel, err error) {
	raw, err := os.ReadFile(labelsOf(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &labels); err != nil {
		return nil, fmt.Errorf("%s: not an array of labelled pairs: %w", labelsOf(path), err)
	}
	return labels, nil
}

// resolve finds the two documents. A label D (one is derived from the other) or P (one
// holds part of the other) makes them duplicates, E (same event) and N (different) do not.
func (l writtenLabel) resolve(places map[string]int) (label, error) {
	a, okA := places[string(l.A)]
	b, okB := places[string(l.B)]
	switch {
	case !okA || !okB || a == b:
		return label{}, fmt.Errorf("a %s and b %s are not two documents of the stream", l.A, l.B)
	case !strings.Contains("DPEN", l.Label) || len(l.Label) != 1:
		return label{}, fmt.Errorf("label %q is not D, P, E or N", l.Label)
	case l.Weight < 0:
		return label{}, fmt.Errorf("weight %v is below 0", l.Weight)
	}
	return label{
		early: min(a, b), late: max(a, b), duplicate: l.Label == "D" || l.Label == "P",
		confidence: l.Confidence, weight: cmp.Or(l.Weight, 1),
	}, nil
}
