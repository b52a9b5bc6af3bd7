package pyexpr_test

import (
	"slices"
	"testing"

	"marsad/services/fetcher/feed/score/pyexpr"
)

var vars = map[string]any{
	"feed":    pyexpr.Dict{"title": "t\u00e9", "id": "i", "tags": []any{pyexpr.Dict{"term": "x"}}},
	"entries": []any{pyexpr.Dict{"summary": "a \\ 'b'\n", "updated_parsed": []any{2026.0, 11.0}}, pyexpr.Dict{}},
	"n":       2.0,
}

func TestEval(t *testing.T) {
	for src, want := range map[string]bool{
		`1`: true, `0`: false, `None`: false, `not None`: true, `True == 1`: true, `n == 2 != 3`: true, `1 < n < 2`: false, `-1 < 0`: true,
		`feed['title'] == 't\xe9'`: true, `feed.title == u'\u0074\U000000e9'`: true, `feed['guid'] == 'i'`: true, `len(feed['tags']) == 1`: true,
		`feed['tags'][-1].term == "x"`: true, `'term' in feed.tags[0]`: true, `'q' not in 'abc'`: true, `feed['title'] is not None`: true,
		`entries[0]['description'] == 'a \\ ' + "'b'" '\n'`: true, `entries[0].updated_parsed == (2026, 11)`: true, `entries[0]['updated_parsed'] == [2026, 11]`: true,
		`feed.has_key('nothing')`: false, `feed.get('nothing', 'x') == 'x'`: true, `feed.get('nothing') is None`: true, `entries[1] == {}`: true,
		`{'a': 1, 'b': (2,)} == {'b': (2,), 'a': 1}`: true, `n == 2 or feed['nothing']`: true, `(n == 3 or n == 2) and not n == 4`: true, `r'\n' == '\\n'`: true,
		`feed.title.startswith('t') and feed.title.endswith('\xe9')`: true, `'''x''' == "x"`: true, `() == ()`: true, `1 == '1'`: false,
	} {
		expr, err := pyexpr.Parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got, err := expr.Eval(vars); err != nil || pyexpr.Truth(got) != want {
			t.Errorf("%s: %v, %v", src, got, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, src := range []string{``, `'a`, `a b`, `(1`, `{1`, `a.`, `[1, `, `lambda: 1`, `not`, `1 +`} {
		if expr, err := pyexpr.Parse(src); err == nil {
			t.Errorf("%q became %v", src, expr)
		}
	}
	for _, src := range []string{`x`, `feed['nothing']`, `entries[7]`, `n['a']`, `n + 'a'`, `'a' < 1`, `len(n)`, `feed.pop('title')`, `n()`, `1 in 2`} {
		expr, err := pyexpr.Parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if v, err := expr.Eval(vars); err == nil {
			t.Errorf("%s is %v", src, v)
		}
	}
}

func TestNames(t *testing.T) {
	expr, err := pyexpr.Parse(`not bozo and entries[0]['links'][0].href == 'x' and feed.get('id') == {'a': 1}`)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "get", "href", "id", "links"}; !slices.Equal(expr.Names(), want) {
		t.Errorf("names %v", expr.Names())
	}
	if want := []string{"bozo", "entries", "feed"}; !slices.Equal(expr.Variables(), want) {
		t.Errorf("variables %v", expr.Variables())
	}
}

func FuzzEval(f *testing.F) {
	f.Add(`entries[0]['a'] == u'\u0041' and (1, 2) in [x.y] or not {'a': None}`)
	f.Add(`((((((((`)
	f.Fuzz(func(t *testing.T, src string) {
		expr, err := pyexpr.Parse(src)
		if err != nil {
			return
		}
		once, err := expr.Eval(vars)
		again, errAgain := expr.Eval(vars)
		if (err == nil) != (errAgain == nil) || err == nil && pyexpr.Truth(once) != pyexpr.Truth(again) {
			t.Errorf("%s: %v, %v; then %v, %v", src, once, err, again, errAgain)
		}
	})
}
