package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"marsad/pkg/watches"
	"marsad/services/classifier"
	"marsad/services/web/api"
)

// watching labels articles as the line does: with the watches that were applied.
func (c *cli) watching(ctx context.Context, s *session) (*classifier.Labeller, error) {
	labels, err := c.labels()
	if err != nil {
		return nil, err
	}
	applied, err := s.Watches(ctx, 0)
	if failed, ok := errors.AsType[*api.Error](err); ok && failed.Status == http.StatusNotFound {
		return labels, nil
	}
	if err != nil {
		return nil, err
	}
	set, err := watches.Load([]byte(applied.YAML), watches.Names{})
	if err != nil {
		return nil, fmt.Errorf("the watches that were applied (version %d) cannot be read: %w", applied.Version, err)
	}
	return labels.With(func() *watches.Set { return set }), nil
}

// matching is the labeller with the watches of a file.
func (c *cli) matching(file *watches.File) (*classifier.Labeller, error) {
	labels, err := c.labels()
	if err != nil {
		return nil, err
	}
	set := watches.Compile(file)
	return labels.With(func() *watches.Set { return set }), nil
}

// watchNames are what watches may name; none are known of settings that are wrong.
func (c *cli) watchNames() watches.Names {
	labels, err := c.labels()
	if err != nil {
		return watches.Names{}
	}
	return labels.Names()
}
