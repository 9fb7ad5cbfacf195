package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// longestInput bounds what is read from standard input, in bytes; the daemon has its own, lower bounds.
const longestInput = 1 << 20

// input reads standard input, which is to be what.
func (r *remote) input(what string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.stdin, longestInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read from standard input: %w", what, err)
	case len(b) > longestInput:
		return nil, fmt.Errorf("%s on standard input is longer than %s: send less", what, size(longestInput))
	}
	return b, nil
}

// text is what the words of a command say together; a single - stands for standard input.
func (r *remote) text(words []string) (string, error) {
	if len(words) != 1 || words[0] != "-" {
		return strings.Join(words, " "), nil
	}
	b, err := r.input("the text")
	return string(b), err
}

// numbers reads incidents' numbers, each once; a - stands for those on standard input, parted by white space or commas.
func (r *remote) numbers(words []string) ([]int64, error) {
	var all []int64
	add := func(word string) error {
		n, err := parseNumber(word)
		if err == nil && !slices.Contains(all, n) {
			all = append(all, n)
		}
		return err
	}
	for _, w := range words {
		list := []string{w}
		if w == "-" {
			b, err := r.input("the numbers")
			if err != nil {
				return nil, err
			}
			if list = strings.Fields(strings.ReplaceAll(string(b), ",", " ")); len(list) == 0 {
				return nil, errors.New("there are no numbers on standard input: nothing was done")
			}
		}
		for _, word := range list {
			if err := add(word); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// oneOf refuses a word of a flag that is no such thing as there is; no word passes. People write - for _, and capitals.
func oneOf(flag, what string, word *string, words []string) error {
	if *word == "" || slices.Contains(words, *word) {
		return nil
	}
	if w := strings.ReplaceAll(strings.ToLower(*word), "-", "_"); slices.Contains(words, w) {
		*word = w
		return nil
	}
	return fmt.Errorf("%s: %q is no %s: write one of %s", flag, plain(*word), what, strings.Join(words, ", "))
}

// stateWords reads the states of a --state; "all" is no choice at all.
func stateWords(words, known []string) ([]string, error) {
	var out []string
	for _, w := range words {
		if err := oneOf("--state", "state", &w, known); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if slices.Contains(out, "all") {
		return nil, nil
	}
	return out, nil
}

// offer completes a flag with fixed words.
func offer(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

// offerFrom completes a flag with what the daemon knows.
func offerFrom(cmd *cobra.Command, flag string, f completer) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.CompletionFunc(f)) // the flag exists
}
