package web

import (
	"errors"
	"fmt"
	"time"

	"marsad/pkg/watches"
)

// Config of the web service.
type Config struct {
	// Token lets who sends it as "Authorization: Bearer …" write over TCP.
	// Empty: nobody can; the admin socket needs none.
	Token string `yaml:"token"`
	// AuditEvery is the time between two audits.
	AuditEvery time.Duration `yaml:"audit_every"`
	// ReconcileAfter is the fetcher's: an audit must know it.
	ReconcileAfter time.Duration `yaml:"-"`
	// PollEvery is the fetcher's: what decides when sources are polled.
	PollEvery time.Duration `yaml:"-"`
	// Expected gives the articles a day that a source's habit makes expected; nil: unknown.
	Expected func(habit []byte, now time.Time) float64 `yaml:"-"`
	// WatchNames gives what watches may name, as the classifier knows them; nil: anything.
	WatchNames func() watches.Names `yaml:"-"`
}

// DefaultConfig lets nobody write over TCP.
func DefaultConfig() Config { return Config{AuditEvery: 15 * time.Minute} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	switch {
	case c.Token != "" && len(c.Token) < 16:
		return errors.New("token: fewer than 16 characters can be guessed")
	case c.AuditEvery < time.Second:
		return fmt.Errorf("audit_every: %v is less than a second", c.AuditEvery)
	}
	return nil
}

// Redacted is c without the token.
func (c Config) Redacted() Config {
	if c.Token != "" {
		c.Token = "(redacted)"
	}
	return c
}
