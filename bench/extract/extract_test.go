package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/pkg/news"
)

const maxPages = 200

// BenchmarkExtract takes the same pages through parsing alone, the cleaner and its
// peers. One operation is one page; failures are what each makes of pages that hold
// no article.
func BenchmarkExtract(b *testing.B) {
	dir := os.Getenv("MARSAD_PAGES")
	if dir == "" {
		const reason = "BenchmarkExtract is skipped: MARSAD_PAGES names no folder of .html or .html.gz pages to compare on"
		fmt.Fprintln(os.Stderr, reason) // without -v nobody would see the other one
		b.Skip(reason)
	}
	pages := readPages(b, dir)
	for _, peer := range peers {
		b.Run(peer.name, func(b *testing.B) {
			size, failed, n := 0, 0, 0
			b.ReportAllocs()
			for b.Loop() {
				page := pages[n%len(pages)]
				if _, err := peer.extract(news.Page{Kind: news.PageHTML, URL: "https://news.example/", Body: page}); err != nil && peer.name != bare {
					failed++
				}
				size += len(page)
				n++
			}
			b.SetBytes(int64(size / n))
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "docs/s")
			b.ReportMetric(100*float64(failed)/float64(n), "%failed")
		})
	}
}

func readPages(b *testing.B, dir string) (pages [][]byte) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || len(pages) == maxPages {
			return err
		}
		plain, zipped := strings.CutSuffix(path, ".gz")
		if !strings.HasSuffix(plain, ".html") {
			return nil
		}
		page, err := os.ReadFile(path)
		if err == nil && zipped {
			page, err = unzip(page)
		}
		pages = append(pages, page)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if len(pages) == 0 {
		b.Fatalf("%s: no .html or .html.gz files in it", dir)
	}
	return pages
}

func unzip(page []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
