package main

import (
	"context"
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/storetest"
	"marsad/pkg/text"
)

// words sorts tokens by how many of a sample of articles have them.
func words() (common, seldom []string) {
	const sample = 4000
	corpus, in := storetest.NewCorpus(0), map[string]int{}
	for range sample {
		seen := map[string]bool{}
		for _, token := range text.SearchTokens(corpus.Words(270)) {
			if !seen[token] {
				seen[token] = true
				in[token]++
			}
		}
	}
	for n := range uint64(20_000) { // in an order that does not change
		token := text.SearchTokens(storetest.Word(n))
		if len(token) != 1 {
			continue
		}
		switch share := float64(in[token[0]]) / sample; {
		case share > .1:
			common = append(common, token[0])
		case share > .001 && share < .01:
			seldom = append(seldom, token[0])
		}
	}
	return common, seldom
}

func match(words ...string) store.Match {
	var m store.Match
	for _, word := range words {
		m = append(m, store.Clause{Any: []store.Phrase{{word}}})
	}
	return m
}

// kinds are what is measured.
func kinds(f *filler) []kind {
	common, seldom := words()
	searches := []func(n int) store.Query{
		func(n int) store.Query { return store.Query{Match: match(common[n%len(common)])} },
		func(n int) store.Query { return store.Query{Match: match(seldom[n*7%len(seldom)])} },
		func(n int) store.Query {
			q := store.Query{Match: match(common[n%len(common)], seldom[n*13%len(seldom)])}
			switch n % 4 {
			case 0:
				q.Topic = fmt.Sprint(n % 17)
			case 1:
				q.Country = fmt.Sprintf("A%d", n%200)
			case 2:
				q.Lang = "ar"
			case 3:
				q.Publisher = news.NewID(fmt.Sprint(n % 200))
			}
			return q
		},
	}
	search := func(query func(n int) store.Query) func(context.Context, store.Store, int) error {
		return func(ctx context.Context, s store.Store, n int) error {
			q := query(n)
			q.Limit = 20
			_, err := s.Search(ctx, q)
			return err
		}
	}
	return []kind{
		{"search, mixed", func(ctx context.Context, s store.Store, n int) error {
			return search(searches[n%3])(ctx, s, n/3)
		}},
		{"  common words", search(searches[0])},
		{"  seldom words", search(searches[1])},
		{"  two and a filter", search(searches[2])},
		{"list", search(f.list)},
		{"article page", func(ctx context.Context, s store.Store, n int) error {
			_, err := s.Article(ctx, f.ids[n*7919%len(f.ids)])
			return err
		}},
	}
}

// list is a page without words: the newest, by one filter or two, and further pages.
func (f *filler) list(n int) store.Query {
	var q store.Query
	switch n % 6 {
	case 1:
		q.Topic = fmt.Sprint(n % 117)
	case 2:
		q.Country = fmt.Sprintf("A%d", n%200)
	case 3:
		q.Publisher = news.NewID(fmt.Sprint(n % 200))
	case 4:
		q.Topic, q.Country = fmt.Sprint(n%17), "MA"
	case 5:
		q.Before = f.back
	}
	return q
}
