package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

var errBlocked = errors.New("blocked address")

// guard decides which addresses may be connected to. It is asked at every
// dial, after names are resolved: redirects and names that change their
// address do not get around it.
type guard struct {
	allow []netip.Prefix // exceptions, with any port
	ports []uint16
}

// reserved are the special-purpose ranges (IANA registries, RFC 6890) that
// netip has no predicate for.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// allocated is all of version 6 that is in use on the public internet (IANA
// IPv6 address space registry). What stands for version 4 elsewhere (64:ff9b::/96,
// ::ffff:0:0:0/96), private and site-local ranges are outside of it.
var allocated = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// control implements net.Dialer.ControlContext.
func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", errBlocked, address)
	}
	addr, err := netip.ParseAddr(host)
	port, err2 := strconv.ParseUint(portText, 10, 16)
	if err != nil || err2 != nil {
		return fmt.Errorf("%w: %s", errBlocked, address)
	}
	return g.check(addr, uint16(port))
}

// literal checks an address that is not dialled from here: what it says of
// itself, a number or a name, and a port. A name that only means something on
// the network of whoever resolves it is refused.
func (g guard) literal(at *url.URL) error {
	port := uint64(80)
	if at.Scheme == "https" {
		port = 443
	}
	if p := at.Port(); p != "" {
		var err error
		if port, err = strconv.ParseUint(p, 10, 16); err != nil {
			return fmt.Errorf("%w: port %q", errBlocked, p)
		}
	}
	host := strings.TrimRight(at.Hostname(), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.check(addr, uint16(port))
	}
	if !isPublicName(host) {
		return fmt.Errorf("%w: %q is no name of the public internet", errBlocked, host)
	}
	if !slices.Contains(g.ports, uint16(port)) {
		return g.wrongPort(uint16(port))
	}
	return nil
}

// localDomains are never resolved on the public internet (RFC 6761, 6762, 8375, and what
// ICANN reserved in 2024).
var localDomains = []string{".localhost", ".local", ".internal", ".home.arpa"}

// isPublicName reports whether a host may be a name of the public internet. One
// whose last label is a number is none (WHATWG URL, section 3.5): resolvers that
// read as inet_aton does take 0x7f.1 or 2130706433 for an address.
func isPublicName(host string) bool {
	host = strings.ToLower(host)
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		encoded, err := idna.Lookup.ToASCII(host) // with other digits and dots made plain
		if err != nil {
			return false
		}
		host = strings.TrimRight(encoded, ".")
	}
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 || isNumber(host[dot+1:]) {
		return false
	}
	return !slices.ContainsFunc(localDomains, func(domain string) bool { return strings.HasSuffix("."+host, domain) })
}

func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func (g guard) wrongPort(port uint16) error {
	return fmt.Errorf("%w: port %d is not one of %v (fetcher.allow_ports)", errBlocked, port, g.ports)
}

func (g guard) check(addr netip.Addr, port uint16) error {
	zone := addr.Zone()
	addr = addr.Unmap().WithZone("")
	in := func(p netip.Prefix) bool { return p.Contains(addr) }
	if slices.ContainsFunc(g.allow, in) {
		return nil
	}
	if zone != "" || !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Is6() && !allocated.Contains(addr) || slices.ContainsFunc(reserved, in) {
		return fmt.Errorf("%w: %s is not on the public internet (fetcher.allow_networks makes exceptions)", errBlocked, addr)
	}
	if !slices.Contains(g.ports, port) {
		return g.wrongPort(port)
	}
	return nil
}
