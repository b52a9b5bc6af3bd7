package stage

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/event"
)

// startSpans starts a span for each message, the child of that of the service
// before. Without a tracer it does nothing.
func (s *Stage) startSpans(ctx context.Context, group []*delivery) (end func()) {
	if s.env.Tracer == nil {
		return func() {}
	}
	for _, d := range group {
		parent := propagation.TraceContext{}.Extract(ctx, event.Carrier{Message: d.wire})
		_, d.span = s.env.Tracer.Start(parent, s.Name(), trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(attribute.String("item", d.in.Header().Key())))
	}
	return func() {
		for _, d := range group {
			d.span.End()
		}
	}
}

// within is ctx inside the message's span. A batch is handled inside that of its first.
func (d *delivery) within(ctx context.Context) context.Context {
	if d.span == nil {
		return ctx
	}
	return trace.ContextWithSpan(ctx, d.span)
}

// passTrace makes out continue the trace of d.
func (d *delivery) passTrace(out *event.Message) {
	if d.span != nil {
		propagation.TraceContext{}.Inject(trace.ContextWithSpan(context.Background(), d.span), event.Carrier{Message: out})
	} else if parent := d.wire.Get(event.HeaderTraceParent); parent != "" {
		out.Set(event.HeaderTraceParent, parent)
	}
}
