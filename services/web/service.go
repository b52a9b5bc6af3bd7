package web

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

// Requests to read that are not open to everybody.
const (
	auditOperation    = "audit"
	archivedOperation = "archived"
)

// Service answers requests, and audits between them.
type Service struct {
	cfg     Config
	store   store.Store
	bus     *bus.Bus // nil: the process has none
	log     *slog.Logger
	now     func() time.Time
	missing func(context.Context) []app.Missing
	handler http.Handler
	listed  watchLists

	offenders *prometheus.GaugeVec
	audited   prometheus.Gauge
}

// New makes the service.
func New(cfg Config, p *app.Process) (*Service, error) {
	s := &Service{cfg: cfg, store: p.Store, bus: p.Bus, log: p.Log.With("service", "web"), now: p.Now, missing: p.Missing}
	s.offenders = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "marsad_audit_offenders", Help: "Offenders found by the last audit of this process; absent before the first.",
	}, nil)
	s.audited = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "marsad_audit_last_timestamp_seconds", Help: "When the last audit of this process was made, in Unix time; its start if there was none.",
	})
	s.audited.Set(float64(s.now().Unix()))
	mux := http.NewServeMux()
	s.registerAPI(mux)
	if err := s.registerPages(mux); err != nil {
		return nil, err
	}
	s.handler = mux
	return s, nil
}

// ServeHTTP serves the API and the pages.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Name implements app.Service.
func (s *Service) Name() string { return "web" }

// Ready implements app.Service.
func (s *Service) Ready() error { return nil }

// Register makes the metrics of the service known. It is for the process whose
// service it is: others only answer through it on their admin socket.
func (s *Service) Register(reg prometheus.Registerer) {
	reg.MustRegister(s.offenders, s.audited, sourcesCollector{s})
}

// Run implements app.Service: it audits, again and again.
func (s *Service) Run(ctx context.Context) error {
	for wait.For(ctx, s.cfg.AuditEvery) {
		report, err := s.audit(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			s.log.Warn("the audit could not be made", "error", err)
		case !report.Holds:
			s.log.Error("the audit does not hold: 'marsad audit' lists the offenders", "offenders", len(report.Offenders))
		case !report.Bus:
			s.log.Warn("the audit could not ask the bus: items in line were not looked for")
		}
	}
	return nil
}

func (s *Service) registerAPI(mux *http.ServeMux) {
	version, _ := app.Version()
	config := huma.DefaultConfig("Marsad", version)
	config.Info.Description = "What news sources published: clean, without duplicates, searchable."
	config.DocsPath = ""     // its page loads scripts from elsewhere
	config.CreateHooks = nil // no $schema in answers: they have the documented shape and nothing else
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	api := humago.New(mux, config)
	api.UseMiddleware(s.onlyTrustedWrite(api))
	s.registerArticles(api)
	s.registerStories(api)
	s.registerSources(api)
	s.registerWatches(api)
	s.registerDocuments(api)
	s.registerItems(api)
	s.registerOperations(api)
	s.registerReplay(api)
}

// onlyTrustedWrite refuses requests that would change something, or cost much,
// unless they come over the admin socket or carry the token.
func (s *Service) onlyTrustedWrite(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		operation := ctx.Operation().OperationID
		public := ctx.Method() == http.MethodGet && operation != auditOperation && operation != archivedOperation
		if public || app.Trusted(ctx.Context()) || s.hasToken(ctx.Header("Authorization")) {
			next(ctx)
			return
		}
		_ = huma.WriteErr(api, ctx, http.StatusForbidden, "this changes something, or costs much: use the command line on the same machine, or the token set as web.token")
	}
}

func (s *Service) hasToken(header string) bool {
	token, ok := strings.CutPrefix(header, "Bearer ")
	return ok && s.cfg.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(s.cfg.Token)) == 1
}

var sourcesDesc = prometheus.NewDesc("marsad_sources", "Sources, by health.", []string{"health"}, nil)

// sourcesCollector counts sources when it is scraped.
type sourcesCollector struct{ s *Service }

// Describe implements prometheus.Collector.
func (c sourcesCollector) Describe(ch chan<- *prometheus.Desc) { ch <- sourcesDesc }

// Collect implements prometheus.Collector.
func (c sourcesCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	count, err := c.s.countSources(ctx)
	if err != nil {
		c.s.log.Warn("metrics of sources", "error", err)
		return
	}
	for _, health := range news.Healths {
		ch <- prometheus.MustNewConstMetric(sourcesDesc, prometheus.GaugeValue, float64(count[health]), string(health))
	}
}

func (s *Service) countSources(ctx context.Context) (map[news.Health]int, error) {
	sources, err := s.store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	count := make(map[news.Health]int, len(news.Healths))
	for _, source := range sources {
		if source.Kind != news.KindManual {
			count[source.Health(s.now())]++
		}
	}
	return count, nil
}
