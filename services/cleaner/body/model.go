package body

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
)

//go:embed forest.bin
var embedded []byte

var model = sync.OnceValue(func() *forest {
	f, err := readForest(embedded)
	if err != nil {
		panic(err) // the build is broken
	}
	return f
})

// magic opens a stored forest. Its number changes with the features.
const magic = "marsad body forest 1\n"

var errNoForest = errors.New("not a forest of this version")

// bytes is the stored form: the magic line, the bias, and every tree as its
// features, thresholds and leaves, numbers in IEEE 754, little-endian.
func (f *forest) bytes() []byte {
	out := bytes.NewBufferString(magic)
	put := func(v float32) {
		out.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
	put(f.bias)
	for _, t := range f.trees {
		out.Write(t.feature[:])
		for _, v := range t.threshold {
			put(v)
		}
		for _, v := range t.leaf {
			put(v)
		}
	}
	return out.Bytes()
}

// treeBytes is the size of a stored tree.
const treeBytes = treeDepth + 4*treeDepth + 4<<treeDepth

func readForest(data []byte) (*forest, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(rest) < 4 || (len(rest)-4)%treeBytes != 0 {
		return nil, errNoForest
	}
	get := func() float32 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(rest))
		rest = rest[4:]
		return v
	}
	f := &forest{bias: get()}
	for len(rest) > 0 {
		var t tree
		rest = rest[copy(t.feature[:], rest):]
		for _, feature := range t.feature {
			if int(feature) >= width {
				return nil, fmt.Errorf("%w: feature %d", errNoForest, feature)
			}
		}
		for k := range t.threshold {
			t.threshold[k] = get()
		}
		for k := range t.leaf {
			t.leaf[k] = get()
		}
		f.trees = append(f.trees, t)
	}
	return f, nil
}
