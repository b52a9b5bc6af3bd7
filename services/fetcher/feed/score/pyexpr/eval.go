package pyexpr

import (
	"fmt"
	"math"
	"strings"
)

// Values are nil, bool, float64, string, []any (lists and tuples alike), Dict, and what
// is Comparable.

// Dict is a dictionary. A key that it does not have is looked up under Alias first.
type Dict map[string]any

// Comparable is a value that knows itself what it equals.
type Comparable interface{ EqualTo(other any) bool }

// aliases are the names under which feedparser's dictionaries know a key, too.
var aliases = map[string][]string{
	"guid": {"id"}, "description": {"summary", "subtitle"}, "description_detail": {"summary_detail", "subtitle_detail"},
	"tagline": {"subtitle"}, "tagline_detail": {"subtitle_detail"}, "url": {"href"}, "homepage": {"href"}, "modified": {"updated"}, "modified_parsed": {"updated_parsed"},
	"issued": {"published"}, "issued_parsed": {"published_parsed"}, "date": {"updated"}, "date_parsed": {"updated_parsed"},
	"updated": {"published"}, "updated_parsed": {"published_parsed"}, "items": {"entries"}, "channel": {"feed"},
}

// Get looks a key up, under its aliases too.
func (d Dict) Get(key string) (any, bool) {
	if v, ok := d[key]; ok {
		return v, true
	}
	for _, alias := range aliases[key] {
		if v, ok := d[alias]; ok {
			return v, true
		}
	}
	return nil, false
}

// Eval gives the value of the expression.
func (e *Expr) Eval(vars map[string]any) (any, error) { return e.root.eval(vars) }

// Truth is what Python makes of a value in a condition.
func Truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case Dict:
		return len(v) > 0
	}
	return true
}

type literal struct{ value any }

func (l literal) eval(map[string]any) (any, error) { return l.value, nil }

type variable string

func (v variable) eval(vars map[string]any) (any, error) {
	x, ok := vars[string(v)]
	if !ok {
		return nil, fmt.Errorf("%s is not known", string(v))
	}
	return x, nil
}

type not struct{ x node }

func (n not) eval(vars map[string]any) (any, error) {
	v, err := n.x.eval(vars)
	return !Truth(v), err
}

type logical struct {
	or          bool
	left, right node
}

func (l logical) eval(vars map[string]any) (any, error) {
	v, err := l.left.eval(vars)
	if err != nil || Truth(v) == l.or {
		return v, err
	}
	return l.right.eval(vars)
}

type sum struct{ left, right node }

func (s sum) eval(vars map[string]any) (any, error) {
	a, err := s.left.eval(vars)
	if err != nil {
		return nil, err
	}
	b, err := s.right.eval(vars)
	if err != nil {
		return nil, err
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return x + y, nil
		}
	case float64:
		if y, ok := b.(float64); ok {
			return x + y, nil
		}
	}
	return nil, fmt.Errorf("%T and %T cannot be added", a, b)
}

type sequence struct{ items []node }

func (s sequence) eval(vars map[string]any) (any, error) {
	list := make([]any, len(s.items))
	for i, item := range s.items {
		v, err := item.eval(vars)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

type dictionary struct{ keys, values []node }

func (d dictionary) eval(vars map[string]any) (any, error) {
	out := Dict{}
	for i := range d.keys {
		k, err := d.keys[i].eval(vars)
		if err != nil {
			return nil, err
		}
		v, err := d.values[i].eval(vars)
		if err != nil {
			return nil, err
		}
		out[fmt.Sprint(k)] = v
	}
	return out, nil
}

type index struct{ x, key node }

func (i index) eval(vars map[string]any) (any, error) {
	x, err := i.x.eval(vars)
	if err != nil {
		return nil, err
	}
	key, err := i.key.eval(vars)
	if err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case Dict:
		if v, ok := x.Get(fmt.Sprint(key)); ok {
			return v, nil
		}
		return nil, fmt.Errorf("no key %v", key)
	case []any:
		if n, ok := key.(float64); ok {
			at := int(n)
			if at < 0 {
				at += len(x)
			}
			if at >= 0 && at < len(x) {
				return x[at], nil
			}
		}
		return nil, fmt.Errorf("no item %v of %d", key, len(x))
	}
	return nil, fmt.Errorf("%T has no items", x)
}

type attribute struct {
	x    node
	name string
}

func (a attribute) eval(vars map[string]any) (any, error) {
	return index{a.x, literal{a.name}}.eval(vars)
}

type call struct {
	function node
	args     []node
}

func (c call) eval(vars map[string]any) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		v, err := a.eval(vars)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	switch f := c.function.(type) {
	case variable:
		if f == "len" && len(args) == 1 {
			return length(args[0])
		}
	case attribute:
		x, err := f.x.eval(vars)
		if err != nil {
			return nil, err
		}
		return method(x, f.name, args)
	}
	return nil, fmt.Errorf("this cannot be called")
}

func length(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return float64(len([]rune(v))), nil
	case []any:
		return float64(len(v)), nil
	case Dict:
		return float64(len(v)), nil
	}
	return nil, fmt.Errorf("%T has no length", v)
}

func method(x any, name string, args []any) (any, error) {
	switch x := x.(type) {
	case Dict:
		if len(args) == 0 {
			break
		}
		v, ok := x.Get(fmt.Sprint(args[0]))
		switch name {
		case "has_key":
			return ok, nil
		case "get":
			if !ok && len(args) > 1 {
				return args[1], nil
			}
			return v, nil
		}
	case string:
		if arg := fmt.Sprint(append(args, "")[0]); len(args) == 1 {
			switch name {
			case "startswith":
				return strings.HasPrefix(x, arg), nil
			case "endswith":
				return strings.HasSuffix(x, arg), nil
			case "find":
				return float64(strings.Index(x, arg)), nil
			case "count":
				return float64(strings.Count(x, arg)), nil
			}
		}
	}
	return nil, fmt.Errorf("%T has no method %s", x, name)
}

type compared struct {
	op string
	x  node
}

type comparison struct {
	first node
	rest  []compared
}

func (c comparison) eval(vars map[string]any) (any, error) {
	left, err := c.first.eval(vars)
	if err != nil {
		return nil, err
	}
	for _, r := range c.rest {
		right, err := r.x.eval(vars)
		if err != nil {
			return nil, err
		}
		holds, err := compare(r.op, left, right)
		if err != nil || !holds {
			return false, err
		}
		left = right
	}
	return true, nil
}

func compare(op string, a, b any) (bool, error) {
	switch op {
	case "==", "is":
		return Equal(a, b), nil
	case "!=", "is not":
		return !Equal(a, b), nil
	case "in", "not in":
		in, err := contains(b, a)
		return in == (op == "in"), err
	}
	x, ok := a.(float64)
	y, also := b.(float64)
	if !ok || !also {
		return false, fmt.Errorf("%T and %T have no order", a, b)
	}
	return map[string]bool{"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op], nil
}

func contains(in, x any) (bool, error) {
	switch in := in.(type) {
	case string:
		s, ok := x.(string)
		return ok && strings.Contains(in, s), nil
	case []any:
		for _, item := range in {
			if Equal(item, x) {
				return true, nil
			}
		}
		return false, nil
	case Dict:
		_, ok := in.Get(fmt.Sprint(x))
		return ok, nil
	}
	return false, fmt.Errorf("nothing is in %T", in)
}

// Equal compares as Python does: True equals 1.
func Equal(a, b any) bool {
	if c, ok := a.(Comparable); ok {
		return c.EqualTo(b)
	}
	if c, ok := b.(Comparable); ok {
		return c.EqualTo(a)
	}
	if x, ok := numeric(a); ok {
		y, ok := numeric(b)
		return ok && x == y
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)
		return ok && x == y
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case Dict:
		y, ok := b.(Dict)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, has := y[k]
			if !has || !Equal(v, w) {
				return false
			}
		}
		return true
	}
	return false
}

func numeric(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return math.NaN(), false
}
