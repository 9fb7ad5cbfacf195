package oncall

import (
	"slices"
	"time"
)

// Rules returns the notification rules for an urgency; the defaults where the user has none
// (high: sms, call after 1m, call after 3m; low: email, sms after 15m). An urgency of another name counts as high.
func (u User) Rules(urgency Urgency) []Rule {
	if own := u.Notify[urgency]; len(own) > 0 {
		return slices.Clone(own)
	}
	switch urgency {
	case Low:
		return []Rule{{Via: Email}, {Via: SMS, After: 15 * time.Minute}}
	case High:
		return []Rule{{Via: SMS}, {Via: Call, After: time.Minute}, {Via: Call, After: 3 * time.Minute}}
	}
	return u.Rules(High)
}

// Address returns where a method reaches the user: a number, a mail address, or "" when it cannot.
func (u User) Address(via Method) string {
	switch via {
	case SMS, Call:
		return u.Phone
	case Email:
		return u.Email
	}
	return ""
}
