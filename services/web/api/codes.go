package api

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// Language returns the base language of the BCP 47 tag value ("ar" of "ar-MA"), in
// its shortest code. Nothing stays nothing.
func Language(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(value, "_", "-"), "-")
	base, err := language.ParseBase(first)
	if code := base.String(); err == nil && code != "und" && code != "mul" && code != "mis" && code != "zxx" {
		return code, nil
	}
	return "", fmt.Errorf("lang: %q is no code of a language, as ar", value)
}

// Country returns the code of ISO 3166-1 alpha-2 that value is, in capitals.
// Nothing stays nothing.
func Country(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	code := strings.ToUpper(value)
	region, err := language.ParseRegion(code)
	if err == nil && region.IsCountry() && region.String() == code && region.Canonicalize() == region {
		return code, nil
	}
	return "", fmt.Errorf("country: %q is no code of a country, as MA", value)
}
