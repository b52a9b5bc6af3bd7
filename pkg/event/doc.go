// Package event is what travels on the bus: the kinds of events, their
// payloads, and their wire form.
//
// The wire form is a binary-mode CloudEvents 1.0 message: attributes are
// headers (ce-specversion, ce-id, ce-type, ce-source, ce-time,
// datacontenttype), the data is JSON. The samples in testdata are wire
// messages as they were first written; they must decode for ever. A change
// they do not survive is a new version of the type.
package event
