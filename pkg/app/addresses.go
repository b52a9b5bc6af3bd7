package app

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"marsad/pkg/store/open"
)

// validateAddresses checks the form of what the process listens on and connects to.
func (c Config) validateAddresses() error {
	for _, setting := range []struct {
		name, value string
		check       func(string) error
	}{
		{"http.addr", c.HTTP.Addr, checkAddress},
		{"nats.url", c.NATS.URL, checkServers},
		{"nats.listen", c.NATS.Listen, checkLoopback},
		{"store.dsn", c.Store.DSN, open.Check},
		{"tracing.endpoint", c.Tracing.Endpoint, checkEndpoint},
	} {
		if setting.value == "" && setting.name != "http.addr" {
			continue
		}
		if err := setting.check(setting.value); err != nil {
			return fmt.Errorf("%s: %w", setting.name, err)
		}
	}
	return nil
}

// validateRemote checks how the process is let in by a server outside of it.
func (c Config) validateRemote() error {
	n := c.NATS
	for _, file := range []struct{ name, path string }{
		{"nkey_file", n.NkeyFile}, {"ca_file", n.CAFile}, {"cert_file", n.CertFile}, {"key_file", n.KeyFile},
	} {
		if file.path != "" && c.Embedded() {
			return fmt.Errorf("%s: it is for a NATS server outside of the process, and nats.url names none", file.name)
		}
	}
	switch {
	case (n.CertFile == "") != (n.KeyFile == ""):
		return errors.New("cert_file, nats.key_file: one is of no use without the other")
	case n.Inbox == "" || strings.ContainsAny(n.Inbox, "*> \t") || strings.HasPrefix(n.Inbox, ".") || strings.HasSuffix(n.Inbox, "."):
		return fmt.Errorf("inbox: %q is no prefix of a subject as _INBOX", n.Inbox)
	}
	return nil
}

// checkAddress wants host:port; no host stands for all addresses of the machine.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is no address as 127.0.0.1:8080", address)
	}
	return nil
}

// checkLoopback wants an address that only this machine reaches: the server
// inside has no authentication.
func checkLoopback(address string) error {
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); checkAddress(address) != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is no loopback address as 127.0.0.1:4222", address)
	}
	return nil
}

// checkServers wants one address of a NATS server, or several, separated by commas.
func checkServers(list string) error {
	for address := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil {
			return errors.New("it is not well formed, as nats://host:4222") // the address may hold a password
		}
		switch u.Scheme {
		case "nats", "tls", "ws", "wss":
		default:
			return errors.New("an address such as nats://host:4222 is needed (or tls, ws, wss)")
		}
		if u.Hostname() == "" {
			return errors.New("there is no host in it, as in nats://host:4222")
		}
	}
	return nil
}

func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("an address such as http://host:4318 is needed")
	}
	return nil
}
