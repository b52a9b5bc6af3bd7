package news

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// ID names an item, a source, a publisher or a story: the first 16 bytes of a
// SHA-256 as 32 lower-case hex digits.
type ID string

// NewID derives an ID from its parts. The same parts always give the same ID;
// ("a", "bc") and ("ab", "c") give different ones.
func NewID(parts ...string) ID {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return ID(hex.EncodeToString(h.Sum(nil)[:16]))
}

// Valid reports whether id has the form of an ID.
func (id ID) Valid() bool {
	if len(id) != 32 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Ref names one pass of one revision of an item through the line.
type Ref struct {
	Item       ID  `json:"item_id"`
	Revision   int `json:"revision"`             // 1 for an item as first found, then up
	Generation int `json:"generation,omitempty"` // 0 for the live pass, then one up per replay
}

// Key is the item and revision as used in subjects and keys: "<id>-<revision>".
func (r Ref) Key() string { return string(r.Item) + "-" + strconv.Itoa(r.Revision) }

// ParseKey reads what Key wrote. The generation is 0.
func ParseKey(key string) (Ref, error) {
	id, rev, ok := strings.Cut(key, "-")
	n, err := strconv.Atoi(rev)
	if !ok || err != nil || n < 1 || !ID(id).Valid() {
		return Ref{}, fmt.Errorf("%q is not <item id>-<revision>", key)
	}
	return Ref{Item: ID(id), Revision: n}, nil
}

// Older reports whether r must not overwrite what other wrote: revisions are
// compared first, then generations.
func (r Ref) Older(other Ref) bool {
	if r.Revision != other.Revision {
		return r.Revision < other.Revision
	}
	return r.Generation < other.Generation
}
