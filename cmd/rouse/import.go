package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/migrate"
)

// importer is one kind of thing that rouse can come from.
type importer struct {
	kind, short, long string
	dir               bool // a directory of API answers, or one file of them
	read              func(files []migrate.File, o migrate.Options) (*migrate.Result, error)
}

var importers = []importer{
	{
		kind: "alertmanager", short: "from Alertmanager's configuration",
		long: "FILE is alertmanager.yml. Its routes, matchers, inhibition, time intervals and rooms are taken over; each receiver becomes a service.\n" +
			"Alertmanager does not know who is on call: the people are for you to write.",
		read: func(files []migrate.File, _ migrate.Options) (*migrate.Result, error) {
			return migrate.Alertmanager(files[0].Name, files[0].Data)
		},
	},
	{
		kind: "pagerduty", short: "from answers of PagerDuty's REST API", dir: true, read: migrate.PagerDuty,
		long: "DIR holds users.json, teams.json, schedule-*.json (each schedule by itself), escalation_policies.json, services.json.",
	},
	{
		kind: "opsgenie", short: "from answers of Opsgenie's REST API", dir: true, read: migrate.Opsgenie,
		long: "DIR holds users.json, team-*.json (each team by itself), schedules.json, escalations.json, routing_rules-TEAM.json.",
	},
	{
		kind: "grafana-oncall", short: "from answers of Grafana OnCall's HTTP API", dir: true, read: migrate.GrafanaOnCall,
		long: "DIR holds users.json, teams.json, personal_notification_rules.json, schedules.json, on_call_shifts.json,\n" +
			"escalation_chains.json, escalation_policies.json, integrations.json and routes.json.",
	},
	{
		kind: "goalert", short: "from answers of GoAlert's GraphQL API", dir: true, read: migrate.GoAlert,
		long: "FILE is the answer to one query of users, rotations, schedules, userOverrides, escalationPolicies and services.\n" +
			"Who of a rotation is on call is only known as it was when the answer was made: import it soon.",
	},
}

func (i importer) example() string {
	return "rouse import " + i.kind + map[bool]string{true: " export/", false: " alertmanager.yml"}[i.dir]
}

func newImport(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write a rouse.yaml from what another pager gives out of itself",
		Long: "Write a rouse.yaml from Alertmanager's configuration or another pager's API export. What had no equal is a comment at its place,\n" +
			"and is listed on standard error. Nothing is asked of any network. docs/import.md says how to export.",
		Example: "  " + importers[0].example() + " --out rouse.yaml\n  " + importers[1].example() + " --out rouse.yaml",
	}
	var below []*cobra.Command
	for _, i := range importers {
		below = append(below, newImporter(e, i))
	}
	return group(cmd, below...)
}

func newImporter(e env, i importer) *cobra.Command {
	var out string
	input := "FILE"
	if i.dir {
		input = "DIR|FILE"
	}
	cmd := &cobra.Command{
		Use:     i.kind + " " + input,
		Short:   "Write a rouse.yaml " + i.short,
		Long:    "Write a rouse.yaml " + i.short + ".\n" + i.long,
		Example: "  " + i.example() + " --out rouse.yaml && rouse check",
		Args:    wants(1, 1, "one "+input+", such as "+i.example()),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := readExport(e, args[0], i.dir)
			if err != nil {
				return err
			}
			result, err := i.read(files, migrate.Options{Now: time.Now()})
			if err != nil {
				return err
			}
			return e.imported(result, out)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().StringVar(&out, "out", "", "the file to write; one that is there is not overwritten (default: standard output)")
	return cmd
}

// mostExport is the most that is read of an export, in bytes.
const mostExport = 64 << 20

// readExport reads a file, standard input where it is -, or every .json of a directory in the order of their names.
func readExport(e env, path string, dir bool) ([]migrate.File, error) {
	if path == "-" {
		data, err := io.ReadAll(io.LimitReader(e.stdin, mostExport))
		return []migrate.File{{Name: "stdin", Data: data}}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		data, err := readBounded(path, mostExport)
		return []migrate.File{{Name: path, Data: data}}, err
	}
	if !dir {
		return nil, fmt.Errorf("%s is a directory where a file is wanted", path)
	}
	names, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no .json files: put the answers of the API into it, as docs/import.md says", path)
	}
	slices.Sort(names)
	var files []migrate.File
	left := int64(mostExport)
	for _, name := range names {
		data, err := readBounded(name, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(data))
		files = append(files, migrate.File{Name: name, Data: data})
	}
	return files, nil
}

// readBounded reads a file that is no larger than most bytes.
func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: the export is larger than %d MiB", name, mostExport>>20)
	}
	return data, err
}

// imported writes the configuration, and tells what had no equal.
func (e env) imported(r *migrate.Result, out string) error {
	if out == "" {
		if _, err := e.stdout.Write(r.YAML); err != nil {
			return err
		}
	} else if err := writeNew(out, r.YAML, 0o600); err != nil {
		return err
	}
	p := newPrinter(e.stderr, e.getenv)
	if len(r.Lost) > 0 {
		p.line("%s without an equal in rouse:", count(len(r.Lost), "thing", "things"))
		for _, l := range r.Lost {
			where := ""
			if l.Where != "" {
				where = p.paint(bold, plain(l.Where)) + ": "
			}
			p.line("  %s%s", where, plain(l.What))
		}
	}
	if out != "" {
		p.line("%s is written. Next: rouse check %s", out, out)
	}
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(name string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and is not overwritten: name another file, or move it away", name)
	}
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err != nil {
		f.Close() // the first error counts
		return err
	}
	return f.Close()
}
