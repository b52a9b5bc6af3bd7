package bus_test

import (
	"testing"

	"marsad/pkg/bus"
)

func TestRedact(t *testing.T) {
	for list, want := range map[string]string{
		"nats://a:4222": "nats://a:4222",
		"nats://u:secret@a:4222, tls://u:secret@b:4222": "nats://u:xxxxx@a:4222,tls://u:xxxxx@b:4222",
		"nats://a,nats://u:secret%@b":                   "(unreadable)",
		"":                                              "",
	} {
		if got := bus.Redact(list); got != want {
			t.Errorf("%q is shown as %q, want %q", list, got, want)
		}
	}
}
