// Package web serves the HTTP API and the pages.
//
// It takes nothing from the line and gives nothing to it, except what a person asks for: documents
// submitted by hand, sources, dead letters retried. It reads the store.
//
// Between requests it audits the store, and counts offenders in a metric.
//
// The API is described at /openapi.json. Reading is open to whoever can
// connect; writing needs the admin socket, or the configured token.
package web
