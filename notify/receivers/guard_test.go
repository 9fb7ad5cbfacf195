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

// TestGuardInside: what the operator's file names may be inside, but not where the machine's own credentials are told, in whatever
// way the address is written.
func TestGuardInside(t *testing.T) {
	g := Guard{Inside: true}
	for ip, want := range map[string]bool{
		"93.184.215.14": true, "10.1.2.3": true, "127.0.0.1": true, "::1": true, "192.168.0.1": true, "100.64.1.1": true, "fd00::1": true,
		"64:ff9b::5db8:d70e": true, "2606:2800:21f::1": true,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false, "2002:a9fe:a9fe::1": false, "fe80::1%eth0": false,
		"fd00:ec2::254": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "255.255.255.255": false, "nonsense": false,
	} {
		err := g.check(net.JoinHostPort(ip, "80"))
		if got := err == nil; got != want || err != nil && !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v, want open %t", ip, err, want)
		}
	}
}

// TestGuardLooksBehindTheName: a literal that a resolver reads as an address is seen as what it is.
func TestGuardLooksBehindTheName(t *testing.T) {
	for _, address := range []string{"169.254.169.254:80", "[::ffff:169.254.169.254]:80", "[64:ff9b::a9fe:a9fe]:80"} {
		conn, err := Guard{Inside: true}.DialContext(t.Context(), "tcp", address)
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", address, err)
		}
		if conn != nil {
			_ = conn.Close()
		}
	}
}
