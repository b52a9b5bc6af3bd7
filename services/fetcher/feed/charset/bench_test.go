package charset_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	marsad "marsad/services/fetcher/feed/charset"
)

// BenchmarkUTF8 reads a feed of 200 KB: in UTF-8, and in an encoding that has to be guessed.
func BenchmarkUTF8(b *testing.B) {
	text := rss("", strings.Repeat(arabic+" ", 600))
	guessed, err := charmap.Windows1256.NewEncoder().Bytes([]byte(text))
	if err != nil {
		b.Fatal(err)
	}
	for name, body := range map[string][]byte{"UTF-8": []byte(text), "guessed": guessed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				marsad.UTF8(body, "")
			}
		})
	}
}
