package near

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// hashes draws a sorted set.
func hashes(t *rapid.T, name string, highest uint32) []uint32 {
	return sorted(rapid.SliceOfN(rapid.Uint32Max(highest), 0, 400).Draw(t, name))
}

func TestRiceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := hashes(t, "values", rapid.SampledFrom([]uint32{10, 1 << 12, math.MaxUint32}).Draw(t, "highest"))
		k := rapid.IntRange(0, 31).Draw(t, "low bits")
		if len(want) > 0 && want[len(want)-1]>>k > 1<<20 {
			t.Skip("millions of bits")
		}
		coded := appendRice([]byte("x"), k, func(i int) uint64 { return uint64(want[i]) }, len(want))
		r := riceReader{in: coded[1:], k: k}
		for i, w := range want {
			if v, err := r.next(); err != nil || v != uint64(w) {
				t.Fatalf("value %d is %d (%v), want %d", i, v, err, w)
			}
		}
		if r.at > 8*len(coded) {
			t.Fatalf("%d bits of %d bytes were read", r.at, len(coded))
		}
	})
}

func TestStoredSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ts := texts{first: 1, next: 1}
		var prints []Print
		for range rapid.IntRange(1, 5).Draw(t, "texts") {
			shingles := hashes(t, "shingles", math.MaxUint32)
			p := Print{Shingles: shingles, Lists: [lists]List{lead: {1, 2, uint16(len(shingles) + 3)}, numbers: {2}}}
			ts.add(kept{shingles: uint32(len(shingles))}, p)
			prints = append(prints, p)
		}
		for i, p := range prints {
			k, block := ts.at(uint32(i + 1))
			set := block.set(k)
			for _, h := range p.Shingles {
				if !set.next() || set.value != reduce(h, k.shingles) {
					t.Fatalf("text %d: %d was stored for %d", i, set.value, reduce(h, k.shingles))
				}
			}
			if set.next() || common(p.Lists[lead], block.list(k, lead)) != 3 || common(p.Lists[numbers], block.list(k, numbers)) != 1 {
				t.Fatalf("text %d: more than was stored, or other leads", i)
			}
		}
	})
}

func TestEntryRoundTrip(t *testing.T) {
	x := New(testWindow)
	for _, a := range []article{{"ar", "افتتاح سد الغدير 12", dam, 0}, {"", "", museum, 1}, {"en", "", "a b c", 2}} {
		e := x.Entry(itemOf(1), PrintOf(a.lang, a.title, a.text), a.at(), a.at(), nil)
		prefix := make([]byte, 3, 4096)
		raw, _ := e.AppendBinary(prefix)
		var back Entry
		if err := back.UnmarshalBinary(raw[3:]); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back, e) {
			t.Errorf("%+v\nbecame %+v", e, back)
		}
		for n := range len(raw) - 3 {
			if err := new(Entry).UnmarshalBinary(raw[3 : 3+n]); err == nil && n < len(raw)-4 {
				t.Errorf("%d of %d bytes are an entry", n, len(raw)-3)
			}
		}
	}
}

func FuzzEntry(f *testing.F) {
	x := New(testWindow)
	for _, text := range []string{"", "كلمات قليلة هنا", dam} {
		raw, _ := x.Entry(itemOf(1), PrintOf("ar", "عنوان 7", text), start, start, nil).AppendBinary(nil)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e Entry
		if e.UnmarshalBinary(raw) != nil {
			return
		}
		if len(e.Shingles) > 8*len(raw) || len(e.Lists[lead]) > len(raw) || !slices.IsSorted(e.Shingles) {
			t.Fatalf("%d shingles, %d words of the lead from %d bytes", len(e.Shingles), len(e.Lists[lead]), len(raw))
		}
		again, err := e.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var back Entry
		if err := back.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(back, e) {
			t.Fatalf("%+v\nbecame %+v (%v)", e, back, err)
		}
	})
}

func FuzzPrintOf(f *testing.F) {
	f.Add("عنوان", dam)
	f.Add("", "\xff\xfe\x00 ا\u0654 ﷺ 東京都 ١٢")
	f.Fuzz(func(t *testing.T, title, text string) {
		p := PrintOf("ar", title, text)
		if !slices.IsSorted(p.Shingles) || !slices.IsSorted(p.Lists[lead]) || !slices.IsSorted(p.Lists[numbers]) {
			t.Fatal("not sorted")
		}
		if p.Words > maxWords || len(p.Shingles) > max(0, p.Words-shingleWords+1) || len(p.Lists[numbers]) > len(p.Lists[lead]) || len(p.Lists[lead]) > maxTitleWords+leadWords {
			t.Fatalf("%d words, %d shingles, %d of the lead, %d numbers", p.Words, len(p.Shingles), len(p.Lists[lead]), len(p.Lists[numbers]))
		}
		if utf8.ValidString(text) && !reflect.DeepEqual(p, PrintOf("ar", title, strings.ReplaceAll(text, " ", "  "))) {
			t.Fatal("spaces matter")
		}
	})
}
