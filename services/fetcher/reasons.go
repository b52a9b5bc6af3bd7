package fetcher

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"marsad/pkg/store"
)

// Reasons of failed requests, the closed list of this service.
const (
	ReasonBlockedAddress = "blocked_address" // the address is private, reserved, or its port not allowed
	ReasonDNS            = "dns"
	ReasonConnect        = "connect"
	ReasonTLS            = "tls"
	ReasonTimeout        = "timeout"
	ReasonRedirects      = "redirects"       // too many, or to something that is not the web
	ReasonTooLarge       = "too_large"       // the body, before or after decompression, or the header
	ReasonTooSlow        = "too_slow"        // the answer came in drips
	ReasonNotFound       = "not_found"       // 404
	ReasonGone           = "gone"            // 410
	ReasonForbidden      = "forbidden"       // 401, 402, 403, 451
	ReasonThrottled      = "throttled"       // 429, 503
	ReasonClientError    = "client_error"    // any other 4xx
	ReasonServerError    = "server_error"    // 5xx
	ReasonStatus         = "other_status"    // anything else that is not 200
	ReasonBroken         = "broken_answer"   // the answer broke off, or is not HTTP
	ReasonRobots         = "robots"          // robots.txt does not allow it, or cannot be had
	ReasonBusy           = "busy"            // a redirect led to a domain that others were asking
	ReasonEmpty          = "empty"           // an answer without a body
	ReasonWebPage        = "web_page"        // a page where a feed should be
	ReasonNotAFeed       = "not_a_feed"      // anything else that is none
	ReasonQuota          = store.ReasonQuota // the source brought more than it may
	ReasonNoAddress      = "no_address"      // neither a page to download nor text in the feed
)

// Reasons lists them all.
var Reasons = []string{
	ReasonBlockedAddress, ReasonDNS, ReasonConnect, ReasonTLS, ReasonTimeout, ReasonRedirects, ReasonTooLarge, ReasonTooSlow,
	ReasonNotFound, ReasonGone, ReasonForbidden, ReasonThrottled, ReasonClientError, ReasonServerError,
	ReasonStatus, ReasonBroken, ReasonRobots, ReasonBusy, ReasonEmpty, ReasonWebPage, ReasonNotAFeed, ReasonQuota, ReasonNoAddress,
}

// failure is a request that did not bring what was asked for.
type failure struct {
	reason    string
	permanent bool          // asking again will not help
	pause     time.Duration // before it should be asked for again; 0: as settings say
	domain    time.Duration // for which its whole registrable domain should be left alone, as the server asked
	at        string        // the address that was asked, without secrets; empty: none was
	err       error
}

func (f *failure) Error() string { return f.reason + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// reasonOf classes the error of a request that got no answer.
func reasonOf(err error) *failure {
	var (
		dns       *net.DNSError
		cert      *tls.CertificateVerificationError
		unknown   x509.UnknownAuthorityError
		record    tls.RecordHeaderError
		operation *net.OpError
		timeout   net.Error
	)
	switch {
	case errors.Is(err, errBlocked):
		return &failure{reason: ReasonBlockedAddress, permanent: true, err: err}
	case errors.Is(err, errRedirects):
		return &failure{reason: ReasonRedirects, permanent: true, err: err}
	case errors.Is(err, errTooLarge), tooLargeHeader(err):
		return &failure{reason: ReasonTooLarge, permanent: true, err: err}
	case errors.Is(err, errTooSlow):
		return &failure{reason: ReasonTooSlow, err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &failure{reason: ReasonTimeout, err: err}
	case errors.As(err, &dns):
		return &failure{reason: ReasonDNS, err: err}
	case errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &record):
		return &failure{reason: ReasonTLS, err: err}
	case errors.As(err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect"):
		return &failure{reason: ReasonConnect, err: err}
	}
	return &failure{reason: ReasonBroken, err: err}
}

// tooLargeHeader knows the errors of net/http that have no names.
func tooLargeHeader(err error) bool {
	text := err.Error()
	return strings.Contains(text, "server response headers exceeded") || strings.Contains(text, "response header list larger than advertised limit")
}

// throttledPause is how long a domain is left alone that is asked too much and
// does not say for how long.
const throttledPause = time.Minute

// statusFailure classes an answer that is no success.
func statusFailure(status int, retryAfter time.Duration) *failure {
	f := &failure{err: fmt.Errorf("the server answered %d %s", status, http.StatusText(status)), domain: retryAfter}
	if retryAfter == 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		f.domain = throttledPause
	}
	switch {
	case status == http.StatusNotFound:
		f.reason, f.permanent = ReasonNotFound, true
	case status == http.StatusGone:
		f.reason, f.permanent = ReasonGone, true
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden,
		status == http.StatusUnavailableForLegalReasons:
		f.reason, f.permanent = ReasonForbidden, true
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		f.reason = ReasonThrottled
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		f.reason = ReasonClientError
	case status >= 400 && status < 500:
		f.reason, f.permanent = ReasonClientError, true
	case status >= 500:
		f.reason = ReasonServerError
	default:
		f.reason, f.permanent = ReasonStatus, true
	}
	return f
}
