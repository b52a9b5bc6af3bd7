package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"marsad/pkg/prose"
)

// mirrored is a page as it is served.
type mirrored struct {
	ID    string `json:"id"`
	File  string `json:"file"`
	Title string `json:"title"`
	body  []byte
}

// hosts is how many addresses the pages are spread over: to each goes one
// request at a time.
const hosts = 60

// readPages reads the pages of a folder.
func readPages(dir string, limit int) ([]mirrored, error) {
	file, err := os.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var pages []mirrored
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() && (limit == 0 || len(pages) < limit) {
		var p mirrored
		line := bytes.ReplaceAll(lines.Bytes(), []byte(": NaN"), []byte(": null")) // as Python writes it
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, err
		}
		if p.body, err = unzip(filepath.Join(dir, p.File)); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, lines.Err()
}

// makePages makes pages up.
func makePages(n int) []mirrored {
	random := rand.New(rand.NewPCG(1, 1))
	pages := make([]mirrored, n)
	for i := range pages {
		vocabulary := prose.Of([]string{"ar", "en", "fr"}[i%3])
		title := vocabulary.Headline(random)
		body := fmt.Sprintf("<!doctype html><html><head><title>%s</title></head><body><article><h1>%s</h1><p>%s</p></article></body></html>",
			title, title, strings.Join(vocabulary.Paragraphs(random, 150+random.IntN(300)), "</p><p>"))
		pages[i] = mirrored{ID: fmt.Sprint(i), Title: title, body: []byte(body)}
	}
	return pages
}

func unzip(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// serveMirror serves the pages of a folder, byte for byte, and a feed of those of
// each host. It says on its output where, and how many there are.
func serveMirror(ctx context.Context, dir string, limit, made int) (err error) {
	pages := makePages(made)
	if made == 0 {
		if pages, err = readPages(dir, limit); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "0.0.0.0:0") // all of 127/8: nothing else is told of it
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	mux := http.NewServeMux()
	for host := range hosts {
		address := fmt.Sprintf("127.0.1.%d:%d", host+1, port)
		var feed strings.Builder
		feed.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>` + address + `</title>`)
		for i := host; i < len(pages); i += hosts {
			p := pages[i]
			link := "http://" + address + "/p/" + p.ID
			fmt.Fprintf(&feed, "<item><title>%s</title><link>%s</link><guid>%s</guid></item>", html.EscapeString(p.Title), link, link)
			mux.HandleFunc("/p/"+p.ID, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.Write(p.body) //nolint:errcheck // who asked is gone
			})
		}
		feed.WriteString(`</channel></rss>`)
		mux.HandleFunc(fmt.Sprintf("/feed/%d", host), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/rss+xml")
			io.WriteString(w, feed.String()) //nolint:errcheck // see above
		})
	}
	fmt.Println(port, len(pages))
	server := &http.Server{Handler: mux}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
