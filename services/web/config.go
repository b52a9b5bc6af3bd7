package web

import (
	"errors"
	"time"
)

// Config of the web service.
type Config struct {
	// Token lets who sends it as "Authorization: Bearer …" write over TCP.
	// Empty: nobody can; the admin socket needs none.
	Token string `yaml:"token"`
	// ReconcileAfter is the fetcher's: an audit must know it.
	ReconcileAfter time.Duration `yaml:"-"`
}

// DefaultConfig lets nobody write over TCP.
func DefaultConfig() Config { return Config{} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	if c.Token != "" && len(c.Token) < 16 {
		return errors.New("token: fewer than 16 characters can be guessed")
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
