package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// mostConnections is how many connections are held at a time, where the system lets the process have twice as many files. One
// address has a quarter of them.
const mostConnections = 4096

// connections bounds how many there are, in all and from one address, so that nobody who opens many and says nothing keeps
// alerts, the phones' callbacks and people out. Where there is no room one that waits for its client has to go; above all that
// of whoever has most.
type connections struct {
	most, each int
	dropped    prometheus.Counter

	mu    sync.Mutex
	count int
	from  map[netip.Addr][]*connection // in the order in which they came
}

// connection is one of them.
type connection struct {
	net.Conn
	of    *connections
	addr  netip.Addr
	busy  int // requests that are answered at the moment, under of.mu
	leave sync.Once
}

func newConnections(files int) *connections {
	most := max(min(mostConnections, files/2), 32)
	return &connections{
		most: most, each: most / 4, from: map[netip.Addr][]*connection{},
		dropped: prometheus.NewCounter(prometheus.CounterOpts{Name: "rouse_connections_dropped_total", Help: "Connections closed to make room, or for which there was none."}),
	}
}

// listen is ln with the bounds.
func (c *connections) listen(ln net.Listener) net.Listener { return &boundedListener{ln, c} }

type boundedListener struct {
	net.Listener
	c *connections
}

// Accept returns the next connection for which there is room; others are closed.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if in := l.c.enter(conn); in != nil {
			return in, nil
		}
		l.c.dropped.Inc()
		_ = conn.Close()
	}
}

// enter notes a connection; nil when there is no room for it.
func (c *connections) enter(conn net.Conn) *connection {
	in := &connection{Conn: conn, of: c, addr: sender(conn.RemoteAddr().String())}
	c.mu.Lock()
	out, ok := c.room(in.addr)
	if ok {
		c.from[in.addr] = append(c.from[in.addr], in)
		c.count++
	}
	c.mu.Unlock()
	if out != nil {
		c.dropped.Inc()
		_ = out.Close()
	}
	if !ok {
		return nil
	}
	return in
}

// room says whether one more from an address may enter, and who has to go for it.
func (c *connections) room(addr netip.Addr) (out *connection, ok bool) {
	switch own := c.from[addr]; {
	case len(own) >= c.each:
		out = waiting(own)
		return out, out != nil
	case c.count >= c.most:
		var crowd []*connection
		for _, list := range c.from {
			if len(list) > len(crowd) {
				crowd = list
			}
		}
		if len(crowd) <= len(own) {
			crowd = own
		}
		if out = waiting(crowd); out == nil && len(crowd) > len(own)+1 {
			out = crowd[0]
		}
		return out, out != nil
	}
	return nil, true
}

// waiting is the oldest connection whose client is silent or has not said what it wants; nil when all are being answered.
func waiting(list []*connection) *connection {
	if at := slices.IndexFunc(list, func(c *connection) bool { return c.busy == 0 }); at >= 0 {
		return list[at]
	}
	return nil
}

// Close closes the connection and makes room.
func (c *connection) Close() error {
	c.leave.Do(func() {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		list := slices.DeleteFunc(c.of.from[c.addr], func(x *connection) bool { return x == c })
		if c.of.from[c.addr] = list; len(list) == 0 {
			delete(c.of.from, c.addr)
		}
		c.of.count--
	})
	return c.Conn.Close()
}

type connectionKey struct{}

// context is for http.Server.ConnContext: requests know their connection.
func (c *connections) context(ctx context.Context, conn net.Conn) context.Context {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, conn)
}

// mark notes which connections have a request that is being answered.
func (c *connections) mark(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connectionKey{}).(*connection); ok {
			c.busy(conn, 1)
			defer c.busy(conn, -1)
		}
		next.ServeHTTP(w, r)
	})
}

func (c *connections) busy(conn *connection, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn.busy += n
}

// sender is the address that a request or connection is counted under: an IPv6 network of 64 bits is one household.
func sender(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	a := ap.Addr().Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
