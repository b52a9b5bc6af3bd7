package store

import (
	"time"

	"marsad/pkg/news"
)

// Kinship is what is known of an article and the earlier one that it is a copy
// or excerpt of, beside the verdict on its present revision.
type Kinship struct {
	Relation  *news.Verdict `json:"relation"`   // as first decided; nil if it was not revised since: then the verdict says it
	Revised   int           `json:"revised"`    // how often it was, since
	OfWords   int           `json:"of_words"`   // of the article that it is a copy or excerpt of; 0 if that is gone, or it is of none
	OfRemoved *time.Time    `json:"of_removed"` // when that was taken down; nil if it was not
}

// Related is another article of the same group or story.
type Related struct {
	ID          news.ID          `json:"id"`
	Title       string           `json:"title"`
	Source      string           `json:"source"`
	Publisher   string           `json:"publisher"`
	PublisherID news.ID          `json:"publisher_id"`
	URL         string           `json:"url"`
	Lang        string           `json:"lang"`
	Words       int              `json:"words"`
	Published   *time.Time       `json:"published"`
	FoundAt     time.Time        `json:"found_at"`
	Kind        news.VerdictKind `json:"kind"`
	Of          *news.ID         `json:"of"`
	Similarity  float64          `json:"similarity"`
	Rule        string           `json:"rule"`
	Kinship
	Leader  news.ID      `json:"leader"`
	Copies  int          `json:"copies"` // in the group that it leads, beside itself; 0 if it leads none
	Details news.Details `json:"-"`      // what tells who was first
}

// Self is the article itself as others see it, but for its copies.
func (d ArticleDetail) Self() Related {
	a, v := d.Article, d.Verdict
	return Related{
		ID: a.ID, Title: a.Title, Source: a.Source, Publisher: a.Publisher, PublisherID: a.PublisherID, URL: a.URL, Lang: a.Lang, Words: a.Words,
		Published: a.Published, FoundAt: d.FoundAt, Kind: v.Kind, Of: v.Of, Similarity: v.Similarity, Rule: v.Rule,
		Kinship: d.Kinship, Leader: d.Leader, Details: a.Details,
	}
}

// Relates says what the article was first decided to be: being a copy and having
// been revised are two facts, and the verdict on a revision tells only the second.
func (r Related) Relates() news.Verdict {
	if r.Relation != nil {
		return *r.Relation
	}
	return news.Verdict{Kind: r.Kind, Of: r.Of, Similarity: r.Similarity, Rule: r.Rule}
}

// Parent is the article that it is a copy or excerpt of, be that removed or
// not; empty if it is of none.
func (r Related) Parent() news.ID {
	if of := r.Relates().Of; of != nil && *of != r.ID {
		return *of
	}
	return ""
}
