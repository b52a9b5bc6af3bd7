package score

import (
	"context"

	"marsad/services/classifier/topics/training"
)

type Speed struct{ Name string }

func speedTable([]Speed) string { return "" }

func measureSpeeds(context.Context, []training.Article, int) ([]Speed, error) { return nil, nil }
