package schedule

import (
	"encoding/binary"
	"math"
)

// version begins every encoded Habit. What begins with another is not read.
const version = 1

const (
	counters    = 2*24 + 2*7 + minuteBins + 2*2
	counterSize = 3 // the upper bytes of a float32: five digits
	headSize    = 1 + 8 + 8 + 2

	// EncodedSize is how many bytes a Habit takes.
	EncodedSize = headSize + counters*counterSize
)

// Encode gives the Habit as EncodedSize bytes.
func (h Habit) Encode() []byte { return h.AppendTo(make([]byte, 0, EncodedSize)) }

// AppendTo appends the encoded Habit to b.
func (h Habit) AppendTo(b []byte) []byte {
	b = append(b, version)
	b = binary.BigEndian.AppendUint64(b, uint64(h.first))
	b = binary.BigEndian.AppendUint64(b, uint64(h.last))
	b = binary.BigEndian.AppendUint16(b, uint16(h.window))
	h.each(func(v *float32) {
		bits := math.Float32bits(rounded(*v))
		b = append(b, byte(bits>>24), byte(bits>>16), byte(bits>>8))
	})
	return b
}

// Decode reads what Encode gave. Anything else is the zero Habit: it is learnt
// anew.
func Decode(b []byte) Habit {
	if len(b) != EncodedSize || b[0] != version {
		return Habit{}
	}
	h := Habit{
		first: int64(binary.BigEndian.Uint64(b[1:])), last: int64(binary.BigEndian.Uint64(b[9:])),
		window: int32(binary.BigEndian.Uint16(b[17:])),
	}
	b = b[headSize:]
	sound := h.first > 0 && h.first <= h.last && h.last <= latest && h.window <= math.MaxInt16
	h.each(func(v *float32) {
		*v = math.Float32frombits(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8)
		sound = sound && *v >= 0 && *v <= mostCounted // not of NaN
		b = b[counterSize:]
	})
	if !sound {
		return Habit{}
	}
	return h
}

const (
	latest      = 1 << 40 // seconds since 1970
	mostCounted = 1 << 24 // ten an second, for the whole memory
)

// rounded keeps of v what is encoded.
func rounded(v float32) float32 {
	v = min(v, mostCounted)
	return math.Float32frombits((math.Float32bits(v) + 1<<7) &^ (1<<8 - 1))
}
