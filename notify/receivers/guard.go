package receivers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"time"
)

// Guard dials only where a room may be: public addresses, and those that Allow names. It looks at the address behind the
// name at the moment of dialling, so neither a redirect nor a name that changes its address gets past it. With a proxy_url it
// looks at the proxy's address alone; SNS with use_aws_http_client, or with AWS_CA_BUNDLE in the environment, dials by itself
// and is not guarded.
type Guard struct {
	Allow []netip.Prefix // such as 10.0.0.0/8 for a Mattermost inside; loopback too must be allowed by name
	// Inside allows every address but those where a cloud tells a machine its credentials, and those of the link: for rooms and
	// automations that the operator's own file names, chat servers inside their networks included.
	Inside bool
}

// dialTimeout is how long a connection may take to come about.
const dialTimeout = 5 * time.Second

// ErrForbidden is in the error of a dial that a Guard refused.
var ErrForbidden = errors.New("not a public address, and not in a network that rooms are allowed in")

// DialContext dials as net.Dialer does, or fails with ErrForbidden.
func (g Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout, Control: func(_, resolved string, _ syscall.RawConn) error { return g.check(resolved) }}
	return d.DialContext(ctx, network, address)
}

func (g Guard) check(resolved string) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("%s: %w", resolved, ErrForbidden)
	}
	ip := ap.Addr().Unmap().WithZone("")
	for _, p := range g.Allow {
		if p.Contains(ip) {
			return nil
		}
	}
	if g.Inside && !ofMachine(ip) || !g.Inside && public(ip) {
		return nil
	}
	return fmt.Errorf("%s: %w", ip, ErrForbidden)
}

// private are networks beyond those that netip knows by name, from the IANA registries of special-purpose addresses.
var private = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),     // this network
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT, and metadata services in it
	netip.MustParsePrefix("192.0.0.0/24"),  // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),  // documentation
	netip.MustParsePrefix("198.18.0.0/15"), // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),  // reserved, broadcast
	netip.MustParsePrefix("64:ff9b::/96"), // NAT64: an IPv4 address in disguise
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),  // discard
	netip.MustParsePrefix("2001::/23"), // Teredo and other assignments
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4
}

// metadata are addresses outside of the link at which clouds tell a machine its credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon
	netip.MustParseAddr("fd20:ce::254"),    // Google
}

// ofMachine reports whether an address, or the IPv4 address inside it (NAT64, 6to4), is of the link, of many, of none, or one of
// metadata.
func ofMachine(ip netip.Addr) bool {
	if !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLinkLocalUnicast() || slices.Contains(metadata, ip) {
		return true
	}
	if ip.Is4() {
		return ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
	}
	b := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip):
		return ofMachine(netip.AddrFrom4([4]byte(b[12:16])))
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return ofMachine(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return false
}

func public(ip netip.Addr) bool {
	if !ip.IsValid() || ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsMulticast() ||
		ip.IsLinkLocalUnicast() || ip.IsInterfaceLocalMulticast() {
		return false
	}
	for _, p := range private {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// tether makes every connection end: with Close of the rooms, after connLifetime, or after maxAnswer bytes were read.
func (r *Rooms) tether(dial Dialer) Dialer {
	if dial == nil {
		dial = Guard{}.DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &tethered{Conn: conn}
		c.left.Store(maxAnswer)
		c.unhook = context.AfterFunc(r.life, func() { _ = conn.Close() })
		c.timer = time.AfterFunc(connLifetime, func() { _ = conn.Close() })
		return c, nil
	}
}

type tethered struct {
	net.Conn
	left   atomic.Int64
	unhook func() bool
	timer  *time.Timer
}

var errAnswerTooLong = errors.New("the answer is longer than 1 MiB")

func (c *tethered) Read(p []byte) (int, error) {
	left := c.left.Load()
	if left <= 0 {
		return 0, errAnswerTooLong
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), left)])
	c.left.Add(int64(-n))
	return n, err
}

func (c *tethered) Close() error {
	c.unhook()
	c.timer.Stop()
	return c.Conn.Close()
}
