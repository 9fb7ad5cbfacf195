package migrate

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// house is what an import found, in rouse's words and in the order in which it is written. Names are rouse's own.
type house struct {
	source    string // as people call it
	users     []user
	teams     []team
	schedules []schedule
	policies  []policy
	services  []service
	fallback  string
	route     *yaml.Node
	routeHead string    // a comment above it
	more      []section // after the route: Alertmanager's own keys
	feed      []string  // lines of the block of integrations, which is commented out for want of tokens
	lost      []Lost    // what belongs to no place of the file
}

// section is a key at the top of the file.
type section struct {
	key   string
	value *yaml.Node
	head  string // a comment above it, with its #
}

// notes are the things that one place of the file says had no equal.
type notes []string

func (n *notes) add(format string, args ...any) {
	if s := oneLine(fmt.Sprintf(format, args...)); !slices.Contains(*n, s) {
		*n = append(*n, s)
	}
}

type user struct {
	id, name, zone, phone, email string
	high, low                    []step
	notes                        notes
}

// step is a step of somebody's notification rules.
type step struct {
	via   string // sms | call | email
	after int    // minutes
}

type team struct {
	id, manager string
	members     []string
	notes       notes
}

type schedule struct {
	id, team, zone string
	layers         []layer
	overrides      []override
	notes          notes
}

// layer is a rotation with what restricts it.
type layer struct {
	name           string
	users          []string
	every          string // daily, weekly, monthly, hourly, or a duration
	start, handoff string
	hours          []string
	notes          notes
}

type override struct{ user, from, to, reason string }

type policy struct {
	id     string
	levels []level
	repeat int // 0: forever
	then   string
	notes  notes
}

type level struct {
	notify []string
	wait   string
	turns  bool
	notes  notes
}

type service struct {
	id, team, policy, impact, ack string
	notes                         notes
}

// placeholder is who is paged where the source does not know anybody.
const placeholder = "oncall"

// everyone is the policy that comes when all else finds nobody.
const everyone = "everyone"
