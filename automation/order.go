package automation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Order is one step that is due, as it waits in the outbox: the Text of a page of the kind incident.PageRun. It names the
// step and holds no secret; the step itself is looked up in the configuration of the day when it is carried out.
type Order struct {
	Rule    string  `json:"rule"`
	Step    int     `json:"step"` // from 0
	Kind    string  `json:"kind"` // of the step, so that another step in its place is not taken for it
	Payload Payload `json:"payload"`
}

// Errors of orders.
var (
	ErrOrder = errors.New("this is no order of an automation")
	ErrGone  = errors.New("the automation is no longer in the configuration")
)

// Orders returns an order for each step of the run that is External, with its payload; the payload's ID is a fit identifier
// for the page.
func (r Run) Orders(payload func(step int) Payload) []Order {
	var orders []Order
	for n, s := range r.Rule.Steps {
		if s.External() {
			orders = append(orders, Order{Rule: r.Rule.Name, Step: n, Kind: s.Kind(), Payload: payload(n)})
		}
	}
	return orders
}

// Encode writes the order for ParseOrder.
func (o Order) Encode() (string, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("order of automation %s: %w", o.Rule, err)
	}
	return string(b), nil
}

// ParseOrder reads what Encode wrote, of this version of rouse or an older one. Its error is an ErrOrder.
func ParseOrder(text string) (Order, error) {
	var o Order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return Order{}, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	if o.Rule == "" || o.Step < 0 || o.Kind == "" || o.Payload.ID == "" || o.Payload.Version != PayloadVersion {
		return Order{}, fmt.Errorf("%w: it lacks its rule, step, identifier or version", ErrOrder)
	}
	return o, nil
}

// Find looks the order's step up in the configuration of now. Its error is an ErrGone, which no second try mends.
func (o Order) Find(rules []Rule) (Step, error) {
	k := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == o.Rule })
	if k < 0 || o.Step < 0 || o.Step >= len(rules[k].Steps) || rules[k].Steps[o.Step].Kind() != o.Kind {
		return Step{}, fmt.Errorf("step %d, %s, of %s: %w", o.Step+1, o.Kind, o.Rule, ErrGone)
	}
	return rules[k].Steps[o.Step], nil
}
