package receivers

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestGuardKnowsAddresses(t *testing.T) {
	inside := Guard{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	tests := []struct {
		ip          string
		open, given bool // for the zero Guard, for one that allows 10/8 and fd00::/8
	}{
		{"93.184.215.14", true, true},
		{"2606:2800:21f::1", true, true},
		{"::ffff:93.184.215.14", true, true},
		{"10.1.2.3", false, true},
		{"::ffff:10.0.0.1", false, true},
		{"fd00::1", false, true},
		{"172.16.0.1", false, false},
		{"192.168.0.1", false, false},
		{"127.0.0.1", false, false},
		{"127.255.0.1", false, false},
		{"169.254.169.254", false, false}, // metadata
		{"100.100.100.200", false, false}, // metadata, and carrier-grade NAT
		{"0.0.0.0", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"::", false, false},
		{"::1", false, false},
		{"fe80::1%eth0", false, false},
		{"ff02::1", false, false},
		{"64:ff9b::a00:1", false, false}, // 10.0.0.1 through NAT64
		{"2002:a00:1::", false, false},   // 10.0.0.1 through 6to4
		{"nonsense", false, false},
	}
	for _, tt := range tests {
		for guard, want := range map[*Guard]bool{{}: tt.open, &inside: tt.given} {
			err := guard.check(net.JoinHostPort(tt.ip, "443"))
			if got := err == nil; got != want || err != nil && !errors.Is(err, ErrForbidden) {
				t.Errorf("%s with %v allowed: %v, want open %v", tt.ip, guard.Allow, err, want)
			}
		}
	}
}
