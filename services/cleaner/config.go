package cleaner

import "fmt"

// Config of the cleaner.
type Config struct {
	Workers int `yaml:"workers"` // pages cleaned at once
}

// DefaultConfig suits two cores.
func DefaultConfig() Config { return Config{Workers: 4} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	if c.Workers < 1 || c.Workers > 256 {
		return fmt.Errorf("workers: %d is not between 1 and 256", c.Workers)
	}
	return nil
}
