package langmodel

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"strings"

	"marsad/pkg/text/script"
)

// The file of a model is the magic, then, compressed (RFC 1951), the classifiers
// in the order they were given. Numbers are unsigned varints, floats four bytes,
// little endian. A classifier is:
//
//	name of the script, languages ("ar fa ur"): each a length and bytes
//	scale, a bias for each language
//	count of features, then column by column, a value for each feature:
//	    difference of its hash to the one before
//	    count of its weights
//	count of weights, then column by column, a byte for each weight:
//	    its language
//	    its value

const magic = "marsad lang 1\n"

// maxFile is how many bytes a model may have when it is unpacked.
const maxFile = 64 << 20

// ErrFormat says that bytes are no model.
var ErrFormat = errors.New("no language model")

// Classifier is a linear model of the languages of one script.
type Classifier struct {
	Script    script.Script
	Languages []string  // at most 128
	Bias      []float32 // one a language
	Scale     float32   // what Values are multiplied by
	Weights   []Weight
}

// Weight is what a feature says for a language, or against it.
type Weight struct {
	Feature  uint32 // as Words gives it
	Language uint8  // index
	Value    int8
}

// Write writes the file of a model. The same classifiers give the same bytes.
func Write(w io.Writer, classifiers []Classifier) error {
	var raw []byte
	for _, c := range classifiers {
		raw = appendClassifier(raw, c)
	}
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(raw); err != nil {
		return err
	}
	return z.Close()
}

func appendClassifier(dst []byte, c Classifier) []byte {
	dst = appendString(appendString(dst, c.Script.String()), strings.Join(c.Languages, " "))
	dst = appendFloats(dst, append([]float32{c.Scale}, c.Bias...))
	weights := slices.Clone(c.Weights)
	slices.SortFunc(weights, func(a, b Weight) int {
		return cmp.Or(cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.Language, b.Language))
	})
	var gaps, counts, languages, values []byte
	n, last := 0, uint32(0)
	for from := 0; from < len(weights); n++ {
		to := from
		for to < len(weights) && weights[to].Feature == weights[from].Feature {
			languages = append(languages, weights[to].Language)
			values = append(values, byte(weights[to].Value))
			to++
		}
		gaps = binary.AppendUvarint(gaps, uint64(weights[from].Feature-last))
		counts = binary.AppendUvarint(counts, uint64(to-from))
		last, from = weights[from].Feature, to
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	dst = append(append(dst, gaps...), counts...)
	dst = binary.AppendUvarint(dst, uint64(len(weights)))
	return append(append(dst, languages...), values...)
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendFloats(dst []byte, floats []float32) []byte {
	for _, f := range floats {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(f))
	}
	return dst
}

// Read reads the file of a model. The error wraps ErrFormat when it is none, or broken.
func Read(file []byte) (*Model, error) {
	packed, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok {
		return nil, ErrFormat
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m := &Model{byScript: map[script.Script]*classifier{}}
	for r := (reader{rest: raw}); len(r.rest) > 0; {
		name := string(r.bytes(r.number()))
		c := r.classifier()
		if r.broken {
			return nil, fmt.Errorf("%w: the classifier of script %q is broken", ErrFormat, name)
		}
		m.byScript[script.Named(name)] = c
	}
	return m, nil
}

// reader takes values from bytes; broken says that they were not there.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) classifier() *classifier {
	c := &classifier{languages: strings.Fields(string(r.bytes(r.number())))}
	if len(c.languages) == 0 || len(c.languages) > maxLanguages {
		r.broken = true
		return nil
	}
	c.scale = r.float()
	for range c.languages {
		c.bias = append(c.bias, r.float())
	}
	used := r.table(c)
	count := r.count()
	languages, values := r.bytes(count), r.bytes(count)
	if r.broken || used != count {
		r.broken = true
		return nil
	}
	c.weights = make([]weight, count)
	for i := range c.weights {
		c.weights[i] = weight{languages[i], int8(values[i])}
	}
	return c
}

// table reads the features and says how many weights they have.
func (r *reader) table(c *classifier) (used int) {
	n := r.count()
	c.table = make([]entry, 1<<bits.Len(uint(n+n/3))) // at most three quarters full
	hashes := make([]uint32, n)
	last := uint32(0)
	for i := range hashes {
		last += uint32(r.number())
		hashes[i] = last
	}
	for _, hash := range hashes {
		weights := r.number()
		if hash >= 1<<hashBits || weights == 0 || weights > maxLanguages {
			r.broken = true
			return 0
		}
		c.insert(entry{key: hash | uint32(weights)<<hashBits, from: uint32(used)})
		used += weights
	}
	return used
}

// insert needs a table that has room.
func (c *classifier) insert(e entry) {
	mask := uint32(len(c.table) - 1)
	i := e.hash() & mask
	for c.table[i].key != 0 {
		i = (i + 1) & mask
	}
	c.table[i] = e
}

// number is an unsigned varint below 1<<31.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > math.MaxInt32 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count is a number of things that take a byte or more each.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.broken = true
		return 0
	}
	return n
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.broken, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) float() float32 {
	b := r.bytes(4)
	if r.broken {
		return 0
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b))
}
