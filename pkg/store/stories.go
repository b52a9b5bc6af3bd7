package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marsad/pkg/news"
)

// StoryQuery selects the stories with an article found in a period. Only
// articles that pass the filters count.
type StoryQuery struct {
	Since     time.Time // found at or after
	Until     time.Time // found before; zero: without end
	Recent    time.Time // found at or after counts as recent
	Lang      string
	Country   string // ISO 3166-1 alpha-2
	Topic     string
	Publisher news.ID
	Order     StoryOrder
	Before    StoryCursor // the last story seen, in the same order: continue after it; zero starts at the first
	Limit     int
}

// StoryOrder says which stories come first.
type StoryOrder string

const (
	BySize   StoryOrder = "size"   // most articles in the period
	ByGrowth StoryOrder = "growth" // most recent articles
	ByLatest StoryOrder = "latest" // last article found
)

// StoryOrders lists them all.
var StoryOrders = []StoryOrder{BySize, ByGrowth, ByLatest}

// StoryCursor is a place in a list of stories, in one order.
type StoryCursor struct {
	Order StoryOrder
	Rank  int64
	ID    news.ID
}

// String writes a cursor as ParseStoryCursor reads it; the zero one is empty.
func (c StoryCursor) String() string {
	if c.ID == "" {
		return ""
	}
	return fmt.Sprintf("%s-%d-%s", c.Order, c.Rank, c.ID)
}

// ParseStoryCursor reads what String wrote.
func ParseStoryCursor(s string) (StoryCursor, error) {
	if s == "" {
		return StoryCursor{}, nil
	}
	order, rest, _ := strings.Cut(s, "-")
	rank, id, _ := strings.Cut(rest, "-")
	n, err := strconv.ParseInt(rank, 10, 64)
	if err != nil || !news.ID(id).Valid() || !slices.Contains(StoryOrders, StoryOrder(order)) {
		return StoryCursor{}, fmt.Errorf("%q is no place in a list of stories", s)
	}
	return StoryCursor{StoryOrder(order), n, news.ID(id)}, nil
}

// StoryHits is one page of a list of stories.
type StoryHits struct {
	Stories []StoryHit
	Next    StoryCursor // Before for the next page; zero when there is none
}

// StoryHit is one story of a period.
type StoryHit struct {
	news.Story
	Found           int      `json:"found"`            // articles found in the period that pass the filters
	FoundPublishers int      `json:"found_publishers"` // publishers of these
	Recent          int      `json:"recent"`           // of these, the recent ones
	Langs           []string `json:"langs"`            // of all its articles, the commonest first
}

// StoryDetail is a story and its members.
type StoryDetail struct {
	news.Story
	Langs          []string         `json:"langs"`           // the commonest first
	Originals      []Related        `json:"originals"`       // articles that lead a group, or stand in for one that is gone, by time, at most 200
	Members        []Related        `json:"members"`         // all articles, by time, the first 200
	PublisherCount []PublisherCount `json:"publisher_count"` // most articles first, at most 200
	Linked         []LinkedStory    `json:"linked"`          // the same event in other languages: stories linked with it, and with these, largest first, at most 200
}

// PublisherCount says how many articles of a story a publisher has.
type PublisherCount struct {
	ID       news.ID `json:"id"`
	Name     string  `json:"name"`
	Articles int     `json:"articles"`
}

// LinkedStory is a story linked with another.
type LinkedStory struct {
	news.Story
	Langs []string `json:"langs"` // the commonest first
}
