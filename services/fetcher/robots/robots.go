// Package robots reads robots.txt files and tells what they allow (RFC 9309).
package robots

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"marsad/pkg/weburl"
)

// MaxBytes is how much of a file is read (RFC 9309, section 2.5).
const MaxBytes = 500 << 10

// File is a robots.txt.
type File struct {
	groups   []group
	Sitemaps []string // as written: they may be no addresses at all
}

// group is a run of rules and the product tokens they are for, in lower case.
type group struct {
	agents []string
	rules  []rule
	delay  time.Duration
}

// rule is a path pattern, percent-encoded as all others (RFC 9309, section 2.2.2), cut at its wildcards.
type rule struct {
	parts  []string // between the wildcards; the first one begins the path
	ends   bool     // the last one ends it ($)
	length int      // of the pattern in octets: the longest that matches decides
	allow  bool
}

// Parse reads a file. Every file can be read: lines that make no sense are
// passed over.
func Parse(body []byte) *File {
	p := parser{file: &File{}}
	body = bytes.TrimPrefix(body[:min(len(body), MaxBytes)], []byte("\uFEFF"))
	for len(body) > 0 {
		end := bytes.IndexAny(body, "\r\n")
		line := body
		if end >= 0 {
			line, body = body[:end], body[end+1:]
		} else {
			body = nil
		}
		line, _, _ = bytes.Cut(line, []byte("#"))
		if key, value, ok := bytes.Cut(line, []byte(":")); ok {
			p.line(strings.ToLower(string(bytes.TrimSpace(key))), string(bytes.TrimSpace(value)))
		}
	}
	return p.file
}

type parser struct {
	file  *File
	named bool // the line before named an agent: another one joins it
}

func (p *parser) line(key, value string) {
	groups := p.file.groups
	switch key {
	case "sitemap":
		p.file.Sitemaps = append(p.file.Sitemaps, value)
		return // of no group
	case "user-agent":
		if !p.named {
			p.file.groups = append(groups, group{})
		}
		last := &p.file.groups[len(p.file.groups)-1]
		last.agents = append(last.agents, token(value))
		p.named = true
		return
	}
	if len(groups) == 0 {
		return
	}
	last := &groups[len(groups)-1]
	switch key {
	case "allow", "disallow":
		if value != "" {
			last.rules = append(last.rules, newRule(value, key == "allow"))
		}
	case "crawl-delay":
		last.delay = max(last.delay, seconds(value))
	default:
		return // unknown lines do not end the names of a group
	}
	p.named = false
}

// token is the product token that a value of User-agent begins with.
func token(value string) string {
	end := strings.IndexFunc(value, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' && r != '*'
	})
	if end >= 0 {
		value = value[:end]
	}
	return strings.ToLower(value)
}

func seconds(value string) time.Duration {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || n < 0 {
		return 0
	}
	return time.Duration(min(n, 24*3600) * float64(time.Second))
}

func newRule(pattern string, allow bool) rule {
	r := rule{allow: allow}
	pattern, r.ends = strings.CutSuffix(pattern, "$")
	pattern = weburl.Escaped(pattern)
	r.parts, r.length = strings.Split(pattern, "*"), len(pattern)
	if r.ends {
		r.length++
	}
	return r
}

// Rules are those of a file for one crawler. The zero Rules allow everything.
type Rules struct {
	rules []rule
	// CrawlDelay is the pause asked for between two requests; 0: none. It is not
	// part of the standard, but widely meant.
	CrawlDelay time.Duration
}

// Rules returns what the file says to the crawler with a product token: all
// groups that name it, or if none does, those for everybody.
func (f *File) Rules(product string) Rules {
	product = strings.ToLower(product)
	if rules, ok := f.of(product); ok {
		return rules
	}
	rules, _ := f.of("*")
	return rules
}

func (f *File) of(agent string) (rules Rules, named bool) {
	for _, g := range f.groups {
		if slices.Contains(g.agents, agent) {
			rules.rules = append(rules.rules, g.rules...)
			rules.CrawlDelay = max(rules.CrawlDelay, g.delay)
			named = true
		}
	}
	return rules, named
}

// Allowed reports whether a target, the path and query of an address, may be
// requested: the longest pattern that matches decides, and of two as long the
// one that allows.
func (r Rules) Allowed(target string) bool {
	if target == "" {
		target = "/"
	}
	target = weburl.Escaped(target)
	if target == "/robots.txt" {
		return true
	}
	longest, allowed := -1, true
	for _, rule := range r.rules {
		if rule.length < longest || rule.length == longest && (allowed || !rule.allow) {
			continue
		}
		if rule.matches(target) {
			longest, allowed = rule.length, rule.allow
		}
	}
	return allowed
}

// matches takes time linear in the lengths of both: each part is looked for
// behind the one before, as near as can be.
func (r rule) matches(target string) bool {
	rest, ok := strings.CutPrefix(target, r.parts[0])
	if !ok {
		return false
	}
	if len(r.parts) == 1 {
		return !r.ends || rest == ""
	}
	last := len(r.parts) - 1
	for _, part := range r.parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	if r.ends {
		return strings.HasSuffix(rest, r.parts[last])
	}
	return strings.Contains(rest, r.parts[last])
}
