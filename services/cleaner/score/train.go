package score

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"marsad/pkg/news"
	"marsad/services/cleaner"
	"marsad/services/cleaner/body"
)

// Training is what came of learning from labelled pages.
type Training struct {
	Model []byte
	Pages int
	// HeldOut scores the bodies found in each page by a model that has seen no page of
	// its site; nil without folds.
	HeldOut *Report
}

// errNoBodies is returned for a manifest without a single labelled body.
var errNoBodies = errors.New("no page has a body labelled")

// Train learns where the articles are from the pages of dir's manifest that have
// their body labelled. With folds above 1 it scores the method on held-out sites,
// too. Pages that cannot be parsed are left out.
func Train(ctx context.Context, dir string, folds int, progress func(done, total int)) (Training, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	var trainer body.Trainer
	var labelled []gold
	for g, err := range readManifest(ctx, dir) {
		if err != nil {
			return Training{}, err
		}
		if g.Body == nil {
			continue
		}
		page, err := readPage(dir, g)
		if err != nil {
			return Training{}, err
		}
		doc, hints, err := cleaner.TrainingPage(news.Page{Kind: news.PageHTML, URL: g.URL, Body: page})
		if err != nil {
			continue
		}
		trainer.Add(doc, hints, *g.Body, siteOf(g))
		labelled = append(labelled, g)
	}
	if len(labelled) == 0 {
		return Training{}, fmt.Errorf("%s: %w", dir, errNoBodies)
	}
	result := Training{Pages: len(labelled)}
	if folds > 1 {
		result.HeldOut = newReport()
		held, err := trainer.HeldOut(ctx, folds, progress)
		if err != nil {
			return Training{}, err
		}
		for i, found := range held {
			result.HeldOut.add(bodyOnly(labelled[i]), Prediction{Text: textOf(found)})
		}
		result.HeldOut.close()
	}
	var err error
	result.Model, err = trainer.Model(ctx, progress)
	return result, err
}

// siteOf is what pages of one publisher have in common; a page without an address
// stands alone.
func siteOf(g gold) string {
	if u, err := url.Parse(g.URL); err == nil && u.Hostname() != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return g.ID
}

// bodyOnly is a label without what the body does not tell.
func bodyOnly(g gold) gold { return gold{ID: g.ID, Set: g.Set, Body: g.Body} }

func textOf(found body.Found) string {
	var b strings.Builder
	for _, p := range found.Paragraphs {
		b.WriteString(p.Text + "\n\n")
	}
	return b.String()
}
