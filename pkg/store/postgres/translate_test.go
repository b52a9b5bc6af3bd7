package postgres

import (
	"slices"
	"testing"

	"marsad/pkg/news"
)

func TestTranslate(t *testing.T) {
	absent := (*news.ID)(nil)
	for _, test := range []struct {
		query string
		args  []any
		want  string
		given []any
	}{
		{"SELECT 1", nil, "SELECT 1", nil},
		{"a = ? AND b = ?", []any{1, "x"}, `a = $1::bigint AND b = $2::text COLLATE "C"`, []any{int64(1), "x"}},
		{"?2 ?1 ?2", []any{true, 0.5}, "$2::double precision $1::bigint $2::double precision", []any{int64(1), 0.5}},
		{"i INDEXED BY items_id CROSS JOIN j ON +a.x = ?", []any{news.ID("a")}, `i  JOIN j ON a.x = $1::text COLLATE "C"`, []any{"a"}},
		{"VALUES (?, ?, ?)", []any{nil, absent, false}, `VALUES ($1, $2::text COLLATE "C", $3::bigint)`, []any{nil, nil, int64(0)}},
		{"?", []any{"a\x00b\xff"}, `$1::text COLLATE "C"`, []any{"a\ufffdb\ufffd"}},
	} {
		translator := new(translator)
		for range 2 { // the second time it is known
			got, given := translator.translate(test.query, test.args)
			if got != test.want || !slices.Equal(given, test.given) {
				t.Errorf("%s: %s %v, want %s %v", test.query, got, given, test.want, test.given)
			}
		}
	}
}

// FuzzVector: whatever the words are, the vector is within PostgreSQL's limits
// and has nothing outside quotation marks but places.
func FuzzVector(f *testing.F) {
	f.Add("it's", `back\slash and 'quotes'`)
	f.Fuzz(func(t *testing.T, title, text string) {
		quoted, depth := vector(sqlDocument(title, text)), false
		for i := 0; i < len(quoted); i++ {
			switch c := quoted[i]; {
			case c == '\'':
				depth = !depth
			case depth && c == '\\':
				i++
			case !depth && c != ' ' && c != ':' && c != ',' && (c < '0' || c > '9'):
				t.Fatalf("%q outside of a word in %s", c, quoted)
			}
		}
		if depth {
			t.Fatalf("a word does not end: %s", quoted)
		}
	})
}
