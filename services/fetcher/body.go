package fetcher

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	slowGrace = 5 * time.Second // a body may begin as slowly as it likes
	slowRate  = 200             // bytes a second, at least, after that
	// maxWindow is the memory that unpacking zstd may take for itself (RFC 8878,
	// section 3.1.1.1.2, recommends 8 MB at least).
	maxWindow = 8 << 20
)

// read reads the body of resp, at most limit bytes before and after
// decompression. There is room for few large bodies at once: release gives it
// back; it is nil if none was taken. Of a longer body cut gives the beginning.
func (c *client) read(ctx context.Context, resp *http.Response, limit int64, cut bool) (body []byte, release func(), err error) {
	if resp.ContentLength > limit && !cut {
		return nil, nil, fmt.Errorf("%w: %d bytes, more than %d", errTooLarge, resp.ContentLength, limit)
	}
	raw := bufio.NewReader(&paced{in: &bounded{in: resp.Body, left: limit + limit/8}, began: time.Now()})
	unpacked, closing, err := decoder(resp.Header.Get("Content-Encoding"), raw)
	if err != nil {
		return nil, nil, err
	}
	defer closing()
	var plain io.Reader = &bounded{in: unpacked, left: limit}
	if cut {
		plain = io.LimitReader(unpacked, limit)
	}
	size := min(max(resp.ContentLength, 0), largeBody) + 512
	body, err = readUpTo(plain, make([]byte, 0, size), largeBody)
	if err != nil || len(body) < largeBody {
		return body, nil, err
	}
	if err := c.large.Acquire(ctx, 1); err != nil {
		return nil, nil, err
	}
	release = func() { c.large.Release(1) }
	if body, err = readUpTo(plain, body, int(limit)+1); err != nil {
		release()
		return nil, nil, err
	}
	return body, release, nil
}

// readUpTo appends to b what in has, until b holds n bytes or in ends.
func readUpTo(in io.Reader, b []byte, n int) ([]byte, error) {
	for len(b) < n {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		read, err := in.Read(b[len(b):min(cap(b), n)])
		b = b[:len(b)+read]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// bounded fails with errTooLarge after left bytes.
type bounded struct {
	in   io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("%w: there is more than is read", errTooLarge)
	}
	return n, err
}

// paced fails with errTooSlow when what it reads comes in drips.
type paced struct {
	in    io.Reader
	began time.Time
	bytes int64
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.bytes += int64(n)
	if took := time.Since(p.began); err == nil && took > slowGrace && float64(p.bytes) < slowRate*took.Seconds() {
		return n, fmt.Errorf("%w: %d bytes in %v", errTooSlow, p.bytes, took.Round(time.Second))
	}
	return n, err
}

// decoder undoes a content coding (RFC 9110, section 8.4.1). Servers that say
// gzip and do not, and those that do and do not say so, are understood.
func decoder(coding string, in *bufio.Reader) (out io.Reader, closing func(), err error) {
	magic, _ := in.Peek(2) // a body that is too short is none of these
	zipped := string(magic) == "\x1f\x8b"
	switch coding = strings.ToLower(strings.TrimSpace(coding)); {
	case coding == "br":
		return brotli.NewReader(in), func() {}, nil
	case coding == "zstd":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	case zipped:
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		return z, func() {}, nil
	case coding == "" || coding == "identity" || coding == "gzip" || coding == "x-gzip":
		return in, func() {}, nil
	}
	return nil, nil, fmt.Errorf("the body is coded as %q, which was not asked for", coding)
}

// freshness is how long an answer may be given again by caches: max-age, or
// Expires after Date (RFC 9111, section 4.2.1). no-cache and no-store give 0.
func freshness(h http.Header) time.Duration {
	age, said := time.Duration(0), false
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
			if err == nil {
				age = time.Duration(max(seconds, 0)) * time.Second
			}
			said = true
		}
	}
	if said {
		return age
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	date, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return max(expires.Sub(date), 0)
}
