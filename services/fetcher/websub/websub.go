// Package websub speaks WebSub (https://www.w3.org/TR/websub/) as its subscribers
// do: what a feed is announced with, what a hub is asked, and what it says.
package websub

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // section 8 names it, and hubs use nothing else
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Modes of requests, to hubs and from them.
const (
	Subscribe   = "subscribe"
	Unsubscribe = "unsubscribe"
	Denied      = "denied"
)

// Request is what a hub is asked (section 5.1).
type Request struct {
	Mode     string // Subscribe or Unsubscribe
	Callback string
	Topic    string
	Secret   string
	Lease    time.Duration // as one wishes: the hub decides
}

// Form is the request as it is sent.
func (r Request) Form() url.Values {
	form := url.Values{"hub.mode": {r.Mode}, "hub.callback": {r.Callback}, "hub.topic": {r.Topic}}
	if r.Mode == Subscribe {
		form.Set("hub.secret", r.Secret)
		form.Set("hub.lease_seconds", strconv.Itoa(int(r.Lease/time.Second)))
	}
	return form
}

// Notice is what a hub says of a request: that it got it (section 5.3), or that
// it will not do it (section 5.2).
type Notice struct {
	Mode      string // Subscribe, Unsubscribe or Denied
	Topic     string
	Challenge string // to be given back, which confirms the request
	Reason    string // of a denial
	Lease     time.Duration
}

// maxLease keeps times within what a clock can show.
const maxLease = 365 * 24 * time.Hour

// ParseNotice reads the query of a hub's request; false if it is none.
func ParseNotice(query url.Values) (Notice, bool) {
	n := Notice{
		Mode: query.Get("hub.mode"), Topic: query.Get("hub.topic"),
		Challenge: query.Get("hub.challenge"), Reason: query.Get("hub.reason"),
	}
	if seconds, err := strconv.ParseInt(query.Get("hub.lease_seconds"), 10, 64); err == nil && seconds > 0 {
		n.Lease = time.Duration(min(seconds, int64(maxLease/time.Second))) * time.Second
	}
	switch n.Mode {
	case Subscribe, Unsubscribe:
		return n, n.Topic != "" && n.Challenge != ""
	case Denied:
		return n, n.Topic != ""
	}
	return n, false
}

// Signed reports whether the header X-Hub-Signature of a body proves that its
// sender knows the secret (section 7.1).
func Signed(header, secret string, body []byte) bool {
	method, signature, _ := strings.Cut(strings.TrimSpace(header), "=")
	given, err := hex.DecodeString(signature)
	newHash := hashOf(method)
	if err != nil || newHash == nil || secret == "" {
		return false
	}
	mac := hmac.New(newHash, []byte(secret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

func hashOf(method string) func() hash.Hash {
	switch strings.ToLower(method) {
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	case "sha384":
		return sha512.New384
	case "sha512":
		return sha512.New
	}
	return nil
}
