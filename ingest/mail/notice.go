package mail

import (
	"regexp"
	"strings"
)

// Loop is the header by which a mail that rouse itself has sent is known: it must not page about itself.
const Loop = "X-Loop"

var (
	daemon  = regexp.MustCompile(`^(?:mailer-daemon|postmaster|mail-daemon)(?:@|$)`)
	bounced = regexp.MustCompile(`(?i)^(?:undeliverable|undelivered mail|mail delivery (?:failed|failure|status)|delivery status notification|delivery (?:has )?(?:failed|failure)|returned mail|failure notice|unzustellbar|warning: could not send|mail system error)`)
	away    = regexp.MustCompile(`(?i)^(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|autoreply|out[ -]of[ -](?:the[ -])?office|on vacation|vacation|abwesenheit|automatische antwort|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord)`)
)

// notice says why a mail is no alert; empty for one that is. A mail of a machine says of itself that it is one (auto-generated, bulk, an
// empty return path), so what counts is that it answers a mail, or that it came back.
func (m *Mail) notice() string {
	h := m.Header
	kind, params := mediaType(h.Get("Content-Type"))
	auto, precedence := first(h.Get("Auto-Submitted")), first(h.Get("Precedence"))
	returned := h.has("Return-Path") && strings.Trim(h.Get("Return-Path"), "<> ") == ""
	bulk := precedence == "bulk" || precedence == "list" || precedence == "junk"
	of := " of " + firstOf(m.From, "nobody") + ": " + m.Subject
	switch report := strings.ToLower(params["report-type"]); {
	case m.Verdict != "":
		return "a mail" + of + ": " + m.Verdict
	case strings.EqualFold(strings.TrimSpace(h.Get(Loop)), "rouse"):
		return "a mail that rouse has sent itself" + of
	case kind == "multipart/report" && (report == "delivery-status" || report == "disposition-notification"),
		daemon.MatchString(m.From) && (returned || bounced.MatchString(m.Subject)):
		return "a mail that came back" + of
	case auto == "auto-replied", precedence == "auto_reply", h.has("X-Autoreply"), h.has("X-Autorespond"), away.MatchString(m.Subject) && (auto != "" || bulk || returned):
		return "an automatic reply" + of
	}
	return ""
}

// first is the first word of a field, in small letters.
func first(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	if k := strings.IndexAny(v, " ;(,"); k >= 0 {
		v = v[:k]
	}
	return v
}
