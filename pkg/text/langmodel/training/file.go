package training

import (
	"context"
	"errors"
	"io"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/langmodel/sib200"
)

// ErrEmpty says that there is nothing to train on.
var ErrEmpty = errors.New("no sentences to train on")

// Write trains on sentences and writes the file of the model. The same
// sentences and options give the same bytes.
func Write(ctx context.Context, w io.Writer, sentences []sib200.Sentence, opts Options) ([]Result, error) {
	classifiers, results, err := Train(ctx, Corpus(sentences), opts)
	switch {
	case err != nil:
		return nil, err
	case len(classifiers) == 0:
		return nil, ErrEmpty
	}
	return results, langmodel.Write(w, classifiers)
}
