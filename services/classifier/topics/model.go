package topics

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The file of a model is the magic, then, compressed (RFC 1951), numbers of little
// endian:
//
//	language: a length (byte) and bytes
//	words of the body that are read (uint32), threshold (float32)
//	for each topic: bias, slope, rival, offset (float32 each)
//	count of features (uint32), then column by column, by their hashes:
//	    difference of its hash to the one before (uvarint)
//	    rarity, in steps of rarityStep (byte)
//	    scale, as an exponent of scaleBase (byte)
//	    whether a pair begins with it (byte)
//	    topic by topic, its weight (int8)

const magic = "marsad topics 1\n"

// maxFile is how many bytes a model may have when it is unpacked.
const maxFile = 16 << 20

// ErrFormat says that bytes are no model.
var ErrFormat = errors.New("no model of topics")

// Model is a linear classifier of the articles of one language: one-vs-rest logistic
// regression over the words, weighted by tf·idf and brought to length one.
type Model struct {
	Lang      string
	Words     int     // of the body that are read: news says first what it is about
	Threshold float32 // from which probability an article has a topic
	Topics    [Count]Topic

	features []Feature // by hash
	slots    []slot    // open addressing
}

// slot is a place in the table of features.
type slot struct {
	hash  uint32
	place int32 // 1 + that of the feature; 0: the slot is free
}

// Topic is what a model knows of a topic beside the weights of words. The
// probability is calibrated after Platt ("Probabilistic outputs for support vector
// machines", 1999), with the best score among the other topics of the first level as a
// second input: a topic without a rival is more probable.
type Topic struct {
	Bias                 float32 // of the score
	Slope, Rival, Offset float32 // the probability is σ(Slope·score + Rival·rival + Offset)
}

// Feature is a word, or two side by side.
type Feature struct {
	Hash    uint32
	Rarity  uint8 // inverse document frequency, in steps of rarityStep
	Scale   uint8 // what Weights are multiplied by: scaleBase to the power of Scale-scaleZero
	Begins  bool  // it is the first word of a pair that is a feature
	Weights [Count]int8
}

const (
	rarityStep = 1. / 16
	scaleBase  = 1.189207115002721 // the fourth root of two
	scaleZero  = 128
)

// NewFeature rounds idf and weights to what a model holds.
func NewFeature(hash uint32, idf float64, weights [Count]float64, begins bool) Feature {
	f := Feature{Hash: hash, Begins: begins, Rarity: uint8(min(255, math.Round(idf/rarityStep)))}
	largest := 0.
	for _, w := range weights {
		largest = max(largest, math.Abs(w))
	}
	if largest == 0 {
		return f
	}
	exponent := math.Ceil(math.Log(largest/127) / math.Log(scaleBase))
	f.Scale = uint8(min(255, max(0, exponent+scaleZero)))
	for i, w := range weights {
		f.Weights[i] = int8(min(127, max(-127, math.Round(w/f.scale()))))
	}
	return f
}

func (f *Feature) idf() float64   { return float64(f.Rarity) * rarityStep }
func (f *Feature) scale() float64 { return math.Pow(scaleBase, float64(int(f.Scale)-scaleZero)) }

// New makes a model of features in order of their hashes.
func New(lang string, words int, threshold float32, of [Count]Topic, features []Feature) *Model {
	m := &Model{Lang: lang, Words: words, Threshold: threshold, Topics: of, features: features}
	size := 1
	for size < 2*len(features) {
		size *= 2
	}
	m.slots = make([]slot, size)
	for i, f := range features {
		at := f.Hash & uint32(size-1)
		for m.slots[at].place != 0 {
			at = (at + 1) & uint32(size-1)
		}
		m.slots[at] = slot{f.Hash, int32(i + 1)}
	}
	return m
}

// find is the place of a feature, -1 if the model does not have it.
func (m *Model) find(hash uint32) int {
	mask := uint32(len(m.slots) - 1)
	for at := hash & mask; m.slots[at].place != 0; at = (at + 1) & mask {
		if m.slots[at].hash == hash {
			return int(m.slots[at].place - 1)
		}
	}
	return -1
}

// Write writes the file of a model. The same model gives the same bytes.
func (m *Model) Write(w io.Writer) error {
	raw := append([]byte{byte(len(m.Lang))}, m.Lang...)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(m.Words))
	raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(m.Threshold))
	for _, t := range m.Topics {
		for _, v := range [...]float32{t.Bias, t.Slope, t.Rival, t.Offset} {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	}
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(m.features)))
	before := uint32(0)
	for _, f := range m.features {
		raw = binary.AppendUvarint(raw, uint64(f.Hash-before))
		before = f.Hash
	}
	for _, column := range columns {
		for i := range m.features {
			raw = append(raw, *column(&m.features[i]))
		}
	}
	for _, f := range m.features {
		raw = append(raw, boolByte(f.Begins))
	}
	for topic := range Count {
		for _, f := range m.features {
			raw = append(raw, byte(f.Weights[topic]))
		}
	}
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	packed, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := packed.Write(raw); err != nil {
		return err
	}
	return packed.Close()
}

var columns = []func(*Feature) *uint8{
	func(f *Feature) *uint8 { return &f.Rarity },
	func(f *Feature) *uint8 { return &f.Scale },
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Read reads what Write wrote; anything else is ErrFormat.
func Read(file []byte) (*Model, error) {
	packed, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin with %q", ErrFormat, magic)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	r := reader{raw: raw}
	lang := string(r.bytes(int(r.byte())))
	words, threshold := int(r.uint32()), r.float()
	var of [Count]Topic
	for i := range of {
		of[i] = Topic{r.float(), r.float(), r.float(), r.float()}
	}
	n := r.uint32()
	if uint64(n) > uint64(len(r.raw)) { // each takes bytes
		return nil, ErrFormat
	}
	features := make([]Feature, n)
	before := uint32(0)
	for i := range features {
		before += r.uvarint()
		features[i].Hash = before
	}
	for _, column := range columns {
		for i, b := range r.bytes(int(n)) {
			*column(&features[i]) = b
		}
	}
	for i, b := range r.bytes(int(n)) {
		features[i].Begins = b != 0
	}
	for topic := range Count {
		for i, b := range r.bytes(int(n)) {
			features[i].Weights[topic] = int8(b)
		}
	}
	if r.short || len(r.raw) > 0 {
		return nil, fmt.Errorf("%w: its length is wrong", ErrFormat)
	}
	return New(lang, words, threshold, of, features), nil
}

// reader takes numbers off bytes; short is set when there are not enough.
type reader struct {
	raw   []byte
	short bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.raw) {
		r.short, r.raw = true, nil
		return nil
	}
	taken := r.raw[:n]
	r.raw = r.raw[n:]
	return taken
}

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) float() float32 { return math.Float32frombits(r.uint32()) }

func (r *reader) uvarint() uint32 {
	v, n := binary.Uvarint(r.raw)
	if n <= 0 {
		r.short, r.raw = true, nil
		return 0
	}
	r.raw = r.raw[n:]
	return uint32(v)
}

// Len is how many features the model has.
func (m *Model) Len() int { return len(m.features) }
