package sqlstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// micros is how a time is stored: microseconds since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// optionalMicros stores a time that may be absent, as NULL.
func optionalMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// truncated is t as the store can keep it, for times inside JSON.
func truncated(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	kept := t.UTC().Truncate(time.Microsecond)
	return &kept
}

// asTime scans what micros stored.
type asTime struct{ to *time.Time }

func (a asTime) Scan(src any) error {
	n, ok := src.(int64)
	if !ok && src != nil {
		return fmt.Errorf("a time is stored as %T", src)
	}
	*a.to = fromMicros(n)
	return nil
}

// asOptionalTime scans what optionalMicros stored.
type asOptionalTime struct{ to **time.Time }

func (a asOptionalTime) Scan(src any) error {
	if src == nil {
		*a.to = nil
		return nil
	}
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", src)
	}
	t := time.UnixMicro(n).UTC()
	*a.to = &t
	return nil
}

// asJSON scans a JSON column into what it points to.
type asJSON struct{ to any }

func (a asJSON) Scan(src any) error {
	switch src := src.(type) {
	case string:
		return json.Unmarshal([]byte(src), a.to)
	case []byte:
		return json.Unmarshal(src, a.to)
	}
	return fmt.Errorf("JSON is stored as %T", src)
}

// encodeJSON is for values of this module's own types, which always marshal.
func encodeJSON(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", v, err))
	}
	return withoutNUL(string(out))
}

// withoutNUL replaces what not every backend can store.
func withoutNUL(encoded string) string {
	if !strings.Contains(encoded, `\u0000`) {
		return encoded
	}
	var out strings.Builder
	for i := 0; i < len(encoded); i++ {
		switch {
		case encoded[i] != '\\' || i+1 == len(encoded):
			out.WriteByte(encoded[i])
		case strings.HasPrefix(encoded[i:], `\u0000`):
			out.WriteString(`\ufffd`)
			i += 5
		default: // what is escaped, be it a backslash
			out.WriteString(encoded[i : i+2])
			i++
		}
	}
	return out.String()
}

// encodeFound is the payload as it is kept.
func encodeFound(found news.Found) string {
	found.Published, found.Updated = truncated(found.Published), truncated(found.Updated)
	return encodeJSON(found)
}

// encodeTrail keeps the trail of an item; never null.
func encodeTrail(trail []news.Step) string {
	kept := make([]news.Step, len(trail))
	for i, step := range trail {
		step.At = *truncated(&step.At)
		kept[i] = step
	}
	return encodeJSON(kept)
}

// orEmpty makes a nil slice an empty one: in JSON they differ.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// maxUnpacked bounds the memory that reading one stored page can take.
const maxUnpacked = 64 << 20

// Both are safe for concurrent use and keep their tables between calls.
var (
	packer = sync.OnceValue(func() *zstd.Encoder {
		return must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20)))
	})
	unpacker = sync.OnceValue(func() *zstd.Decoder {
		return must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxUnpacked)))
	})
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // constant options
	}
	return v
}

func pack(b []byte) []byte { return packer().EncodeAll(b, make([]byte, 0, len(b)/4+64)) }

// unpack undoes pack; empty gives nil.
func unpack(packed []byte) ([]byte, error) { return unpacker().DecodeAll(packed, nil) }

// notFound turns the absence of a row into the contract's error.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}
