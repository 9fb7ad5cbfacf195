package receivers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"strings"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	commoncfg "github.com/prometheus/common/config"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/smtp"
)

// email is Alertmanager's email integration with a mail client that keeps deadlines and names its failures.
type email struct {
	conf *config.EmailConfig
	tmpl *template.Template
	log  *slog.Logger
	via  *smtp.Provider
	name string // email[0]
}

func newEmail(index int, c *config.EmailConfig, tmpl *template.Template, log *slog.Logger, dial Dialer) (*email, error) {
	tlsConfig, err := commoncfg.NewTLSConfig(c.TLSConfig)
	if err != nil {
		return nil, fmt.Errorf("tls_config: %w", err)
	}
	password, md5 := secretOf(c)
	via, err := smtp.New(smtp.Config{
		Name: "email", Address: c.Smarthost.String(),
		From:     "rouse@rouse.invalid", // each mail has its own, from a template
		Username: c.AuthUsername, PasswordFunc: password, ChallengeMD5: md5, Identity: c.AuthIdentity,
		TLS: tlsMode(c), TLSConfig: tlsConfig, Hello: c.Hello, DialContext: smtp.Dialer(dial),
	})
	if err != nil {
		return nil, err
	}
	return &email{conf: c, tmpl: tmpl, log: log, via: via, name: fmt.Sprintf("email[%d]", index)}, nil
}

// tlsMode reads Alertmanager's two switches: implicit TLS by choice or by port 465, else STARTTLS when TLS is required.
func tlsMode(c *config.EmailConfig) smtp.TLSMode {
	switch {
	case c.ForceImplicitTLS != nil && *c.ForceImplicitTLS, c.ForceImplicitTLS == nil && c.Smarthost.Port == "465":
		return smtp.Implicit
	case c.RequireTLS == nil || *c.RequireTLS:
		return smtp.StartTLS
	}
	return smtp.None
}

// secretOf finds the password, or the secret for CRAM-MD5 when that is all there is.
func secretOf(c *config.EmailConfig) (get func() (string, error), md5 bool) {
	value, file := string(c.AuthPassword), c.AuthPasswordFile
	if value == "" && file == "" {
		value, file, md5 = string(c.AuthSecret), c.AuthSecretFile, true
	}
	return func() (string, error) { return valueOrFile(value, file) }, md5
}

// valueOrFile returns a value, or what is in the file now, without blanks around it.
func valueOrFile(value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(content)), nil
}

// Notify mails each recipient by itself, so that one bad address keeps nobody else from hearing.
func (e *email) Notify(ctx context.Context, alerts ...*amalert.Alert) (bool, error) {
	letter, recipients, err := e.render(ctx, alerts)
	if err != nil {
		return false, &notify.Error{Class: notify.Content, Err: err}
	}
	var first *notify.Error
	var texts []string
	for _, to := range recipients {
		letter.To = to.String()
		if _, err := e.via.Post(ctx, letter); err != nil {
			fault := notify.Classify(err)
			texts = append(texts, to.Address+": "+fault.Err.Error())
			if first == nil || retryable(fault) && !retryable(first) {
				first = fault
			}
		}
	}
	if first == nil {
		return false, nil
	}
	out := *first
	out.Err = errors.New(strings.Join(texts, "; "))
	return retryable(first), &out
}

func (e *email) render(ctx context.Context, alerts []*amalert.Alert) (smtp.Mail, []*mail.Address, error) {
	var err error
	data := amnotify.GetTemplateData(ctx, e.tmpl, alerts, e.log)
	text := amnotify.TmplText(e.tmpl, data, &err)
	letter := smtp.Mail{From: text(e.conf.From), Text: text(e.conf.Text), Headers: map[string]string{}}
	to := text(e.conf.To)
	subject, ok := e.conf.Headers["Subject"]
	if !ok {
		subject = config.DefaultEmailSubject
	}
	letter.Subject = text(subject)
	for name, value := range e.conf.Headers {
		letter.Headers[name] = text(value)
	}
	letter.HTML = amnotify.TmplHTML(e.tmpl, data, &err)(e.conf.HTML)
	if err != nil {
		return letter, nil, err
	}
	letter.ID = e.letterID(ctx, data)
	e.thread(ctx, letter.Headers)
	recipients, err := mail.ParseAddressList(to)
	if err != nil {
		return letter, nil, fmt.Errorf("to %q: %w", to, err)
	}
	return letter, recipients, nil
}

// letterID is the same for a retry of the same news, so that a mailbox drops the second copy.
func (e *email) letterID(ctx context.Context, data *template.Data) string {
	if id, _ := amnotify.AggrGroupID(ctx); id != "" {
		return id + " " + data.Receiver + " " + e.name
	}
	key, _ := amnotify.GroupKey(ctx)
	now, _ := amnotify.Now(ctx)
	return strings.Join([]string{data.Receiver, e.name, key, data.Status, data.NotificationReason, now.UTC().Format("20060102T150405.000000")}, " ")
}

// thread makes the mails about one incident one conversation. The root is a Message-ID that no mail has; readers cope.
func (e *email) thread(ctx context.Context, headers map[string]string) {
	if !e.conf.Threading.Enabled {
		return
	}
	key, _ := amnotify.GroupKey(ctx)
	day := ""
	if now, ok := amnotify.Now(ctx); ok && e.conf.Threading.ThreadByDate != "none" {
		day = now.Format("2006-01-02")
	}
	root := fmt.Sprintf("<incident-%.16s-%s@rouse>", amnotify.Key(key).Hash(), day)
	headers["References"], headers["In-Reply-To"] = root, root
}
