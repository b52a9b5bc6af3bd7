package websub_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"marsad/services/fetcher/websub"
)

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		links []string
		hubs  []string
		self  string
	}{
		{nil, nil, ""},
		{[]string{`<https://hub.example/>; rel="hub", <https://news.example/feed>; rel="self"`}, []string{"https://hub.example/"}, "https://news.example/feed"},
		{[]string{`<https://hub.example/>;rel=hub`, `</feed>; title="a, b; c"; rel="alternate self"`}, []string{"https://hub.example/"}, "https://news.example/feed"},
		{[]string{`<//one.example/>; rel=HUB, <https://two.example/>; REL="hub"`}, []string{"https://one.example/", "https://two.example/"}, ""},
		{[]string{`<https://hub.example/>; rev="hub"`, `<javascript:alert(1)>; rel="hub"`, `<>; rel=hub`, `https://hub.example; rel=hub`, `<`, `,`}, nil, ""},
	} {
		hubs, self := websub.Links(c.links, "https://news.example/x/feed")
		if !slices.Equal(hubs, c.hubs) || self != c.self {
			t.Errorf("%q: hubs %q, self %q; want %q, %q", c.links, hubs, self, c.hubs, c.self)
		}
	}
}

// TestSigned: HMAC of "news" with the key "key", by all the methods there are.
func TestSigned(t *testing.T) {
	body := []byte("news")
	for header, want := range map[string]bool{
		"sha1=bce025cc5f91374519cea1d9a2945f87868fdc28": true, "sha256=69d18d4ab406d423a648cdf0b13cec5fbdcf9e5aed6f6c8281cec68efb869c60": true, "sha384=c897f9a88c71af3379ad1ad2276d39bddab233e615a5867a00f7653529dee7b152cc5875398a525dd8dc4ffb82e15670": true, "sha512=9cfb682e06b8547c9020992a683c507a5e631d3f769cf84cebcba5ec69ed081b9aeb115b3119a014847de3b53b7bec62919991dd0f224aa272a1141eb46fee07": true, "SHA256=69d18d4ab406d423a648cdf0b13cec5fbdcf9e5aed6f6c8281cec68efb869c60": true,
		"sha256=bce025cc5f91374519cea1d9a2945f87868fdc28": false, "md5=bce025cc5f91374519cea1d9a2945f87868fdc28": false, "69d18d4ab406d423a648cdf0b13cec5fbdcf9e5aed6f6c8281cec68efb869c60": false, "sha256=": false, "sha256=zz": false, "": false,
	} {
		if got := websub.Signed(header, "key", body); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
	if websub.Signed("sha1=bce025cc5f91374519cea1d9a2945f87868fdc28", "", body) || websub.Signed("sha1=bce025cc5f91374519cea1d9a2945f87868fdc28", "key", []byte("other")) {
		t.Error("a wrong key or body is taken")
	}
}

func TestParseNotice(t *testing.T) {
	for query, want := range map[string]websub.Notice{
		"hub.mode=subscribe&hub.topic=t&hub.challenge=c&hub.lease_seconds=60":   {Mode: "subscribe", Topic: "t", Challenge: "c", Lease: time.Minute},
		"hub.mode=subscribe&hub.topic=t&hub.challenge=c&hub.lease_seconds=-1":   {Mode: "subscribe", Topic: "t", Challenge: "c"},
		"hub.mode=subscribe&hub.topic=t&hub.challenge=c&hub.lease_seconds=9e99": {Mode: "subscribe", Topic: "t", Challenge: "c"},
		"hub.mode=unsubscribe&hub.topic=t&hub.challenge=c":                      {Mode: "unsubscribe", Topic: "t", Challenge: "c"},
		"hub.mode=denied&hub.topic=t&hub.reason=no":                             {Mode: "denied", Topic: "t", Reason: "no"},
		"hub.mode=subscribe&hub.topic=t":                                        {},
		"hub.mode=subscribe&hub.challenge=c":                                    {},
		"hub.mode=publish&hub.topic=t&hub.challenge=c":                          {},
		"": {},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := websub.ParseNotice(values)
		if ok != (want != websub.Notice{}) || ok && got != want {
			t.Errorf("%q: %+v, %v; want %+v", query, got, ok, want)
		}
	}
}

func TestForm(t *testing.T) {
	r := websub.Request{Mode: websub.Subscribe, Callback: "https://c.example/1", Topic: "https://t.example/", Secret: "s", Lease: time.Hour}
	want := "hub.callback=https%3A%2F%2Fc.example%2F1&hub.lease_seconds=3600&hub.mode=subscribe&hub.secret=s&hub.topic=https%3A%2F%2Ft.example%2F"
	if got := r.Form().Encode(); got != want {
		t.Errorf("got %s", got)
	}
	r.Mode = websub.Unsubscribe
	if form := r.Form(); form.Has("hub.secret") || form.Has("hub.lease_seconds") {
		t.Errorf("got %v", form)
	}
}
