package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
	proto "github.com/wneessen/go-mail/smtp"

	"github.com/rouse/rouse/notify"
)

// goodbye is how long the server may take to answer QUIT once the message is its own.
const goodbye = 2 * time.Second

// deliver carries one message over one connection, which is cut the moment ctx ends.
func (p *Provider) deliver(ctx context.Context, msg *gomail.Msg, password string) *notify.Error {
	client, err := gomail.NewClient(p.host, p.options(ctx, password)...)
	if err != nil {
		return &notify.Error{Class: notify.Account, Err: err}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		fault := classifyGreeting(err)
		if fault.Code == 0 && ctx.Err() != nil { // cut by us: it says nothing of the account
			fault.Class = notify.Transient
		}
		return fault
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() { // whatever went wrong afterwards, the server has it
		err = nil
	}
	if session.UpdateDeadline(goodbye) == nil {
		_ = client.CloseWithSMTPClient(session) // good manners only: the message is settled
	}
	return classifySend(err)
}

func (p *Provider) options(ctx context.Context, password string) []gomail.Option {
	opts := []gomail.Option{
		gomail.WithPort(p.port),
		gomail.WithTimeout(p.c.Timeout),
		gomail.WithDialContextFunc(p.dialer(ctx)),
		gomail.WithTLSConfig(p.tlsConfig()),
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
	}
	if p.c.Hello != "" {
		opts = append(opts, gomail.WithHELO(p.c.Hello))
	}
	switch {
	case p.implicit(): // our dialer has done the handshake
		opts = append(opts, gomail.WithSSL(), gomail.WithTLSPolicy(gomail.NoTLS))
	case p.c.TLS == None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case p.c.TLS == StartTLS, p.c.Username != "":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	return append(opts, p.credentials(password)...)
}

// credentials chooses how to authenticate. go-mail refuses PLAIN and LOGIN without TLS, but for this machine.
func (p *Provider) credentials(password string) []gomail.Option {
	switch {
	case p.c.Username == "":
		return nil
	case p.c.ChallengeMD5:
		return []gomail.Option{gomail.WithSMTPAuthCustom(proto.CRAMMD5Auth(p.c.Username, password))}
	case p.c.Identity != "":
		return []gomail.Option{gomail.WithSMTPAuthCustom(proto.PlainAuth(p.c.Identity, p.c.Username, password, p.host, false))}
	}
	ways := []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5}
	if p.c.TLS == None && !loopback(p.host) {
		ways = []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5}
	}
	return []gomail.Option{
		gomail.WithUsername(p.c.Username), gomail.WithPassword(password), gomail.WithOpportunisticSMTPAuth(ways...),
	}
}

// dialer opens the connection and ties it to ctx, the whole delivery's: go-mail itself minds a context only while dialling.
func (p *Provider) dialer(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := p.c.DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		if !p.implicit() {
			return conn, nil
		}
		secure := tls.Client(conn, p.tlsConfig())
		if err := secure.HandshakeContext(dialing); err != nil {
			return nil, err
		}
		return secure, nil
	}
}

func (p *Provider) implicit() bool {
	return p.c.TLS == Implicit || p.c.TLS == Auto && p.port == 465 // RFC 8314 section 3.3
}

func (p *Provider) tlsConfig() *tls.Config {
	c := &tls.Config{}
	if p.c.TLSConfig != nil {
		c = p.c.TLSConfig.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = p.host
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
