// Package smtp sends mail: pages by e-mail, and the mail rooms of notify/receivers.
//
// It opens one connection for each message, speaks SMTP through go-mail, and gives every failure one of notify's classes.
// It renders nothing, retries nothing and keeps no queue. Its law: an error with Unknown set is the only one after which the
// message may have been taken, the same Message.ID always makes the same Message-ID, and nothing that a source wrote can
// add a header or a recipient.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// TLSMode says how a connection is encrypted.
type TLSMode string

// The modes. Auto is implicit TLS on port 465; elsewhere STARTTLS, which may be missing only where no password is sent.
const (
	Auto     TLSMode = "auto"
	StartTLS TLSMode = "starttls" // required
	Implicit TLSMode = "implicit"
	None     TLSMode = "none" // passwords are then sent to this machine alone, or by a challenge
)

// DefaultTimeout is how long one message may take, from dialling to the server's last word.
const DefaultTimeout = 30 * time.Second

// Dialer opens connections, as net.Dialer does.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Config describes one mail server and the account on it.
type Config struct {
	Name         string                 // of the provider in the configuration
	Address      string                 // host:port
	From         string                 // such as "rouse <rouse@example.com>"
	Username     string                 // empty: no authentication
	Password     string                 //
	PasswordFunc func() (string, error) // wins over Password; asked for each message, so a file may change
	Identity     string                 // authorisation identity of PLAIN; almost always empty
	ChallengeMD5 bool                   // the password is a CRAM-MD5 secret and may be used for nothing else
	TLS          TLSMode                // empty: Auto
	TLSConfig    *tls.Config            // nil: the system's roots and the host of Address
	Hello        string                 // name given in EHLO; empty: the machine's
	Timeout      time.Duration          // for each message; an earlier deadline of the context wins; 0: DefaultTimeout
	DialContext  Dialer                 // nil: net.Dialer
	Now          func() time.Time       // for the Date header; nil: the mail library's clock
}

// Provider sends mail over one account. It is safe for concurrent use.
type Provider struct {
	c    Config
	host string
	port int
	from *mail.Address
}

var _ notify.Provider = (*Provider)(nil)

// New checks a configuration and returns its provider. It connects to nothing yet.
func New(c Config) (*Provider, error) {
	host, text, err := net.SplitHostPort(c.Address)
	if err != nil {
		return nil, fmt.Errorf("smtp %s: address %q: write host:port, such as smtp.example.com:587", c.Name, c.Address)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 || host == "" {
		return nil, fmt.Errorf("smtp %s: address %q: write host:port, such as smtp.example.com:587", c.Name, c.Address)
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("smtp %s: from %q is not a mail address: %w", c.Name, c.From, err)
	}
	switch c.TLS {
	case "":
		c.TLS = Auto
	case Auto, StartTLS, Implicit, None:
	default:
		return nil, fmt.Errorf("smtp %s: tls %q: choose auto, starttls, implicit or none", c.Name, c.TLS)
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.DialContext == nil {
		c.DialContext = (&net.Dialer{}).DialContext
	}
	return &Provider{c: c, host: host, port: int(port), from: from}, nil
}

// Name is the provider's name in the configuration.
func (p *Provider) Name() string { return p.c.Name }

// Carries says whether the provider can send by this method: mail alone.
func (p *Provider) Carries(m oncall.Method) bool { return m == oncall.Email }

// Send mails one message. The receipt says Delivered, for the server's acceptance is all that mail ever tells.
func (p *Provider) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	if m.Via != oncall.Email {
		err := fmt.Errorf("provider %s sends mail, not %s", p.c.Name, m.Via)
		return notify.Receipt{}, &notify.Error{Class: notify.Account, Err: err}
	}
	id, err := p.Post(ctx, Mail{ID: m.ID, To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML})
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{ProviderID: id, Delivered: true}, nil
}

// Post mails one letter and returns its Message-ID. Any error is a *notify.Error.
func (p *Provider) Post(ctx context.Context, m Mail) (messageID string, err error) {
	msg, err := p.compose(m)
	if err != nil {
		return "", err
	}
	password, err := p.password()
	if err != nil {
		return "", &notify.Error{Class: notify.Account, Err: fmt.Errorf("password of mail provider %s: %w", p.c.Name, err)}
	}
	ctx, cancel := context.WithTimeout(ctx, p.c.Timeout)
	defer cancel()
	if fault := p.deliver(ctx, msg, password); fault != nil {
		return "", p.explain(ctx, fault, password)
	}
	return msg.GetMessageID(), nil
}

func (p *Provider) password() (string, error) {
	if p.c.Username == "" {
		return "", nil
	}
	if p.c.PasswordFunc != nil {
		return p.c.PasswordFunc()
	}
	return p.c.Password, nil
}

// explain says in the error where it happened and that time ran out, if it did, and keeps the password out of it.
func (p *Provider) explain(ctx context.Context, fault *notify.Error, password string) error {
	err := fmt.Errorf("mail server %s: %w", p.c.Address, fault.Err)
	if ctx.Err() != nil {
		err = fmt.Errorf("mail server %s: gave up: %w: %w", p.c.Address, context.Cause(ctx), fault.Err)
	}
	if text := err.Error(); scrub(text, password) != text {
		err = errors.New(scrub(text, password))
	}
	fault.Err = err
	return fault
}
