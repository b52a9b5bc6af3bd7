// Package app is the process: configuration, logs, metrics, health, tracing,
// the HTTP server and the admin socket, and the life of the services in it.
// Only here is anything connected, served and drained; a service's own wiring
// is its service.go.
package app
