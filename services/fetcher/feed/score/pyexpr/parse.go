// Package pyexpr evaluates the expressions in which feedparser's test cases say what
// they expect: a small part of Python's, without side effects.
package pyexpr

import (
	"fmt"
	"slices"
	"strconv"
)

// Expr is an expression. Make it with Parse.
type Expr struct {
	root             node
	names, variables []string
}

// Names are the keys and attributes in the expression, each once, sorted.
func (e *Expr) Names() []string { return e.names }

// Variables are the names that stand alone in it, each once, sorted.
func (e *Expr) Variables() []string { return e.variables }

// node is a part of an expression.
type node interface {
	eval(vars map[string]any) (any, error)
}

// maxNesting bounds how deep expressions nest.
const maxNesting = 100

// Parse reads an expression.
func Parse(src string) (*Expr, error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	root, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != endToken {
		return nil, fmt.Errorf("%q is not expected", p.peek().text)
	}
	slices.Sort(p.names)
	slices.Sort(p.variables)
	return &Expr{root: root, names: slices.Compact(p.names), variables: slices.Compact(p.variables)}, nil
}

type parser struct {
	tokens           []token
	at               int
	depth            int
	names, variables []string
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

// is passes over a sign or a word, if it is there.
func (p *parser) is(text string) bool {
	if t := p.peek(); t.text == text && (t.kind == signToken || t.kind == nameToken) {
		p.at++
		return true
	}
	return false
}

func (p *parser) need(sign string) error {
	if !p.is(sign) {
		return fmt.Errorf("%q is missing before %q", sign, p.peek().text)
	}
	return nil
}

func (p *parser) expression() (node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	return p.either("or", func() (node, error) { return p.either("and", p.negation) })
}

// either reads operands joined by "and" or "or".
func (p *parser) either(word string, operand func() (node, error)) (node, error) {
	left, err := operand()
	for err == nil && p.is(word) {
		var right node
		if right, err = operand(); err == nil {
			left = logical{or: word == "or", left: left, right: right}
		}
	}
	return left, err
}

func (p *parser) negation() (node, error) {
	if p.is("not") {
		x, err := p.negation()
		return not{x}, err
	}
	return p.comparison()
}

func (p *parser) comparison() (node, error) {
	first, err := p.sum()
	if err != nil {
		return nil, err
	}
	c := comparison{first: first}
	for {
		op := p.operator()
		if op == "" {
			break
		}
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		c.rest = append(c.rest, compared{op, right})
	}
	if len(c.rest) == 0 {
		return first, nil
	}
	return c, nil
}

func (p *parser) operator() string {
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">", "in"} {
		if p.is(op) {
			return op
		}
	}
	switch {
	case p.is("is"):
		if p.is("not") {
			return "is not"
		}
		return "is"
	case p.peek().text == "not" && p.tokens[p.at+1].text == "in":
		p.at += 2
		return "not in"
	}
	return ""
}

func (p *parser) sum() (node, error) {
	left, err := p.postfix()
	for err == nil && p.is("+") {
		var right node
		if right, err = p.postfix(); err == nil {
			left = sum{left, right}
		}
	}
	return left, err
}

func (p *parser) postfix() (node, error) {
	x, err := p.atom()
	for err == nil {
		switch {
		case p.is("["):
			var key node
			if key, err = p.expression(); err == nil {
				if k, ok := key.(literal); ok {
					p.name(k.value)
				}
				x, err = index{x, key}, p.need("]")
			}
		case p.is("."):
			t := p.next()
			if t.kind != nameToken {
				return nil, fmt.Errorf("a name is missing after the dot")
			}
			p.name(t.text)
			x = attribute{x, t.text}
		case p.is("("):
			var args []node
			if args, err = p.list(")"); err == nil {
				for _, a := range args {
					if k, ok := a.(literal); ok {
						p.name(k.value)
					}
				}
				x = call{x, args}
			}
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) name(v any) {
	if s, ok := v.(string); ok {
		p.names = append(p.names, s)
	}
}

func (p *parser) atom() (node, error) {
	t := p.next()
	switch {
	case t.kind == stringToken:
		for p.peek().kind == stringToken {
			t.text += p.next().text
		}
		return literal{t.text}, nil
	case t.kind == numberToken:
		return number(t.text, 1)
	case t.kind == nameToken:
		return p.word(t.text)
	case t.text == "-":
		return number(p.next().text, -1)
	case t.text == "(":
		return p.tuple()
	case t.text == "[":
		items, err := p.list("]")
		return sequence{items: items}, err
	case t.text == "{":
		return p.dict()
	}
	return nil, fmt.Errorf("%q is not expected", t.text)
}

func number(text string, sign float64) (node, error) {
	n, err := strconv.ParseFloat(text, 64)
	return literal{sign * n}, err
}

func (p *parser) word(name string) (node, error) {
	switch name {
	case "None":
		return literal{nil}, nil
	case "True", "False":
		return literal{name == "True"}, nil
	case "and", "or", "in", "is", "lambda", "for", "if":
		return nil, fmt.Errorf("%q is not expected", name)
	}
	p.variables = append(p.variables, name)
	return variable(name), nil
}

// tuple reads what is in brackets: an expression, or a tuple.
func (p *parser) tuple() (node, error) {
	start := p.at
	if p.is(")") {
		return sequence{}, nil
	}
	x, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.is(")") {
		return x, nil
	}
	p.at = start
	items, err := p.list(")")
	return sequence{items: items}, err
}

// list reads expressions up to a sign.
func (p *parser) list(end string) ([]node, error) {
	var items []node
	for !p.is(end) {
		x, err := p.expression()
		if err != nil {
			return nil, err
		}
		items = append(items, x)
		if !p.is(",") {
			return items, p.need(end)
		}
	}
	return items, nil
}

func (p *parser) dict() (node, error) {
	var d dictionary
	for !p.is("}") {
		key, err := p.expression()
		if err != nil {
			return nil, err
		}
		if k, ok := key.(literal); ok {
			p.name(k.value)
		}
		if err := p.need(":"); err != nil {
			return nil, err
		}
		value, err := p.expression()
		if err != nil {
			return nil, err
		}
		d.keys, d.values = append(d.keys, key), append(d.values, value)
		if !p.is(",") {
			return d, p.need("}")
		}
	}
	return d, nil
}
