package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// stored is a store with something in it, and what a backup of it holds.
func stored(t *testing.T) []byte {
	t.Helper()
	st, err := badger.Open("", badger.Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx store.Tx) error { return tx.PutNote("greeting", strings.Repeat("hello ", 5000)) })
	var b bytes.Buffer
	if err := errors.Join(err, st.Backup(t.Context(), &b), st.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// runAt runs the program against a handler that stands for a daemon.
func runAt(t *testing.T, h http.Handler, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	vars := map[string]string{"ROUSE_URL": srv.URL, "ROUSE_TOKEN": "root"}
	var out, said bytes.Buffer
	code = run(t.Context(), env{args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &said, getenv: func(k string) string { return vars[k] }})
	return code, out.String(), said.String()
}

// backupDoor answers as a daemon's backup route does.
func backupDoor(t *testing.T, body []byte, whole bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/v1/backup" || r.Header.Get("Authorization") != "Bearer root" {
			t.Errorf("got %s %s", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body)
		if !whole {
			panic(http.ErrAbortHandler)
		}
	})
}

func TestBackupOfADaemon(t *testing.T) {
	body := stored(t)
	name := filepath.Join(t.TempDir(), "kept.bak")
	if err := os.WriteFile(name, []byte("the one before"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runAt(t, backupDoor(t, body, true), "backup", name)
	if code != 0 || !strings.Contains(stdout, name+": a backup ") || !strings.Contains(stdout, ", checked") {
		t.Fatalf("status %d, %s%s", code, stdout, stderr)
	}
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("the file holds %d bytes, want %d (%v)", len(got), len(body), err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v (%v), want 0600: it holds numbers and keys", info.Mode(), err)
	}
	code, stdout, stderr = runAt(t, backupDoor(t, body, true), "backup", "-")
	if code != 0 || stdout != string(body) || !strings.Contains(stderr, "checked") {
		t.Errorf("to standard output: status %d, %d bytes, %s", code, len(stdout), stderr)
	}
}

// A copy that broke off or was changed on its way never takes the place of the one before, and leaves nothing behind.
func TestBackupThatIsNotWhole(t *testing.T) {
	body := stored(t)
	flipped := bytes.Clone(body)
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name string
		door http.Handler
		want string
	}{
		{"broken off", backupDoor(t, body[:len(body)/2], false), "unexpected EOF"},
		{"cut short", backupDoor(t, body[:len(body)/2], true), "not a whole backup"},
		{"changed", backupDoor(t, flipped, true), "not a whole backup"},
		{"a page of somebody else", backupDoor(t, []byte("<html>welcome</html>"), true), "not a whole backup"},
		{"longer", backupDoor(t, append(bytes.Clone(body), "more"...), true), "something follows its end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			name := filepath.Join(dir, "kept.bak")
			if err := os.WriteFile(name, []byte("the one before"), 0o600); err != nil {
				t.Fatal(err)
			}
			code, _, stderr := runAt(t, tt.door, "backup", name)
			if code != 1 || !strings.Contains(stderr, tt.want) || !strings.Contains(stderr, "is as it was") {
				t.Errorf("status %d, %s", code, stderr)
			}
			if got, _ := os.ReadFile(name); string(got) != "the one before" {
				t.Errorf("the one before was replaced by %d bytes", len(got))
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
			if code, _, stderr := runAt(t, tt.door, "backup", "-"); code != 1 || !strings.Contains(stderr, "throw away what was written") {
				t.Errorf("to standard output: status %d, %s", code, stderr)
			}
		})
	}
}

func TestBackupRefused(t *testing.T) {
	refuse := func(status int, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	for _, tt := range []struct {
		status     int
		body, want string
	}{
		{403, `{"code":"forbidden","message":"this takes the role admin","hint":"Ask whoever keeps rouse's configuration."}`, "this takes the role admin. Ask"},
		{404, `{"code":"no_such_address","message":"there is nothing at this address"}`, "gives no backups while it runs: stop it and name its store with --data"},
		{500, `{"code":"internal","message":"something went wrong inside rouse","correlationId":"c0ffee"}`, "(correlation id c0ffee)"},
	} {
		code, _, stderr := runAt(t, refuse(tt.status, tt.body), "backup", filepath.Join(t.TempDir(), "kept.bak"))
		if code != 1 || !strings.Contains(stderr, tt.want) {
			t.Errorf("%d: status %d, %s, want %q", tt.status, code, stderr, tt.want)
		}
	}
}

// Only where nobody answers on this machine, and --url named nobody, may the store be read instead.
func TestAbsent(t *testing.T) {
	nobody := &url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	at := func(address string) env {
		return env{getenv: func(k string) string { return map[string]string{"ROUSE_URL": address}[k] }}
	}
	for _, tt := range []struct {
		name string
		r    remote
		err  error
		want bool
	}{
		{"nobody there", remote{env: env{getenv: noEnv}}, nobody, true},
		{"nobody at --url", remote{env: env{getenv: noEnv}, url: "http://rouse.test"}, nobody, false},
		{"nobody at --url here", remote{env: env{getenv: noEnv}, url: "http://127.0.0.1:8420"}, nobody, false},
		{"nobody at ROUSE_URL", remote{env: at("http://rouse.test")}, nobody, false},
		{"nobody at ROUSE_URL here", remote{env: at("http://127.0.0.1:8420")}, nobody, true},
		{"nobody at ROUSE_URL by name", remote{env: at("http://localhost:8420")}, nobody, true},
		{"nobody at ROUSE_URL by IPv6", remote{env: at("http://[::1]:8420")}, nobody, true},
		{"interrupted", remote{env: env{getenv: noEnv}}, &url.Error{Op: "Get", Err: context.Canceled}, false},
		{"somebody", remote{env: env{getenv: noEnv}}, errors.New("refused"), false},
	} {
		base, err := tt.r.address()
		if err != nil {
			t.Fatal(err)
		}
		if got := (&session{r: &tt.r, base: base}).absent(tt.err); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}

func TestStoreDir(t *testing.T) {
	for store, want := range map[string]string{
		"badger:./here":         "./here",
		"memory:":               "in memory alone",
		"postgres:env:POSTGRES": "in PostgreSQL, which has tools of its own: use pg_dump",
	} {
		text, err := os.ReadFile("testdata/town.yaml")
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "rouse.yaml")
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("badger:./data"), []byte(store)), []byte("$PHONES"), []byte("http://phones.test"))
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r := remote{env: env{getenv: noEnv}}
		dir, err := r.storeDir(name)
		if err != nil {
			dir = err.Error()
		}
		if !strings.Contains(dir, want) {
			t.Errorf("%s: got %q, want %q", store, dir, want)
		}
	}
	r := remote{env: env{getenv: noEnv}}
	if _, err := r.storeDir("missing.yaml"); err == nil || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("a missing configuration: %v", err)
	}
}
