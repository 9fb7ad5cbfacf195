// Package receivers tells rooms: Slack, Teams, Telegram, Discord, webhooks, mailing lists and everything else that
// Alertmanager can notify, in Alertmanager's configuration syntax and with its templates.
//
// It is the one package that knows Alertmanager's notify and config; they weigh sixty modules and change between minor
// releases, so nothing of theirs shows in its API. It decides nothing and queues nothing. Two kinds do not use
// Alertmanager's code, for it ignores deadlines and prints the bot's token: email goes through notify/smtp, telegram through
// a client of our own; their configuration and templates are Alertmanager's all the same.
//
// Its law: a Send ends when its context does, whatever the other side does; no secret of the configuration is ever in an
// error; and an integration that took a note is not told again when another of the same room has to be.
package receivers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	commoncfg "github.com/prometheus/common/config"
)

// Defaults of Options, and bounds that are nobody's business to change.
const (
	DefaultTimeout = 15 * time.Second
	connLifetime   = time.Minute            // no connection outlives this, so no goroutine hangs on one for longer
	maxAnswer      = 1 << 20                // bytes read from one connection
	grace          = 250 * time.Millisecond // for an integration to say what became of it after its time ran out
)

// ErrClosed is in the error of a Send after Close.
var ErrClosed = errors.New("the rooms are closed")

// Dialer opens connections, as net.Dialer does.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Options are what all rooms share. The zero value works.
type Options struct {
	ExternalURL   *url.URL      // rouse's public address, where a message's link leads when it has no incident of its own
	Global        []byte        // Alertmanager's `global:` mapping (SMTP smarthost, Slack URL, http_config...) as YAML; optional
	TemplateFiles []string      // globs of template files; they may redefine what rouse defines
	Timeout       time.Duration // for each integration, if the context gives no less; 0: DefaultTimeout
	DialContext   Dialer        // every connection goes through it; nil: Guard{}.DialContext, which reaches public addresses alone
	Log           *slog.Logger  // warnings of integrations; nil: none
}

// Rooms are the configured receivers. They are safe for concurrent use, and immutable but for what was told halfway.
type Rooms struct {
	rooms   map[string]*room
	names   []string
	timeout time.Duration
	ledger  ledger

	life context.Context // ends with Close; not a request's context, so it may be kept
	end  context.CancelFunc
	mu   sync.Mutex
	shut bool
	wg   sync.WaitGroup // goroutines that talk to integrations
}

// room is one receiver: integrations that are all told.
type room struct {
	name    string
	members []*member
}

// member is one integration of a room.
type member struct {
	label     string // slack[0], as in slack_configs[0]
	notifier  amnotify.Notifier
	resolved  bool // send_resolved
	veil      veil
	turn      chan struct{} // of one: its code is not safe for concurrent use; nil: it is
	keepsNote bool          // wants to find again what it sent for an incident (Slack's update_message)
	threads   threads
}

// Load reads receivers: a YAML list as Alertmanager's `receivers:` holds, or nothing. Whatever is wrong, an unknown field, a
// missing file, a template that does not parse, is reported at once, all of it, as ConfigErrors that may be joined.
func Load(yaml []byte, o Options) (*Rooms, error) {
	parsed, err := parse(yaml, o.Global)
	if err != nil {
		return nil, err
	}
	tmpl, err := stock(o)
	if err != nil {
		return nil, err
	}
	r := &Rooms{rooms: make(map[string]*room, len(parsed)), timeout: o.Timeout}
	if r.timeout <= 0 {
		r.timeout = DefaultTimeout
	}
	r.life, r.end = context.WithCancel(context.Background())
	b := builder{tmpl: tmpl, log: quiet(o.Log), dial: r.tether(o.DialContext)}
	var errs []error
	for _, c := range parsed {
		built, err := b.room(c)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.rooms[c.Name] = built
		r.names = append(r.names, c.Name)
	}
	if err := errors.Join(errs...); err != nil {
		r.end()
		return nil, err
	}
	slices.Sort(r.names)
	return r, nil
}

// Names returns the receivers' names, sorted.
func (r *Rooms) Names() []string { return slices.Clone(r.names) }

// Close cuts every connection and waits until nothing is being told any more. It may be called twice.
func (r *Rooms) Close() {
	r.mu.Lock()
	r.shut = true
	r.mu.Unlock()
	r.end()
	r.wg.Wait()
}

// builder makes rooms of configurations.
type builder struct {
	tmpl *template.Template
	log  *slog.Logger
	dial Dialer
}

func (b *builder) room(c config.Receiver) (*room, error) {
	hide := veilOf(c)
	if err := checkTemplates(b.tmpl, c); err != nil {
		return nil, hide.configError(c.Name, err)
	}
	integrations, err := b.integrations(c)
	if err != nil {
		return nil, hide.configError(c.Name, err)
	}
	members := make([]*member, len(integrations))
	for i := range integrations {
		in := &integrations[i]
		m := &member{label: fmt.Sprintf("%s[%d]", in.Name(), in.Index()), notifier: in, resolved: in.SendResolved(), veil: hide}
		m.keepsNote = in.Name() == "slack" && c.SlackConfigs[in.Index()].UpdateMessage
		if m.keepsNote || in.Name() == "wechat" { // a token or a thread is kept without a lock
			m.turn = make(chan struct{}, 1)
		}
		members[i] = m
	}
	return &room{name: c.Name, members: members}, nil
}

// integrations builds Alertmanager's integrations, and ours for the two kinds that ignore deadlines.
func (b *builder) integrations(c config.Receiver) ([]amnotify.Integration, error) {
	theirs := c
	theirs.EmailConfigs, theirs.TelegramConfigs = nil, nil
	for _, pd := range theirs.PagerdutyConfigs {
		if pd.Severity == "" { // else filled in at each sending, without a lock
			pd.Severity = "error"
		}
	}
	for _, po := range theirs.PushoverConfigs {
		if po.Priority == config.DefaultPushoverConfig.Priority {
			po.Priority = calmPriority
		}
	}
	opts := []commoncfg.HTTPClientOption{
		commoncfg.WithDialContextFunc(commoncfg.DialContextFunc(b.dial)),
		commoncfg.WithKeepAlivesDisabled(), // rooms are told rarely: a fresh connection is never a stale one
		commoncfg.WithUserAgent("rouse"),
	}
	all, err := receiver.BuildReceiverIntegrations(theirs, b.tmpl, b.log, opts...)
	if err != nil {
		return nil, err
	}
	for i, ec := range c.EmailConfigs {
		n, err := newEmail(i, ec, b.tmpl, b.log, b.dial)
		if err != nil {
			return nil, fmt.Errorf("email_configs[%d]: %w", i, err)
		}
		all = append(all, amnotify.NewIntegration(n, ec, "email", i, c.Name))
	}
	for i, tc := range c.TelegramConfigs {
		n, err := newTelegram(tc, b.tmpl, b.log, opts)
		if err != nil {
			return nil, fmt.Errorf("telegram_configs[%d]: %w", i, err)
		}
		all = append(all, amnotify.NewIntegration(n, tc, "telegram", i, c.Name))
	}
	return all, nil
}

// quiet passes warnings and errors of integrations on, and drops their chatter.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(warnings{log.Handler()})
}

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
