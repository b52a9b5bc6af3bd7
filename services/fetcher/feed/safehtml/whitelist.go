package safehtml

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed whitelist.txt
var whitelistText string

// names maps names in lower case to how they are written.
type names map[string]string

// whitelist is what may stay.
type whitelist struct {
	html, svg, mathml, void, properties, keywords, schemes, addresses names
	htmlAttrs, svgAttrs, mathmlAttrs                                  names
}

var allowed = sync.OnceValue(func() *whitelist {
	sections := map[string]names{}
	var section names
	for line := range strings.Lines(whitelistText) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "["):
			section = names{}
			sections[strings.Trim(line, "[]")] = section
		case line != "" && line[0] != '#':
			for name := range strings.FieldsSeq(line) {
				section[strings.ToLower(name)] = name
			}
		}
	}
	return &whitelist{
		html: sections["html elements"], htmlAttrs: sections["html attributes"],
		svg: sections["svg elements"], svgAttrs: sections["svg attributes"],
		mathml: sections["mathml elements"], mathmlAttrs: sections["mathml attributes"],
		void: sections["void elements"], properties: sections["css properties"], keywords: sections["css keywords"],
		schemes: sections["schemes"], addresses: sections["uri attributes"],
	}
})
