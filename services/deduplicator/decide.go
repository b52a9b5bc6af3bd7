package deduplicator

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/text"
)

// Rules by which a verdict was reached.
const (
	RuleFirst        = "first"     // nothing like it was seen before
	RuleSameItem     = "same_item" // a later revision of an item decided on before
	RuleText         = news.RuleText
	RuleCanonicalURL = news.RuleCanonicalURL
)

// prints is what an article is recognised by.
type prints struct {
	title string // folded words
	url   string // canonical URL; empty if it identifies nothing
	text  string // hash of the folded words; empty if there are too few
}

func printsOf(a news.Article, minWords int) prints {
	p := prints{title: folded(a.Title), url: identifying(a.CanonicalURL)}
	if a.Words >= minWords {
		p.text = string(news.NewID(folded(a.Text)))
	}
	return p
}

// folded is s as words without regard to spelling, punctuation and spacing.
func folded(s string) string {
	var b strings.Builder
	for token := range text.Tokens(s) {
		b.WriteString(token.Text)
		b.WriteByte(' ')
	}
	return b.String()
}

// identifying is the canonical URL, unless it is that of a front page: sites
// that declare it on every page say nothing by it.
func identifying(canonical string) string {
	u, err := url.Parse(canonical)
	if err != nil || (strings.Trim(u.Path, "/") == "" && u.RawQuery == "") {
		return ""
	}
	return canonical
}

// decide returns the stored decision on ref, or makes one and stores it with
// the fingerprints that later articles are compared with.
func decide(tx store.DecisionTx, ref news.Ref, p prints, now time.Time) (store.Decision, error) {
	stored, err := tx.Decision(ref)
	if !errors.Is(err, store.ErrNotFound) {
		return stored, err
	}
	d, err := compare(tx, ref, p)
	if err != nil {
		return store.Decision{}, err
	}
	d.Ref, d.At = ref, now
	if err := tx.SaveDecision(d); err != nil {
		return store.Decision{}, err
	}
	for _, f := range p.fingerprints() {
		f.Item, f.Story, f.Title, f.At = ref.Item, d.Story, p.title, now
		if err := tx.SaveFingerprint(f); err != nil {
			return store.Decision{}, err
		}
	}
	return d, nil
}

func (p prints) fingerprints() []store.Fingerprint {
	var out []store.Fingerprint
	if p.text != "" {
		out = append(out, store.Fingerprint{Kind: store.FingerprintText, Hash: p.text})
	}
	if p.url != "" {
		out = append(out, store.Fingerprint{Kind: store.FingerprintURL, Hash: p.url})
	}
	return out
}

// compare finds what came before: the same item, then the same text, then the
// same page under another address.
func compare(tx store.DecisionTx, ref news.Ref, p prints) (store.Decision, error) {
	before, err := tx.LatestDecision(ref.Item)
	if err == nil {
		return related(news.Revision, ref.Item, before.Story, RuleSameItem), nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return store.Decision{}, err
	}
	for _, f := range p.fingerprints() {
		other, err := tx.Fingerprint(f.Kind, f.Hash)
		if errors.Is(err, store.ErrNotFound) || other.Item == ref.Item {
			continue
		}
		if err != nil {
			return store.Decision{}, err
		}
		switch {
		case f.Kind == store.FingerprintText:
			return related(news.Copy, other.Item, other.Story, RuleText), nil
		case other.Title == p.title:
			return related(news.Copy, other.Item, other.Story, RuleCanonicalURL), nil
		}
	}
	return store.Decision{Verdict: news.Verdict{Kind: news.Original, Rule: RuleFirst}, Story: ref.Item}, nil
}

func related(kind news.VerdictKind, of, story news.ID, rule string) store.Decision {
	return store.Decision{Verdict: news.Verdict{Kind: kind, Of: &of, Similarity: 1, Rule: rule}, Story: story}
}
