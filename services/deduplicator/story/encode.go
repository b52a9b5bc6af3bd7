package story

import (
	"encoding/binary"
	"errors"
	"slices"
)

// featuresVersion is the first byte of encoded Features.
const featuresVersion = 1

// ErrFeatures says that bytes are no encoded Features of this version.
var ErrFeatures = errors.New("no features of an article of this version")

const maxLang = 8 // bytes

// AppendBinary appends the features in about 300 bytes: a version, the language, then
// each list with its length before, hashes as distances to the hash before, as varints.
// The error is always nil.
func (f Features) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, featuresVersion, byte(min(len(f.lang), maxLang)))
	b = append(b, f.lang[:min(len(f.lang), maxLang)]...)
	b = appendCount(b, len(f.terms))
	before := uint32(0)
	for _, t := range f.terms {
		b = binary.AppendUvarint(b, uint64(t.hash()-before))
		b = append(b, byte(t.weight()))
		before = t.hash()
	}
	for _, keys := range [][]uint32{f.title, f.names, f.numbers} {
		b = appendCount(b, len(keys))
		before = 0
		for _, key := range keys {
			b = binary.AppendUvarint(b, uint64(key-before))
			before = key
		}
	}
	b = appendCount(b, len(f.places))
	for _, p := range f.places {
		b = append(b, byte(p>>8), byte(p))
	}
	return b, nil
}

func appendCount(b []byte, n int) []byte { return append(b, byte(n)) }

// MarshalBinary implements encoding.BinaryMarshaler.
func (f Features) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote; ErrFeatures for anything else.
func (f *Features) UnmarshalBinary(b []byte) error {
	d := decoder{rest: b, ok: true}
	if d.byte() != featuresVersion {
		return ErrFeatures
	}
	read := Features{lang: d.text(maxLang)}
	before := uint64(0)
	for range d.count(maxTerms) {
		before += d.distance(len(read.terms) == 0)
		weight := d.byte()
		d.require(before < 1<<24 && weight > 0)
		read.terms = append(read.terms, newTerm(uint32(before), weight))
	}
	read.title = d.keys(maxTitle)
	read.names = d.keys(maxNames)
	read.numbers = d.keys(maxNumbers)
	for range d.count(maxPlaces) {
		read.places = append(read.places, place(d.byte())<<8|place(d.byte()))
	}
	if !d.ok || len(d.rest) > 0 || !slices.IsSorted(read.places) {
		return ErrFeatures
	}
	read.square = square(read.terms)
	*f = read
	return nil
}

// decoder takes values off the front of bytes; ok is false from the first that is
// missing or not allowed on.
type decoder struct {
	rest []byte
	ok   bool
}

func (d *decoder) require(allowed bool) { d.ok = d.ok && allowed }

func (d *decoder) byte() byte {
	if d.require(len(d.rest) > 0); !d.ok {
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) text(most int) string {
	n := int(d.byte())
	if d.require(n <= most && n <= len(d.rest)); !d.ok {
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

// count is the length of a list; 0 once something was wrong.
func (d *decoder) count(most int) int {
	n := int(d.byte())
	if d.require(n <= most); !d.ok {
		return 0
	}
	return n
}

// distance is to the next hash of a list, which is greater but for the first.
func (d *decoder) distance(first bool) uint64 {
	v, n := binary.Uvarint(d.rest)
	if d.require(n > 0 && v < 1<<32 && (first || v > 0)); !d.ok {
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) keys(most int) (keys []uint32) {
	before := uint64(0)
	for range d.count(most) {
		before += d.distance(len(keys) == 0)
		d.require(before < 1<<32)
		keys = append(keys, uint32(before))
	}
	return keys
}
