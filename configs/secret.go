package configs

import (
	"fmt"
	"log/slog"
)

// hidden is all that a Secret ever shows of itself.
const hidden = "<secret>"

// Secret is a value that came from outside the file and never prints itself, whatever is used to print it.
// The zero Secret is an unset one.
type Secret struct {
	ref   string  // env:NAME or file:PATH; empty for one that was written literally where that is allowed
	value *string // behind a pointer, since fmt reads the fields of nested structs when a verb does not fit; nil: empty
}

// NewSecret makes a Secret of a value, for tests and for values that do not come from a file.
func NewSecret(value string) Secret { return Secret{value: held(value)} }

// Reveal returns the secret itself. It is empty when the file was loaded with SkipSecrets.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

func held(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// Ref is where the secret comes from, env:NAME or file:PATH, and empty when it was written literally.
func (s Secret) Ref() string { return s.ref }

// IsZero reports whether the secret was not configured at all.
func (s Secret) IsZero() bool { return s == Secret{} }

// String is "<secret>".
func (s Secret) String() string { return hidden }

// GoString is "<secret>", so that %#v is safe too.
func (s Secret) GoString() string { return hidden }

// Format writes "<secret>" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText writes "<secret>" in JSON, XML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalYAML writes "<secret>".
func (s Secret) MarshalYAML() (any, error) { return hidden, nil }

// LogValue is "<secret>" in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// shortToken is how many characters a token has at least that nobody can find by trying.
const shortToken = 12

// guessable warns of a token that somebody can find by trying. One that is written literally is an example's.
func (v value) guessable(tokens []Secret) {
	for _, s := range tokens {
		if n := len(s.Reveal()); n > 0 && n < shortToken && s.Ref() != "" {
			v.warn("short-token", fmt.Sprintf("has fewer than %d characters: somebody can find it by trying", shortToken), "make a long one: openssl rand -hex 24")
			return
		}
	}
}
