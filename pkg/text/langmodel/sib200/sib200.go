// Package sib200 reads SIB-200, sentences of news-like text in 205 languages and
// scripts (Adelani et al. 2024, "SIB-200", EACL, arXiv 2309.07445; CC BY-SA 4.0):
// gzip files of JSON lines {"lang", "split", "text"}, where lang is a code of
// FLORES-200 such as "arb_Arab" or a BCP 47 tag.
package sib200

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sentence is one line.
type Sentence struct {
	ID    string `json:"id"`    // the number of the line where the line has none
	Code  string `json:"lang"`  // as in the file
	Split string `json:"split"` // "train", "dev" or "test"; may be empty
	Text  string `json:"text"`
}

// Read reads a file, or all files sib200*.jsonl.gz of a folder in the order of
// their names.
func Read(path string) ([]Sentence, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such file or folder", path)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return readFile(path)
	}
	files, err := filepath.Glob(filepath.Join(path, "sib200*.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no file sib200*.jsonl.gz in this folder", path)
	}
	var all []Sentence
	for _, file := range files {
		sentences, err := readFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, sentences...)
	}
	return all, nil
}

func readFile(path string) (sentences []Sentence, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: not a gzip file (%w)", path, err)
	}
	lines := bufio.NewReader(z)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if len(strings.TrimSpace(string(line))) > 0 {
			s := Sentence{ID: fmt.Sprint(n)}
			if err := json.Unmarshal(line, &s); err != nil {
				return nil, fmt.Errorf("%s:%d: not a JSON object with lang and text (%w)", path, n, err)
			}
			if s.Code == "" || s.Text == "" {
				return nil, fmt.Errorf("%s:%d: lang and text are required", path, n)
			}
			sentences = append(sentences, s)
		}
		if err != nil {
			return sentences, nil
		}
	}
}

// Split picks the sentences of a split. Where no line names a split, it is all of them.
func Split(sentences []Sentence, split string) []Sentence {
	var picked []Sentence
	named := false
	for _, s := range sentences {
		named = named || s.Split != ""
		if s.Split == split {
			picked = append(picked, s)
		}
	}
	if !named {
		return sentences
	}
	return picked
}
