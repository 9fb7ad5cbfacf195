package configs

import (
	_ "embed"
	"strconv"
	"strings"
)

//go:embed default.yaml
var defaultYAML string

//go:embed demo.yaml
var demoYAML string

// Default is a documented minimal configuration to start from.
func Default() []byte { return []byte(defaultYAML) }

// Demo is the configuration of `rouse serve --demo`: three people, two services, short waits, tokens that are no secrets.
// baseURL is where the provider `phones` sends to, publicURL where rouse itself is reached. Load it with Options.Literal.
func Demo(baseURL, publicURL string) []byte {
	return []byte(strings.NewReplacer(
		`"http://phones.invalid"`, strconv.Quote(baseURL),
		`"http://rouse.invalid"`, strconv.Quote(publicURL),
	).Replace(demoYAML))
}
