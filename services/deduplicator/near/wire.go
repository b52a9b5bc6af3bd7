package near

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// wireVersion begins what AppendBinary writes.
const wireVersion = 1

var errMalformed = errors.New("malformed entry of the index")

// AppendBinary appends the entry in a compact form, about 3.3 bytes a shingle.
func (e Entry) AppendBinary(b []byte) ([]byte, error) {
	item := newItemID(e.Item)
	b = append(append(b, wireVersion), item[:]...)
	language := shortLang(e.Lang)
	b = append(b, language[:]...)
	for _, v := range []uint32{
		e.Number, e.Leader, e.Generation, math.Float32bits(e.Mass), seconds(e.Seen), seconds(e.Published),
		uint32(e.Words), uint32(len(e.Shingles)),
	} {
		b = binary.AppendUvarint(b, uint64(v))
	}
	for _, list := range e.Lists {
		b = appendPacked(append(b, byte(len(list))), list)
	}
	return appendRice(b, shingleBits(len(e.Shingles)), func(i int) uint64 { return uint64(e.Shingles[i]) }, len(e.Shingles)), nil
}

func shingleBits(n int) int { return riceBits(n, math.MaxUint32) }

// UnmarshalBinary reads what AppendBinary wrote.
func (e *Entry) UnmarshalBinary(b []byte) error {
	const head = 1 + 16 + 2
	if len(b) < head || b[0] != wireVersion {
		return fmt.Errorf("%w: not version %d", errMalformed, wireVersion)
	}
	e.Item, e.Lang = itemID(b[1:17]).id(), string(trimZero(b[17:head]))
	var v [8]uint32
	b = b[head:]
	for i := range v {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > math.MaxUint32 {
			return errMalformed
		}
		v[i], b = uint32(n), b[size:]
	}
	e.Number, e.Leader, e.Generation, e.Mass = v[0], v[1], v[2], math.Float32frombits(v[3])
	e.Seen, e.Published, e.Words = fromSeconds(v[4]), fromSeconds(v[5]), int(v[6])
	shingles := v[7]
	if !(e.Mass >= 0 && e.Mass <= maxWords) || shingles > maxWords {
		return errMalformed
	}
	for i := range e.Lists {
		var err error
		if e.Lists[i], b, err = unpack(b); err != nil {
			return err
		}
	}
	if int(shingles) > 8*len(b) {
		return errMalformed
	}
	return e.readShingles(b, int(shingles))
}

func (e *Entry) readShingles(b []byte, n int) error {
	r := riceReader{in: b, k: shingleBits(n)}
	e.Shingles = make([]uint32, n)
	for i := range e.Shingles {
		v, err := r.next()
		if err != nil || v > math.MaxUint32 {
			return errMalformed
		}
		e.Shingles[i] = uint32(v)
	}
	return nil
}

func unpack(b []byte) (list List, rest []byte, err error) {
	if len(b) == 0 || len(b) < 1+2*int(b[0]) {
		return nil, nil, errMalformed
	}
	n := 2 * int(b[0])
	return packed(b[1:][:n]).appendTo(nil), b[1+n:], nil
}

func trimZero(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// fromSeconds is the zero time for 0.
func fromSeconds(s uint32) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}
