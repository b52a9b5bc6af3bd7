package fetcher

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	slowGrace  = 5 * time.Second  // pace is measured over so long
	slowRate   = 200              // bytes a second, at least
	stallGrace = 10 * time.Second // without a byte
	// maxWindow is the memory that unpacking zstd may take for itself (RFC 8878,
	// section 3.1.1.1.2, recommends 8 MB at least).
	maxWindow = 8 << 20
)

// read reads the body of resp, at most limit bytes before and after unpacking. Of
// a longer body cut gives the beginning. There is room for few large bodies at
// once: release gives it back; it is nil if none was taken.
//
// stalled is called when nothing comes for long: it is to end the request.
//
// What is packed is unpacked when it is there, few at once: else servers that
// send it in drips would hold the memory that unpacking takes.
func (c *client) read(ctx context.Context, resp *http.Response, limit int64, cut bool, stalled func()) (body []byte, release func(), err error) {
	if resp.ContentLength > limit && !cut {
		return nil, nil, fmt.Errorf("%w: %d bytes, more than %d", errTooLarge, resp.ContentLength, limit)
	}
	sent := newPaced(&bounded{in: resp.Body, left: limit + limit/8}, stalled)
	defer sent.watch.Stop()
	small := min(int(limit)+1, largeBody)
	head, err := readUpTo(sent, make([]byte, 0, min(max(int(resp.ContentLength), 0), small)+512), small)
	if err != nil {
		return nil, nil, err
	}
	coding, err := codingOf(resp.Header.Get("Content-Encoding"), head)
	if err != nil {
		return nil, nil, err
	}
	size := limit + 1 // of a body that has not come yet
	if len(head) < small {
		if body, size, err = c.unpackSmall(ctx, coding, head, limit, cut); err != nil || size == int64(len(body)) {
			return body, nil, err
		}
	}
	if err := c.large.Acquire(ctx, 1); err != nil {
		return nil, nil, err
	}
	release = func() { c.large.Release(1) }
	err = unpack(coding, io.MultiReader(bytes.NewReader(head), sent), limit, cut, func(plain io.Reader) error {
		body, err = readUpTo(plain, make([]byte, 0, size), int(size))
		return err
	})
	if err != nil {
		release()
		return nil, nil, err
	}
	return body, release, nil
}

// unpackSmall unpacks a body that has come, and says how large it is. Of a large
// one body is the beginning.
func (c *client) unpackSmall(ctx context.Context, coding string, packed []byte, limit int64, cut bool) (body []byte, size int64, err error) {
	if coding == "" {
		return packed, int64(len(packed)), nil
	}
	if err := c.unpacking.Acquire(ctx, 1); err != nil {
		return nil, 0, err
	}
	defer c.unpacking.Release(1)
	err = unpack(coding, bytes.NewReader(packed), limit, cut, func(plain io.Reader) error {
		if body, err = readUpTo(plain, make([]byte, 0, min(4*len(packed)+512, largeBody)), largeBody); err != nil {
			return err
		}
		size, err = io.Copy(io.Discard, plain)
		size += int64(len(body))
		return err
	})
	return body, size, err
}

// unpack gives read what in holds: at most limit bytes, of which cut gives the beginning.
func unpack(coding string, in io.Reader, limit int64, cut bool, read func(plain io.Reader) error) error {
	unpacked, closing, err := decoder(coding, in)
	if err != nil {
		return err
	}
	defer closing()
	if cut {
		return read(io.LimitReader(unpacked, limit))
	}
	return read(&bounded{in: unpacked, left: limit})
}

// readUpTo appends to b what in has, until b holds n bytes or in ends.
func readUpTo(in io.Reader, b []byte, n int) ([]byte, error) {
	for len(b) < n {
		if len(b) == cap(b) {
			b = slices.Grow(b, min(max(len(b), 512), n-len(b)))
		}
		read, err := in.Read(b[len(b):min(cap(b), n)])
		b = b[:len(b)+read]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) < cap(b)/2 {
		return bytes.Clone(b), nil // it is kept for a while
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

// paced fails with errTooSlow when what it reads comes in drips, and calls stalled
// when nothing comes at all.
type paced struct {
	in    io.Reader
	since time.Time // of the period that is measured
	bytes int64     // in it
	watch *time.Timer
}

// newPaced begins to measure now. The caller stops watch when it has read enough.
func newPaced(in io.Reader, stalled func()) *paced {
	return &paced{in: in, since: time.Now(), watch: time.AfterFunc(stallGrace, stalled)}
}

func (p *paced) Read(b []byte) (int, error) {
	p.watch.Reset(stallGrace)
	n, err := p.in.Read(b)
	p.watch.Stop() // who reads may have to wait
	p.bytes += int64(n)
	took := time.Since(p.since)
	if err != nil || took <= slowGrace {
		return n, err
	}
	if float64(p.bytes) < slowRate*took.Seconds() {
		return n, fmt.Errorf("%w: %d bytes in %v", errTooSlow, p.bytes, took.Round(time.Second))
	}
	p.since, p.bytes = time.Now(), 0
	return n, nil
}

// codingOf is the content coding of a body that begins with head (RFC 9110,
// section 8.4.1); empty: none. Servers that say gzip and do not, and those that do
// and do not say so, are understood.
func codingOf(said string, head []byte) (string, error) {
	switch said = strings.ToLower(strings.TrimSpace(said)); {
	case said == "br", said == "zstd":
		return said, nil
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "gzip", nil
	case said == "", said == "identity", said == "gzip", said == "x-gzip":
		return "", nil
	}
	return "", fmt.Errorf("the body is coded as %q, which was not asked for", said)
}

// decoder undoes a coding of codingOf.
func decoder(coding string, in io.Reader) (out io.Reader, closing func(), err error) {
	switch coding {
	case "br":
		return brotli.NewReader(in), func() {}, nil
	case "zstd":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		return z, func() {}, nil
	}
	return in, func() {}, nil
}

// freshness is for how much longer an answer may be given again by caches:
// max-age, or Expires after Date, less its age (RFC 9111, section 4.2). no-cache
// and no-store give 0.
func freshness(h http.Header) time.Duration {
	lifetime, said := time.Duration(0), false
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			lifetime, said = seconds(strings.Trim(value, `"`)), true
		}
	}
	if !said {
		expires, err := http.ParseTime(h.Get("Expires"))
		date, err2 := http.ParseTime(h.Get("Date"))
		if err != nil || err2 != nil {
			return 0
		}
		lifetime = expires.Sub(date)
	}
	return max(lifetime-seconds(h.Get("Age")), 0)
}

// seconds reads a delta of seconds; 0 if it is none.
func seconds(value string) time.Duration {
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}
