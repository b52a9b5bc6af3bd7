package api

import "testing"

func TestCodes(t *testing.T) {
	for _, check := range []struct {
		name string
		code func(string) (string, error)
		want map[string]string // empty: refused
	}{
		{"language", Language, map[string]string{
			"ar": "ar", "AR": "ar", "ara": "ar", "ary": "ary", "arabic": "", "ar-MA": "ar", "pt_BR": "pt", "xx": "", "xx1": "", "und": "", "mul": "", "عر": "",
		}},
		{"country", Country, map[string]string{
			"MA": "MA", "ma": "MA", "GB": "GB", "UK": "", "MAR": "", "Morocco": "", "EU": "", "ZZ": "", "001": "",
		}},
	} {
		for value, want := range check.want {
			if got, err := check.code(value); got != want || (err == nil) != (want != "") {
				t.Errorf("%s %q is %q, %v; want %q", check.name, value, got, err, want)
			}
		}
		if got, err := check.code(""); got != "" || err != nil {
			t.Errorf("no %s is %q, %v", check.name, got, err)
		}
	}
}
