package postgres

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// translator writes statements as PostgreSQL takes them. It is safe for
// concurrent use and remembers what it translated: there are few statements.
type translator struct{ known sync.Map }

// statement is one with the types of its parameters, a letter for each.
type statement struct{ query, types string }

func (t *translator) translate(query string, args []any) (string, []any) {
	values, types := make([]any, len(args)), make([]byte, len(args))
	for i, arg := range args {
		values[i], types[i] = parameter(arg)
	}
	key := statement{query, string(types)}
	known, ok := t.known.Load(key)
	if !ok {
		known, _ = t.known.LoadOrStore(key, key.translated())
	}
	return known.(string), values
}

// parameter is a value as the driver takes it, and what it is.
func parameter(arg any) (value any, kind byte) {
	switch arg := arg.(type) {
	case nil:
		return nil, 'n'
	case []byte:
		return arg, 'b'
	case float64:
		return arg, 'f'
	}
	v := reflect.ValueOf(arg)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, types[v.Type().Elem().Kind()]
		}
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.String:
		return storable(v.String()), 's'
	case v.Kind() == reflect.Bool && v.Bool():
		return int64(1), 'i'
	case v.Kind() == reflect.Bool:
		return int64(0), 'i'
	case v.CanInt():
		return v.Int(), 'i'
	}
	panic(fmt.Sprintf("a parameter of a statement is a %T", arg))
}

// types are those of parameters that may be absent.
var types = map[reflect.Kind]byte{reflect.String: 's', reflect.Int64: 'i', reflect.Int: 'i'}

// storable is text without what PostgreSQL refuses: NUL, and what is not UTF-8.
func storable(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s { // each byte that is none becomes one, as in JSON
		if r == 0 {
			r = utf8.RuneError
		}
		out.WriteRune(r)
	}
	return out.String()
}

// stored is a value as it is stored.
func stored(value any) any {
	if s, ok := value.(string); ok {
		return storable(s)
	}
	return value
}

var (
	hints      = regexp.MustCompile(`\bINDEXED BY \w+`)
	parameters = regexp.MustCompile(`\?\d*`)
	casts      = map[byte]string{'s': `::text COLLATE "C"`, 'i': "::bigint", 'f': "::double precision", 'b': "::bytea", 'n': ""}
)

// translated leaves out what steers another planner, and gives each parameter
// its type: PostgreSQL would guess from where it stands.
func (s statement) translated() string {
	query := hints.ReplaceAllString(s.query, "")
	query = strings.ReplaceAll(query, "CROSS JOIN", "JOIN")
	query = strings.ReplaceAll(query, "+a.", "a.")
	n := 0
	return parameters.ReplaceAllStringFunc(query, func(p string) string {
		n++
		if len(p) > 1 {
			n, _ = strconv.Atoi(p[1:]) // digits only
		}
		return "$" + strconv.Itoa(n) + casts[s.types[n-1]]
	})
}
