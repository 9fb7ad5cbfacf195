package configs

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/rouse/rouse/oncall"
)

func (l *loader) providers(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "twilio", "smtp")
		name, _ := o.uniqueName(seen)
		p := Provider{Name: name}
		twilio, smtp := o.get("twilio"), o.get("smtp")
		switch {
		case twilio.given() == smtp.given() && o.given():
			item.fail("needs exactly one of twilio and smtp", "write one kind per provider")
		case twilio.given():
			p.Twilio = twilio.twilio()
		case smtp.given():
			p.SMTP = smtp.smtp()
		}
		if name != "" && !pathForm.MatchString(name) {
			o.get("name").fail(fmt.Sprintf("%q cannot be part of a web address", clip(name)), "use letters, digits, `.`, `_` and `-`")
		}
		l.c.Providers = append(l.c.Providers, p)
	}
}

// accountSID and serviceSID are Twilio's identifiers.
var (
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

var senderForm = regexp.MustCompile(`^([0-9]{3,8}|[A-Za-z0-9 ]{1,11})$`)

func (v value) twilio() *Twilio {
	o := v.object("account_sid", "auth_token", "from", "messaging_service_sid", "base_url", "machine_detection")
	t := &Twilio{BaseURL: "https://api.twilio.com"}
	account := o.need("account_sid", "write the account's SID or env:NAME")
	if t.AccountSID, _ = account.open(); account.written(t.AccountSID.Reveal()) && !accountSID.MatchString(t.AccountSID.Reveal()) {
		account.fail("is no account SID", "write AC and 32 hexadecimal digits, as the console shows it, or env:NAME")
	}
	t.AuthToken = o.need("auth_token", secretAdvice).secrets()
	from := o.get("from")
	t.From, _ = from.setting()
	t.Calls = from.given() && (t.From == "" || e164.MatchString(t.From))
	if t.MessagingServiceSID, _ = o.get("messaging_service_sid").setting(); o.get("messaging_service_sid").written(t.MessagingServiceSID) && !serviceSID.MatchString(t.MessagingServiceSID) {
		o.get("messaging_service_sid").fail("is no SID of a messaging service", "write MG and 32 hexadecimal digits, or env:NAME")
	}
	if !from.given() && !o.get("messaging_service_sid").given() && o.given() {
		o.get("from").fail("is missing", "write the number that texts and calls come from, or messaging_service_sid")
	}
	switch {
	case t.From == "" && !from.given():
		o.here().warn("no-voice", "has no `from`, so it can send texts but make no calls", "add a number as `from`")
	case t.From == "" || e164.MatchString(t.From):
	case senderForm.MatchString(t.From):
		from.warn("no-voice", "is no full number: it cannot make calls, and people cannot answer its texts", "write a number such as \"+15550100001\"")
	default:
		from.fail(fmt.Sprintf("%q is not a phone number", maskPhone(t.From)), phoneAdvice)
	}
	if base, ok := o.get("base_url").webURL(); ok && base != "" {
		t.BaseURL = base
	}
	t.MachineDetection = o.get("machine_detection").boolean()
	return t
}

func (v value) smtp() *SMTP {
	o := v.object("address", "from", "username", "password", "tls")
	s := &SMTP{TLS: "auto"}
	s.Address, _ = o.need("address", `write the mail server, such as "smtp.example.com:587"`).hostPort(false)
	from := o.need("from", "write the address that mail comes from")
	if address, ok := from.setting(); ok && address != "" && from.mailAddress(address) != "" {
		s.From = address
	}
	s.Username, _ = o.get("username").setting()
	s.Password = o.get("password").secret()
	if o.get("username").given() != o.get("password").given() {
		o.fail("has a username or a password but not both", "write both, or neither for a server without login")
	}
	if tls, ok := o.get("tls").word("auto", "starttls", "implicit", "none"); ok {
		s.TLS = tls
	}
	if s.TLS == "none" && !s.Password.IsZero() {
		o.get("tls").warn("plain-smtp", "sends the password unencrypted", "write starttls or implicit")
	}
	return s
}

// defaultIncidents is more than people can read, and more than a disaster of any size opens that is grouped by what failed and
// where; a label with a number in it passes it within minutes.
const defaultIncidents = 2000

func (l *loader) limits(v value) {
	o := v.object("sms", "call", "email", "daily_spend", "incidents_per_integration")
	per := func(name string) Rate {
		r, _ := parsed(o.get(name).object("per_number").get("per_number"), parseRate, `write a limit such as "6 in 15m"`)
		return r
	}
	l.c.Limits = Limits{SMS: per("sms"), Call: per("call"), Email: per("email")}
	l.c.Limits.Incidents = defaultIncidents
	if n, ok := o.get("incidents_per_integration").integer(1); ok {
		l.c.Limits.Incidents = n
	}
	spend := o.get("daily_spend").object("messages", "calls")
	l.c.Limits.DailyMessages, _ = spend.get("messages").integer(1)
	l.c.Limits.DailyCalls, _ = spend.get("calls").integer(1)
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

const phoneAdvice = `write it as +, country code and number without spaces, in quotes: "+34600000001"`

// phone reads an E.164 number. One of the right shape that is not assigned to anybody is only doubted.
func (v value) phone() string {
	s, ok := v.text()
	if !ok {
		return ""
	}
	v.l.hide[v.n] = maskPhone(s)
	if !e164.MatchString(s) {
		v.fail(fmt.Sprintf("%q is not a phone number", maskPhone(s)), phoneAdvice)
		return ""
	}
	number, err := phonenumbers.Parse(s, "")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		v.warn("phone-number", "looks like a number that nobody has", "check its digits")
	}
	return s
}

// maskPhone hides all digits but the last four.
func maskPhone(s string) string {
	r := []rune(clip(s))
	for i := range max(0, len(r)-4) {
		if r[i] >= '0' && r[i] <= '9' {
			r[i] = '*'
		}
	}
	return string(r)
}

// mailAddress checks an address, with or without a name before it, and returns the address alone.
func (v value) mailAddress(s string) string {
	a, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		v.fail(fmt.Sprintf("%q is not a mail address", clip(s)), "write it as ana@example.com")
		return ""
	}
	return a.Address
}

func (l *loader) integrations(v value) {
	types := []string{"alertmanager", "grafana", "prometheus", "pagerduty", "opsgenie", "generic"}
	var tokens sharing
	v.object().each(func(name string, v value) {
		if !pathForm.MatchString(name) || len(name) > 64 {
			v.here().fail(fmt.Sprintf("%q cannot be part of a web address", clip(name)), "use at most 64 letters, digits, `.`, `_` and `-`")
		}
		if name == "rouse" || name == "heartbeat" {
			v.here().fail(fmt.Sprintf("%q is the name under which rouse's own alerts appear", name), "choose another")
		}
		o := v.object("type", "token", "hmac", "insecure")
		if !o.given() {
			v.fail("is empty", "write {type: generic, token: env:NAME}")
			return
		}
		i := Integration{Name: name, Insecure: o.get("insecure").boolean(), Pos: l.pos(v)}
		i.Type, _ = o.need("type", "write one of "+strings.Join(types, ", ")).word(types...)
		i.HMAC = o.get("hmac").secret()
		token := o.get("token")
		if !i.Insecure {
			token = o.need("token", secretAdvice)
		} else {
			o.get("insecure").warn("insecure-integration", "lets anybody who reaches rouse open incidents", "give it a token")
		}
		i.Token = token.secrets()
		token.guessable(i.Token)
		if slices.Contains([]string{"prometheus", "pagerduty", "opsgenie"}, i.Type) {
			tokens.check(token, i.Type, i.Token)
		}
		l.c.Integrations = append(l.c.Integrations, i)
	})
}

func (l *loader) heartbeats(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "every", "grace", "service")
		h := Heartbeat{}
		h.Name, _ = o.uniqueName(seen)
		if h.Name != "" && !pathForm.MatchString(h.Name) {
			o.get("name").fail(fmt.Sprintf("%q cannot be part of a web address", clip(h.Name)), "use letters, digits, `.`, `_` and `-`")
		}
		h.Every, _ = o.need("every", "write how often it is heard, such as 5m").duration(time.Second)
		h.Grace, _ = o.get("grace").duration(0)
		h.Service, _ = o.need("service", "name the service whose incident its silence opens").ref(aService)
		l.c.Heartbeats = append(l.c.Heartbeats, h)
	}
}

func (l *loader) drills(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "every", "timezone", "escalation")
		d := Drill{Zone: time.UTC}
		d.Name, _ = o.uniqueName(seen)
		if d.Name != "" && (!pathForm.MatchString(d.Name) || len(d.Name) > 64) {
			o.get("name").fail(fmt.Sprintf("%q cannot be part of a web address", clip(d.Name)), "use at most 64 letters, digits, `.`, `_` and `-`")
		}
		d.At, _ = parsed(o.need("every", momentAdvice), parseMoment, momentAdvice)
		if zone, ok := parsed(o.need("timezone", zoneAdvice), parseZone, zoneAdvice); ok {
			d.Zone = zone
		}
		policy, _ := o.need("escalation", "name the policy that is tried").ref(aPolicy)
		d.Policy, d.at = oncall.PolicyID(policy), item.at
		l.c.Drills = append(l.c.Drills, d)
	}
}
