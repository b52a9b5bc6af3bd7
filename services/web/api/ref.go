package api

import "strings"

// MinDigits is how many digits of an ID must be given.
const MinDigits = 4

// IDDigits reads an ID, or the beginning of one, as people copy it: in any
// case, and with the revision behind it, as log lines have it. It reports
// false for what is none.
func IDDigits(ref string) (digits string, ok bool) {
	digits, revision, _ := strings.Cut(strings.ToLower(strings.TrimSpace(ref)), "-")
	if digits == "" || len(digits) > 32 || strings.Trim(digits, "0123456789abcdef") != "" || strings.Trim(revision, "0123456789") != "" {
		return "", false
	}
	return digits, true
}
