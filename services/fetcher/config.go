package fetcher

import (
	"errors"
	"fmt"
	"marsad/pkg/weburl"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Config of the fetcher.
type Config struct {
	Poll bool `yaml:"poll"` // false: only download what others find
	// RequestWorth is the one knob of polling: how long one article may wait before
	// it is worth a request. Sources are polled as their habits ask for it.
	RequestWorth time.Duration `yaml:"request_worth"`
	PollMin      time.Duration `yaml:"poll_min"`   // no source is polled more often
	PollMax      time.Duration `yaml:"poll_max"`   // and none that answers less often
	PollEvery    time.Duration `yaml:"poll_every"` // of a source that has no interval of its own; 0: as its habits ask
	HostDelay    time.Duration `yaml:"host_delay"` // from the end of one request to a domain to the next
	Robots       bool          `yaml:"robots"`     // ask robots.txt before pages
	// SecondLooks are how long after it was found an article's page is looked at
	// again; none: never. A source may have its own.
	SecondLooks  []time.Duration `yaml:"second_looks"`
	Concurrency  int             `yaml:"concurrency"`
	Timeout      time.Duration   `yaml:"timeout"` // of one request, redirects and body included
	MaxPageBytes int64           `yaml:"max_page_bytes"`
	MaxFeedBytes int64           `yaml:"max_feed_bytes"`
	MaxFeedItems int             `yaml:"max_feed_items"`
	MaxAttempts  int             `yaml:"max_attempts"` // downloads of a page before the feed's text must do
	// Backoff is the pause after the first failed download of a page, the second, …; the last one also after all others.
	Backoff []time.Duration `yaml:"backoff"`
	// Lease is how long claimed work is nobody else's. It is claimed anew by the
	// same process or another when it takes longer.
	Lease          time.Duration `yaml:"lease"`
	UserAgent      string        `yaml:"user_agent"`     // product and version
	Contact        string        `yaml:"contact"`        // where a publisher can ask: an address of a page or of mail
	Proxy          string        `yaml:"proxy"`          // http, https or socks5 URL through which all is requested; empty: none
	AllowNetworks  []string      `yaml:"allow_networks"` // CIDR ranges that are connected to although they are not public
	AllowPorts     []uint16      `yaml:"allow_ports"`
	ReconcileAfter time.Duration `yaml:"reconcile_after"` // in line for longer: is it still there?
	WebSub         WebSub        `yaml:"websub"`
}

// WebSub is how hubs bring what is new in feeds.
type WebSub struct {
	// Callback is the address that leads from outside to /websub of this process; empty: no hub is asked.
	Callback string `yaml:"callback"`
}

// DefaultConfig is polite.
func DefaultConfig() Config {
	return Config{
		Poll: true, RequestWorth: 5 * time.Minute, PollMin: time.Minute, PollMax: 4 * time.Hour, HostDelay: 2 * time.Second,
		Robots: true, SecondLooks: []time.Duration{}, Concurrency: 64, Timeout: 30 * time.Second,
		MaxPageBytes: 8 << 20, MaxFeedBytes: 8 << 20, MaxFeedItems: 2000, MaxAttempts: 5,
		Backoff: []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}, Lease: 5 * time.Minute,
		UserAgent:     "Marsad/1.0",
		AllowNetworks: []string{},
		AllowPorts:    []uint16{80, 443, 8080, 8443}, ReconcileAfter: 10 * time.Minute,
	}
}

// MinReconcileAfter keeps reconciliation from asking about what has just been published.
const MinReconcileAfter = 5 * time.Second

const (
	maxPollMax    = 7 * 24 * time.Hour
	maxSecondLook = 30 * 24 * time.Hour
)

// Validate says which setting is wrong, and what it may be.
func (c Config) Validate() error {
	switch {
	case c.RequestWorth < time.Second:
		return fmt.Errorf("request_worth: %v is less than a second", c.RequestWorth)
	case c.PollMin < time.Second || c.PollMax < c.PollMin || c.PollMax > maxPollMax:
		return fmt.Errorf("poll_min, poll_max: %v and %v are not at least a second, at most %v, and in order", c.PollMin, c.PollMax, maxPollMax)
	case c.PollEvery != 0 && c.PollEvery < time.Second:
		return fmt.Errorf("poll_every: %v is less than a second", c.PollEvery)
	case len(c.SecondLooks) > 0 && (slices.Min(c.SecondLooks) <= 0 || slices.Max(c.SecondLooks) > maxSecondLook):
		return fmt.Errorf("second_looks: %v: each is more than 0 and at most %v", c.SecondLooks, maxSecondLook)
	case c.HostDelay < 0:
		return errors.New("host_delay: cannot be negative")
	case c.Concurrency < 1 || c.Concurrency > 1000:
		return fmt.Errorf("concurrency: %d is not between 1 and 1000", c.Concurrency)
	case c.Timeout < time.Second:
		return fmt.Errorf("timeout: %v is less than a second", c.Timeout)
	case c.MaxPageBytes < 1<<10 || c.MaxFeedBytes < 1<<10:
		return errors.New("max_page_bytes, max_feed_bytes: less than a kilobyte")
	case c.MaxFeedItems < 1 || c.MaxAttempts < 1:
		return errors.New("max_feed_items, max_attempts: at least 1")
	case len(c.Backoff) == 0 || slices.Min(c.Backoff) < 0:
		return errors.New("backoff: at least one pause is needed, none negative")
	case c.Lease <= c.Timeout:
		return fmt.Errorf("lease: %v is not longer than timeout (%v): work would be given out twice", c.Lease, c.Timeout)
	case c.product() == "":
		return fmt.Errorf("user_agent: %q does not begin with a name: servers want to know who asks", c.UserAgent)
	case strings.ContainsFunc(c.UserAgent+c.Contact, unicode.IsControl):
		return errors.New("user_agent, contact: control characters cannot be sent")
	case slices.Contains(c.AllowPorts, 0):
		return errors.New("allow_ports: 0 is no port")
	case c.ReconcileAfter < MinReconcileAfter:
		return fmt.Errorf("reconcile_after: %v is less than %v", c.ReconcileAfter, MinReconcileAfter)
	}
	if c.Proxy != "" && !weburl.IsProxy(c.Proxy) {
		return errors.New("proxy: it is no http, https or socks5 URL")
	}
	if err := c.WebSub.validate(); err != nil {
		return fmt.Errorf("websub.callback: %w", err)
	}
	_, err := c.guard()
	return err
}

func (w WebSub) validate() error {
	u, err := url.Parse(w.Callback)
	if w.Callback != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "") {
		return errors.New("it is no http or https URL without a query")
	}
	return nil
}

// Redacted is c without passwords.
func (c Config) Redacted() Config {
	c.Proxy = redacted(c.Proxy)
	return c
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	return u.Redacted()
}

// product is the name robots.txt calls the fetcher by.
func (c Config) product() string {
	product, _, _ := strings.Cut(strings.TrimSpace(c.UserAgent), "/")
	return strings.TrimSpace(product)
}

// userAgent says who asks, and where to complain (RFC 9110, section 10.1.5).
func (c Config) userAgent() string {
	if c.Contact == "" {
		return c.UserAgent + " (news monitoring)"
	}
	return c.UserAgent + " (news monitoring; +" + c.Contact + ")"
}

func (c Config) guard() (guard, error) {
	g := guard{ports: c.AllowPorts}
	for _, s := range c.AllowNetworks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return g, fmt.Errorf("allow_networks: %q is no range like 127.0.0.0/8", s)
		}
		g.allow = append(g.allow, p.Masked())
	}
	return g, nil
}
