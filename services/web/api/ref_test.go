package api

import (
	"strings"
	"testing"
)

func TestIDDigits(t *testing.T) {
	id := strings.Repeat("7b", 16)
	for ref, want := range map[string]string{
		id: id, id + "-2": id, strings.ToUpper(id): id, "7bce": "7bce", "7BCE1160-1": "7bce1160", " 7bce\n": "7bce",
		"": "", "-1": "", "7bcx": "", "7bce-x": "", id + "0": "", "https://x.example/7bce": "",
	} {
		if got, ok := IDDigits(ref); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", ref, got, ok, want)
		}
	}
}
