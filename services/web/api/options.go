package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"marsad/pkg/news"
	"marsad/pkg/selector"
	"marsad/pkg/weburl"
)

// Bounds of a source's options.
const (
	maxHeaders     = 20
	maxHeaderValue = 8 << 10
	maxLooks       = 10
	longestLook    = 30 * 24 * time.Hour
)

// ownHeaders are those of the connection, and those that the fetcher writes itself.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
	"If-Unmodified-Since", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Range", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent",
}

// Options returns o as it is kept, or says what is wrong with it, without
// repeating secrets.
func Options(o news.Options) (_ news.Options, err error) {
	if o.Headers, err = checkedHeaders(o.Headers); err != nil {
		return o, err
	}
	o.Cookies, o.Proxy = strings.TrimSpace(o.Cookies), strings.TrimSpace(o.Proxy)
	switch {
	case !httpguts.ValidHeaderFieldValue(o.Cookies) || len(o.Cookies) > maxHeaderValue || o.Cookies != "" && !strings.Contains(o.Cookies, "="):
		return o, errors.New("cookies: they are not written as name=value; name=value")
	case o.Quota < 0:
		return o, errors.New("quota: it cannot be negative; 0 is no limit")
	case o.Proxy != "" && !weburl.IsProxy(o.Proxy):
		return o, errors.New("proxy: it is no http, https or socks5 URL")
	}
	if o.Keep, err = checkedSelectors("keep", o.Keep); err != nil {
		return o, err
	}
	if o.Drop, err = checkedSelectors("drop", o.Drop); err != nil {
		return o, err
	}
	if len(o.SecondLooks) > maxLooks {
		return o, fmt.Errorf("second_looks: more than %d", maxLooks)
	}
	for _, look := range o.SecondLooks {
		if d, err := time.ParseDuration(look); err != nil || d <= 0 || d > longestLook {
			return o, fmt.Errorf("second_looks: %q is no duration between 0 and %v, as 1h", look, longestLook)
		}
	}
	return o, nil
}

// Of is o with what c says.
func (c OptionsChange) Of(o news.Options) news.Options {
	headers := maps.Clone(o.Headers)
	for name, value := range c.Headers {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if strings.TrimSpace(value) == "" {
			delete(headers, name)
			continue
		}
		if headers == nil {
			headers = map[string]string{}
		}
		headers[name] = value
	}
	o.Headers = headers
	set(&o.Cookies, c.Cookies)
	set(&o.Proxy, c.Proxy)
	set(&o.FullContent, c.FullContent)
	set(&o.Keep, c.Keep)
	set(&o.Drop, c.Drop)
	set(&o.SecondLooks, c.SecondLooks)
	set(&o.Quota, c.Quota)
	set(&o.IgnoreRobots, c.IgnoreRobots)
	return o
}

// set gives a field the value that is there.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// checkedHeaders returns headers under their canonical names.
func checkedHeaders(headers map[string]string) (map[string]string, error) {
	if len(headers) > maxHeaders {
		return nil, fmt.Errorf("headers: more than %d", maxHeaders)
	}
	out := make(map[string]string, len(headers))
	for name, value := range headers {
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return nil, fmt.Errorf("headers: %.40q is no name of a header", name)
		case name == "Cookie":
			return nil, errors.New("headers: Cookie has an option of its own, cookies")
		case slices.Contains(ownHeaders, name):
			return nil, fmt.Errorf("headers: %s cannot be set: the fetcher writes it itself", name)
		case value == "" || !httpguts.ValidHeaderFieldValue(value) || len(value) > maxHeaderValue:
			return nil, fmt.Errorf("headers: the value of %s is empty, too long, or cannot be sent", name)
		}
		out[name] = value
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// checkedSelectors returns CSS selectors, each on a line.
func checkedSelectors(what string, selectors []string) (out []string, err error) {
	for _, text := range selectors {
		out = append(out, strings.Join(strings.Fields(text), " "))
	}
	if _, err := selector.Parse(out...); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}
