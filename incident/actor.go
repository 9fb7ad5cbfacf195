package incident

// Signed returns who does an action and the verb for the audit log, such as "ack"; an empty verb for what happens by itself
// (alerts, timers, reports of a provider, automations).
func Signed(a Action) (by Actor, verb string) {
	switch a := a.(type) {
	case Open:
		return a.By, "report"
	case Drill:
		return a.By, "drill"
	case Ack:
		return a.By, "ack"
	case Escalate:
		return a.By, "escalate"
	case Resolve:
		return a.By, "resolve"
	case Reassign:
		return a.By, "reassign"
	case Hold:
		return a.By, "hold"
	case Note:
		return a.By, "note"
	case Close:
		return a.By, "close"
	}
	return signedProcess(a)
}

func signedProcess(a Action) (by Actor, verb string) {
	switch a := a.(type) {
	case Amend:
		return a.By, "change"
	case Diagnose:
		return a.By, "diagnose"
	case Attach:
		return a.By, "attach"
	case Assign:
		return a.By, "role"
	case Publish:
		return a.By, "update"
	case Resume:
		return a.By, "resume"
	case Reopen:
		return a.By, "reopen"
	case Confirm:
		return a.By, "confirm"
	case Relate:
		return a.By, "relate"
	case MergeInto:
		return a.By, "merge"
	case Absorb:
		return a.By, "absorb"
	case Reviewed:
		return a.By, "review"
	case Inform:
		return a.By, "inform"
	}
	return Actor{}, ""
}

// Person reports whether somebody did it: a user or a token.
func (a Actor) Person() bool { return a.Kind == ByUser || a.Kind == ByToken }
