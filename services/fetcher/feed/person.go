package feed

import "strings"

// person reads an author as RSS writes one: "mail (Name)", "Name (mail)", "Name <mail>".
func person(s string) Person {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, "@(<") {
		return Person{Name: s}
	}
	mail := mailIn(s)
	if mail == "" {
		return Person{Name: s}
	}
	name := strings.Replace(s, mail, "", 1)
	for _, empty := range []string{"()", "<>", "&lt;&gt;", "mailto:"} {
		name = strings.ReplaceAll(name, empty, "")
	}
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
		name = strings.TrimSpace(name[1 : len(name)-1])
	}
	return Person{Name: strings.Trim(name, " ,;\""), Email: mail}
}

// mailIn finds the first mail address of a text.
func mailIn(s string) string {
	for i := range len(s) {
		if s[i] != '@' {
			continue
		}
		start, end := i, i+1
		for start > 0 && mailByte(s[start-1]) {
			start--
		}
		for end < len(s) && mailByte(s[end]) && s[end] != '+' {
			end++
		}
		if mail := strings.TrimRight(s[start:end], "."); start < i && strings.IndexByte(s[i:end], '.') > 1 {
			return mail
		}
	}
	return ""
}

func mailByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._-+", c) >= 0
}
