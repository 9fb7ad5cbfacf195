package receivers

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	texttemplate "text/template"

	amnotify "github.com/prometheus/alertmanager/notify"

	"github.com/rouse/rouse/notify"
)

// statusCode is how Alertmanager's Retrier writes down what the other side answered.
var statusCode = regexp.MustCompile(`unexpected status code (\d{3})\b`)

// classify gives an integration's error its class; nil for nil. again is Alertmanager's own opinion, which is too narrow:
// most integrations do not count 429 as worth another try.
func classify(again bool, err error) *notify.Error {
	if err == nil {
		return nil
	}
	var ready *notify.Error // our own integrations know better
	if errors.As(err, &ready) {
		return ready
	}
	e := &notify.Error{Err: err}
	if m := statusCode.FindStringSubmatch(err.Error()); m != nil {
		e.Code, _ = strconv.Atoi(m[1])
	}
	var why *amnotify.ErrorWithReason
	if errors.As(err, &why) || e.Code != 0 {
		e.Class = answered(e.Code, why, err.Error())
		return e
	}
	var file *fs.PathError // before the network's errors, which it resembles
	if errors.As(err, &file) {
		e.Class = notify.Account
		return e
	}
	e.Class, e.Unknown = unanswered(err)
	if e.Class == notify.None {
		e.Class = other(again, err)
	}
	return e
}

// answered judges what the other side said.
func answered(code int, why *amnotify.ErrorWithReason, text string) notify.Class {
	reason := amnotify.DefaultReason
	if why != nil {
		reason = why.Reason
	}
	switch {
	case code == 429, reason == amnotify.RateLimitedReason, says(text, busyWords):
		return notify.Throttle
	case code == 401, code == 403, code == 407, reason == amnotify.AuthErrorReason, says(text, accountWords):
		return notify.Account
	case code == 404, code == 410, says(text, goneWords):
		return notify.Dead
	case code >= 500, code == 408, code == 425, reason == amnotify.ServerErrorReason:
		return notify.Transient
	}
	return notify.Content
}

// Words with which chat services refuse, often with status 200 or 400: docs.slack.dev (chat.postMessage, incoming webhooks),
// core.telegram.org/bots/api, Rocket.Chat's and Mattermost's error ids.
var (
	busyWords    = []string{"ratelimited", "rate_limited", "too-many-requests", "message_limit_exceeded"}
	accountWords = []string{
		"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope", "invalid_token",
		"no_permission", "not_allowed_token_type", "org_login_required", "error-unauthorized", "invalid APISecret",
	}
	goneWords = []string{
		"channel_not_found", "is_archived", "channel_is_archived", "no_service", "no_team", "not_in_channel", "user_not_found",
		"team_disabled", "action_prohibited", "error-room-not-found", "room_not_found",
	}
)

func says(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// unanswered judges a request that got no answer; None when it never became a request.
func unanswered(err error) (class notify.Class, unknown bool) {
	var cert *tls.CertificateVerificationError
	var dns *net.DNSError
	var op *net.OpError
	var request *url.Error
	var network net.Error
	switch {
	case errors.Is(err, ErrForbidden), errors.As(err, &cert):
		return notify.Account, false
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return notify.Transient, false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &network), errors.As(err, &request):
		return notify.Transient, true
	}
	return notify.None, false
}

// other judges what went wrong on our side.
func other(again bool, err error) notify.Class {
	var template texttemplate.ExecError
	switch {
	case errors.As(err, &template):
		return notify.Content
	case again:
		return notify.Transient
	}
	return notify.Content
}
