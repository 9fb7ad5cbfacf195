package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
)

// parseNumber reads an incident's number as people write it: 42, INC-42, #42.
func parseNumber(s string) (int64, error) {
	return parseRef(s, "INC-", "%q is no incident's number: write 42 or INC-42 (rouse incidents list shows them)")
}

// parseProblem reads a problem's number as people write it: 3, PRB-3, #3.
func parseProblem(s string) (int64, error) {
	return parseRef(s, "PRB-", "%q is no problem's number: write 3 or PRB-3 (rouse problem list shows them)")
}

func parseRef(s, prefix, otherwise string) (int64, error) {
	digits := strings.TrimPrefix(s, "#")
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		digits = s[len(prefix):]
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || digits[0] == '+' {
		return 0, fmt.Errorf(otherwise, plain(s))
	}
	return n, nil
}

// ref is what people call an incident; nothing for none.
func ref(n int64) string {
	if n == 0 {
		return ""
	}
	return incident.Ref(n)
}

func refs(numbers []int64) string {
	words := make([]string, len(numbers))
	for k, n := range numbers {
		words[k] = ref(n)
	}
	return strings.Join(words, ", ")
}

// problemRef is what people call a problem; nothing for none.
func problemRef(n int64) string {
	if n == 0 {
		return ""
	}
	return problem.Ref(n)
}
