package safehtml

import (
	"regexp"
	"strings"
)

// Forms of styles. RE2 takes time linear in the text.
var (
	cssURL = regexp.MustCompile(`url\s*\(\s*[^\s)]+?\s*\)\s*`)
	// cssForm: nothing but words, numbers, colours, and plain strings and lists in brackets.
	cssForm         = regexp.MustCompile(`^(?:[:,;#%.\sa-zA-Z0-9!]|[\pL\d_]-[\pL\d_]|'[\s\pL\d_]+'|"[\s\pL\d_]+"|\([\d,\s]+\))*$`)
	cssDeclaration  = regexp.MustCompile(`\s*([-\w]+)\s*:\s*([^:;]*);?`)
	cssLength       = regexp.MustCompile(`^(?:#[0-9a-fA-F]+|rgb\(\d+%?,\d*%?,?\d*%?\)?|\d{0,2}\.?\d{0,2}(?:cm|em|ex|in|mm|pc|pt|px|%|,|\))?)$`)
	cssShorthand    = regexp.MustCompile(`(?i)^(?:background|border|margin|padding)(?:-|$)`)
	cssSVGShorthand = regexp.MustCompile(`^(?:fill|fill-opacity|fill-rule|stroke|stroke-linecap|stroke-linejoin|stroke-opacity|stroke-width)$`)
)

// maxStyle bounds a style attribute.
const maxStyle = 16 << 10

// style keeps the declarations whose properties and values are on the whitelist; none
// of a style that has other than plain declarations in it.
func (c *cleaner) style(css string) string {
	if len(css) > maxStyle {
		return ""
	}
	css = cssURL.ReplaceAllString(css, " ")
	if !cssForm.MatchString(css) || strings.TrimSpace(cssDeclaration.ReplaceAllString(css, "")) != "" {
		return ""
	}
	var kept []string
	for _, d := range cssDeclaration.FindAllStringSubmatch(css, -1) {
		property, value := d[1], d[2]
		if value != "" && c.declaration(strings.ToLower(property), value) {
			kept = append(kept, property+": "+value+";")
		}
	}
	return strings.Join(kept, " ")
}

func (c *cleaner) declaration(property, value string) bool {
	switch {
	case c.allowed.properties[property] != "":
		return true
	case cssShorthand.MatchString(property):
		for word := range strings.FieldsSeq(value) {
			if c.allowed.keywords[word] == "" && !cssLength.MatchString(word) {
				return false
			}
		}
		return true
	default:
		return c.svg > 0 && cssSVGShorthand.MatchString(property)
	}
}
