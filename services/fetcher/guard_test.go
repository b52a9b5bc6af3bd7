package fetcher

import (
	"errors"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	public := guard{ports: []uint16{80, 443}}
	for _, addr := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
		"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1",
		"100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
		"fec0::1", "ff02::1", "2606:4700::1111%eth0",
	} {
		if err := public.check(netip.MustParseAddr(addr), 443); !errors.Is(err, errBlocked) {
			t.Errorf("%s: %v, want it blocked", addr, err)
		}
	}
	for _, addr := range []string{"1.1.1.1", "151.101.1.140", "::ffff:1.1.1.1", "2606:4700::1111"} {
		if err := public.check(netip.MustParseAddr(addr), 443); err != nil {
			t.Errorf("%s: %v, want it allowed", addr, err)
		}
	}
	if err := public.check(netip.MustParseAddr("1.1.1.1"), 25); !errors.Is(err, errBlocked) {
		t.Errorf("port 25: %v, want it blocked", err)
	}
	exception := guard{allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if err := exception.check(netip.MustParseAddr("::ffff:127.0.0.1"), 8765); err != nil {
		t.Errorf("an allowed network: %v", err)
	}
	if err := exception.check(netip.MustParseAddr("10.0.0.1"), 8765); !errors.Is(err, errBlocked) {
		t.Errorf("another network: %v, want it blocked", err)
	}
}
