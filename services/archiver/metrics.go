package archiver

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

type metrics struct {
	endedTotal *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	duplicates *prometheus.CounterVec
	articles   *prometheus.CounterVec
	drops      *prometheus.CounterVec
	replayed   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		endedTotal: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_items_ended_total", Help: "Items that ended, by outcome.",
		}, []string{"outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marsad_item_latency_seconds", Help: "Time from an article's publication, or its find, to its being archived. Replays do not count.",
			Buckets: []float64{1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600},
		}, []string{"from", "to"}),
		duplicates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_duplicates_total", Help: "Articles archived, by what the deduplicator decided.",
		}, []string{"verdict"}),
		articles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_articles_total", Help: "Articles archived, by language (ISO 639-1, ckb, und if unknown, else other) and main topic (empty if there is none).",
		}, []string{"lang", "topic"}),
		drops: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_drops_total", Help: "Items dropped, by the service that dropped them and its reason.",
		}, []string{"stage", "reason"}),
		replayed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "marsad_articles_replayed_total", Help: "Articles archived again by a replay. No other count of items or articles has them.",
		}),
	}
	reg.MustRegister(m.endedTotal, m.latency, m.duplicates, m.articles, m.drops, m.replayed)
	// What can be known before is there from the start: an increase from nothing would not be seen.
	for _, outcome := range []news.Outcome{news.Archived, news.Dropped, news.Dead} {
		m.endedTotal.WithLabelValues(string(outcome))
	}
	for _, verdict := range []news.VerdictKind{news.Original, news.Copy, news.Excerpt, news.Revision} {
		m.duplicates.WithLabelValues(string(verdict))
	}
	for _, from := range []string{"found", "published"} {
		m.latency.WithLabelValues(from, "archived")
	}
	return m
}

// ended counts what ended. A replay ends nothing that had not ended before.
func (m metrics) ended(e store.Ending, found time.Time) {
	if e.Ref.Generation > 0 {
		if e.Outcome == news.Archived {
			m.replayed.Inc()
		}
		return
	}
	m.endedTotal.WithLabelValues(string(e.Outcome)).Inc()
	if e.Outcome != news.Archived {
		return
	}
	m.duplicates.WithLabelValues(string(e.Verdict.Kind)).Inc()
	topic := ""
	if len(e.Labels.Topics) > 0 {
		topic = e.Labels.Topics[0].Code
	}
	m.articles.WithLabelValues(langLabel(e.Article.Lang), topic).Inc()
	m.latency.WithLabelValues("found", "archived").Observe(e.At.Sub(found).Seconds())
	if p := e.Article.Published; p != nil && store.EffectiveTime(p, found).Equal(*p) {
		m.latency.WithLabelValues("published", "archived").Observe(max(e.At.Sub(*p).Seconds(), 0))
	}
}

// langLabel keeps the label bounded: a page can declare any language it likes.
func langLabel(lang string) string {
	if len(lang) == 2 || lang == "und" || lang == "ckb" {
		return lang
	}
	return "other"
}

var (
	itemsOpen      = prometheus.NewDesc("marsad_items_open", "Items found and not ended, by state.", []string{"state"}, nil)
	oldestOpen     = prometheus.NewDesc("marsad_item_oldest_open_seconds", "Age of the oldest open item; 0 if none is open.", nil, nil)
	deadLetters    = prometheus.NewDesc("marsad_dead_letters", "Dead letters kept.", nil, nil)
	indexDocuments = prometheus.NewDesc("marsad_index_documents", "Articles in the full-text index.", nil, nil)
	indexBytes     = prometheus.NewDesc("marsad_index_bytes", "Size of the full-text index.", nil, nil)
	searchLag      = prometheus.NewDesc("marsad_search_lag_seconds", "How long the oldest article that cannot be searched yet has been archived; 0 if all can.", nil, nil)
)

// collector reads the state of ledger and index when it is scraped. What the store
// does not answer is left out.
type collector struct {
	store store.Store
	log   *slog.Logger
}

// Describe implements prometheus.Collector.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{itemsOpen, oldestOpen, deadLetters, indexDocuments, indexBytes, searchLag} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	now := time.Now()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	if ledger, err := c.store.LedgerStats(ctx); err == nil {
		for _, state := range []news.State{news.StateDue, news.StateInLine} {
			gauge(itemsOpen, float64(ledger.Open[state]), string(state))
		}
		gauge(oldestOpen, age(now, ledger.OldestOpen))
		gauge(deadLetters, float64(ledger.DeadLetter))
	} else {
		c.log.Warn("metrics of the ledger", "error", err)
	}
	if index, err := c.store.IndexStats(ctx); err == nil {
		gauge(indexDocuments, float64(index.Documents))
		gauge(indexBytes, float64(index.Bytes))
		gauge(searchLag, age(now, index.OldestAt))
	} else {
		c.log.Warn("metrics of the index", "error", err)
	}
}

func age(now, at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(now.Sub(at).Seconds(), 0)
}
