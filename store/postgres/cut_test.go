package postgres

import (
	"bytes"
	"context"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// cutting dials connections that break off when a COMMIT is sent on them; delivered says whether the server gets it.
func cutting(dial pgconn.DialFunc, delivered bool) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &cutConn{Conn: c, delivered: delivered}, err
	}
}

// cutConn is a connection that breaks off. A prepared COMMIT is known by its statement, which pgx names by a hash of the text.
type cutConn struct {
	net.Conn
	delivered bool
	commit    []byte // name of the prepared COMMIT
	cut       bool
}

func (c *cutConn) Write(p []byte) (int, error) {
	if at := bytes.Index(p, []byte("\x00COMMIT\x00")); at >= 0 { // Parse: name, NUL, text, NUL
		begin := bytes.LastIndexByte(p[:at], 'P') + 5
		c.commit = append([]byte("\x00"), p[begin:at]...)
		c.commit = append(c.commit, 0)
	} else if c.commit != nil && bytes.Contains(p, c.commit) && bytes.Contains(p, []byte("E\x00\x00\x00\x09")) { // Bind to it, Execute
		c.cut = true
		if !c.delivered {
			return len(p), c.Conn.Close()
		}
	}
	return c.Conn.Write(p)
}

func (c *cutConn) Read(p []byte) (int, error) {
	if c.cut {
		time.Sleep(200 * time.Millisecond) // so that the server is through with it
		_ = c.Conn.Close()
	}
	return c.Conn.Read(p)
}
