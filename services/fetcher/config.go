package fetcher

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Config of the fetcher.
type Config struct {
	Poll         bool          `yaml:"poll"`       // false: only download what others find
	PollEvery    time.Duration `yaml:"poll_every"` // of a source that has no interval of its own
	HostDelay    time.Duration `yaml:"host_delay"` // from the end of one request to a domain to the next
	Concurrency  int           `yaml:"concurrency"`
	Timeout      time.Duration `yaml:"timeout"` // of one request, redirects and body included
	MaxPageBytes int64         `yaml:"max_page_bytes"`
	MaxFeedBytes int64         `yaml:"max_feed_bytes"`
	MaxFeedItems int           `yaml:"max_feed_items"`
	MaxAttempts  int           `yaml:"max_attempts"` // downloads of a page before the feed's text must do
	// Backoff is the pause after the first failed download of a page, the second, …; the last one also after all others.
	Backoff []time.Duration `yaml:"backoff"`
	// Lease is how long claimed work is nobody else's. It is claimed anew by the
	// same process or another when it takes longer.
	Lease          time.Duration `yaml:"lease"`
	UserAgent      string        `yaml:"user_agent"`
	AllowNetworks  []string      `yaml:"allow_networks"` // CIDR ranges that are connected to although they are not public
	AllowPorts     []uint16      `yaml:"allow_ports"`
	ReconcileAfter time.Duration `yaml:"reconcile_after"` // in line for longer: is it still there?
}

// DefaultConfig is polite.
func DefaultConfig() Config {
	return Config{
		Poll: true, PollEvery: 10 * time.Minute, HostDelay: 2 * time.Second, Concurrency: 64, Timeout: 30 * time.Second,
		MaxPageBytes: 8 << 20, MaxFeedBytes: 8 << 20, MaxFeedItems: 2000, MaxAttempts: 5,
		Backoff: []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}, Lease: 5 * time.Minute,
		UserAgent:     "Marsad/1.0 (news monitoring; set fetcher.user_agent to name a contact)",
		AllowNetworks: []string{},
		AllowPorts:    []uint16{80, 443, 8080, 8443}, ReconcileAfter: 10 * time.Minute,
	}
}

// MinReconcileAfter keeps reconciliation from asking about what has just been published.
const MinReconcileAfter = 5 * time.Second

// Validate says which setting is wrong, and what it may be.
func (c Config) Validate() error {
	switch {
	case c.PollEvery < time.Second:
		return fmt.Errorf("poll_every: %v is less than a second", c.PollEvery)
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
	case c.UserAgent == "":
		return errors.New("user_agent: servers want to know who asks")
	case slices.Contains(c.AllowPorts, 0):
		return errors.New("allow_ports: 0 is no port")
	case c.ReconcileAfter < MinReconcileAfter:
		return fmt.Errorf("reconcile_after: %v is less than %v", c.ReconcileAfter, MinReconcileAfter)
	}
	_, err := c.guard()
	return err
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
