package router

import (
	"strconv"

	"github.com/rouse/rouse/alert"
)

// group returns an alert's group key and the labels that made it: {alertname="x", cluster="y"}, sorted by name. A label that
// the alert lacks, or that is empty, is left out. Different labels never give the same key, whatever they contain, and a key
// holds no control characters.
func (n *node) group(l alert.Labels) (string, map[string]string) {
	by := n.groupBy
	if n.groupAll {
		by = l.Names()
	}
	var (
		room [192]byte
		made map[string]string
	)
	key := append(room[:0], '{')
	for _, name := range by {
		value := l[name]
		if value == "" {
			continue
		}
		if made == nil {
			made = make(map[string]string, len(by))
		} else {
			key = append(key, ", "...)
		}
		made[name] = value
		key = appendName(key, name)
		key = append(key, '=')
		key = strconv.AppendQuote(key, value)
	}
	if made == nil {
		return "{}", nil
	}
	return string(append(key, '}')), made
}

// appendName writes a label name, in quotes unless it is a classic one.
func appendName(to []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c == ':' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return strconv.AppendQuote(to, name)
		}
	}
	return append(to, name...)
}
