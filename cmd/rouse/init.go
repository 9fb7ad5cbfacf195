package main

import (
	"bufio"
	"cmp"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/rouse/rouse/configs"
)

//go:embed init.yaml
var initTemplate string

// start is what init asks for.
type start struct{ Name, Phone, Zone, Service, Pages string }

// question is one of the five: its flag, its words, and what an answer has to be.
type question struct {
	flag, ask, help string
	to              *string
	check           func(string) error
}

func newInit(e env) *cobra.Command {
	var s start
	var out string
	var yes bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Ask five questions and write a first rouse.yaml",
		Long: "Ask five questions and write a first rouse.yaml, which `rouse check` finds good, with its tokens in files under secrets/ beside it.\n" +
			"An empty answer takes what stands in brackets; flags answer beforehand. Nothing that is there is overwritten.",
		Example: "  rouse init\n  rouse init --yes --name \"Ana Ruiz\" --phone +34600000001 --timezone Europe/Madrid --service checkout",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := os.Lstat(out); err == nil {
				return fmt.Errorf("%s is there already, and is not overwritten: name another file with --out, or move it away", out)
			}
			if err := e.questions(cmd, &s, yes); err != nil {
				return err
			}
			return e.begin(s, out)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.StringVar(&s.Name, "name", "Oncall", "who is paged first: a person's name")
	f.StringVar(&s.Phone, "phone", "+12025550103", "their phone number, with country code")
	f.StringVar(&s.Zone, "timezone", cmp.Or(e.machineZone(), "UTC"), "their time zone")
	f.StringVar(&s.Service, "service", "website", "what may break")
	f.StringVar(&s.Pages, "pages", "fake", "how pages go out: fake (phones in the browser) or twilio")
	f.StringVar(&out, "out", "rouse.yaml", "the file to write")
	f.BoolVar(&yes, "yes", false, "ask nothing")
	return cmd
}

// questions asks what no flag answers, until the input ends.
func (e env) questions(cmd *cobra.Command, s *start, yes bool) error {
	in := bufio.NewScanner(e.stdin)
	for k, q := range []question{
		{"name", "Who is paged first?", "a name", &s.Name, func(a string) error { return nameOf(a) }},
		{"phone", "Their phone number, with country code?", "such as +34600000001", &s.Phone, phoneOf},
		{"timezone", "Their time zone?", "such as Europe/Madrid", &s.Zone, func(a string) error { _, err := time.LoadLocation(a); return err }},
		{"service", "What may break? One word for a service.", "such as checkout", &s.Service, serviceOf},
		{"pages", "How do pages go out: fake (phones in the browser) or twilio?", "fake or twilio", &s.Pages, pagesOf},
	} {
		refused := ""
		for !yes && !cmd.Flags().Changed(q.flag) {
			fmt.Fprintf(e.stderr, "%d/5 %s [%s] ", k+1, q.ask, *q.to)
			if !in.Scan() {
				fmt.Fprintln(e.stderr)
				if err := in.Err(); err != nil {
					return err
				}
				if refused != "" {
					return fmt.Errorf("rouse init: the answers ended with %q for --%s, which will not do: write %s", plain(refused), q.flag, q.help)
				}
				yes = true // the input ended: what is left is taken as it stands
				break
			}
			answer := strings.TrimSpace(in.Text())
			if answer == "" {
				break
			}
			if err := q.check(answer); err != nil {
				fmt.Fprintf(e.stderr, "%q will not do: write %s.\n", plain(answer), q.help)
				refused = answer
				continue
			}
			*q.to = answer
			break
		}
		if err := q.check(*q.to); err != nil {
			return fmt.Errorf("--%s: %q will not do: write %s", q.flag, plain(*q.to), q.help)
		}
	}
	return in.Err()
}

var errAnswer = errors.New("is no answer")

func nameOf(a string) error {
	if userOf(a) == "" {
		return errAnswer
	}
	return nil
}

// userOf is the id of a user of a name: its first word, its letters without accents; oncall where that leaves nothing of them.
func userOf(name string) string {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), " ")
	if strings.ContainsFunc(first, unicode.IsLetter) {
		return cmp.Or(wordOf(first), "oncall")
	}
	return wordOf(first)
}

// strokes are Latin letters whose stroke or ligature is no accent to Unicode.
var strokes = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i")

// wordOf is what of a word can stand in an id.
func wordOf(first string) string {
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, norm.NFD.String(strokes.Replace(first)))
	id = strings.Trim(id, "-")
	if len(id) > 60 || strings.Trim(id, "0123456789") == "" {
		return ""
	}
	return id
}

func phoneOf(a string) error {
	if len(a) < 8 || len(a) > 16 || a[0] != '+' || strings.Trim(a[1:], "0123456789") != "" || a[1] == '0' {
		return errAnswer
	}
	return nil
}

func serviceOf(a string) error {
	if len(a) > 60 || a == "" || wordOf(strings.ToLower(a)) != strings.ToLower(a) {
		return errAnswer
	}
	return nil
}

func pagesOf(a string) error {
	if a != "fake" && a != "twilio" {
		return errAnswer
	}
	return nil
}

// begin writes the configuration and its secrets, and says what comes next.
func (e env) begin(s start, out string) error {
	var text strings.Builder
	t := template.Must(template.New("init").Funcs(template.FuncMap{"quote": strconv.QuoteToGraphic}).Parse(initTemplate))
	user := userOf(s.Name)
	if err := t.Execute(&text, map[string]any{"Name": s.Name, "User": user, "Phone": s.Phone, "Zone": s.Zone, "Service": s.Service, "Twilio": s.Pages == "twilio", "Start": monday(time.Now())}); err != nil {
		return err
	}
	if _, problems := configs.Load(out, []byte(text.String()), configs.Options{SkipSecrets: true, Now: time.Now()}); len(problems) > 0 {
		return fmt.Errorf("these answers make no good configuration: %s", problems[0])
	}
	dir := filepath.Join(filepath.Dir(out), "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	secrets := map[string]string{user + "-token": newToken(), "prometheus-token": newToken()}
	if s.Pages != "twilio" {
		secrets["phones-token"] = demoToken
	}
	for name, value := range secrets {
		if err := keep(filepath.Join(dir, name), value); err != nil {
			return err
		}
	}
	if err := writeNew(out, []byte(text.String()), 0o644); err != nil {
		return err
	}
	e.next(s, out)
	return nil
}

// monday is the last Monday, on which the first turn begins.
func monday(now time.Time) string {
	return now.AddDate(0, 0, -(int(now.Weekday())+6)%7).Format(time.DateOnly)
}

func newToken() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// keep writes a secret that only its owner reads; one that is there stays.
func keep(name, value string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(value + "\n")
	return errors.Join(err, f.Close())
}

// next says what was written, and the two commands that follow.
func (e env) next(s start, out string) {
	p := newPrinter(e.stdout, e.getenv)
	p.line("%s is written, and its tokens under %s.", out, filepath.Join(filepath.Dir(out), "secrets"))
	config := ""
	if out != "rouse.yaml" {
		config = " --config " + out
	}
	if s.Pages == "twilio" {
		p.line("Next:\n  export TWILIO_ACCOUNT_SID=AC... TWILIO_AUTH_TOKEN=... TWILIO_FROM=+1... && rouse check %s\n  rouse serve%s", out, config)
	} else {
		p.line("Next, in two terminals:\n  rouse phones          # phones in the browser: http://127.0.0.1:8421\n  rouse serve%s", config)
	}
	secrets := filepath.Join(filepath.Dir(out), "secrets")
	p.line("Then, in a third, an alert, and the one who has it:\n"+
		"  curl -H \"Authorization: Bearer $(cat %s)\" -H 'Content-Type: application/json' -d '[{\"labels\": {\"alertname\": \"Trial\", \"severity\": \"critical\"}}]' %s/ingest/prometheus/api/v2/alerts\n"+
		"  export ROUSE_TOKEN=$(cat %s) && rouse incidents list\n"+
		"The pages are at %s, for whoever has that token.", filepath.Join(secrets, "prometheus-token"), defaultURL, filepath.Join(secrets, userOf(s.Name)+"-token"), defaultURL)
}
