package main

import (
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spans is a collector of traces that keeps what it is sent.
type spans struct {
	*httptest.Server
	mu   sync.Mutex
	sent []*tracepb.Span
}

func newSpans(t *testing.T) *spans {
	s := &spans{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &request) != nil {
			t.Errorf("%s %s: %d bytes, %v", r.Method, r.URL, len(body), err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				s.sent = append(s.sent, scope.Spans...)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// TestTrace: the way of an item is one trace, in which each service's span is
// the child of the one before.
func TestTrace(t *testing.T) {
	w, s := newSite(t, 5), newSpans(t)
	config, _ := writeConfig(t, "tracing:\n  endpoint: "+s.URL+"\n")
	if code, out, errs := marsad(t, "--config", config, "ingest", "--ephemeral", w.URL+"/p/1", w.URL+"/p/2"); code != 0 {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	traces := map[string]map[string]*tracepb.Span{} // by trace ID, by name
	for _, span := range s.sent {
		id := hex.EncodeToString(span.TraceId)
		if traces[id] == nil {
			traces[id] = map[string]*tracepb.Span{}
		}
		traces[id][span.Name] = span
	}
	if len(traces) != 2 {
		t.Fatalf("%d traces of 2 documents", len(traces))
	}
	for id, trace := range traces {
		var before *tracepb.Span
		for _, name := range []string{"fetcher", "cleaner", "deduplicator", "classifier", "archiver"} {
			span := trace[name]
			if span == nil {
				t.Fatalf("trace %s has no span of the %s: %v", id, name, slices.Collect(maps.Keys(trace)))
			}
			if got, want := hex.EncodeToString(span.ParentSpanId), hex.EncodeToString(before.GetSpanId()); got != want {
				t.Errorf("the parent of the span of the %s is %q, want %q, the one before", name, got, want)
			}
			before = span
		}
	}
}
