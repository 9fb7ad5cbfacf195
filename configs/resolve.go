package configs

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var envForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

const secretAdvice = "put it in an environment variable and write env:NAME here, or in a file of mode 0600 and write file:PATH"

// secret reads a reference to a secret. What is written instead of one is never echoed.
func (v value) secret() Secret {
	s, ok := v.text()
	if !ok {
		return Secret{}
	}
	if ref, is := v.reference(s, false); is {
		return ref
	}
	v.l.hide[v.n] = hidden
	if v.l.o.Literal {
		return NewSecret(s)
	}
	do := secretAdvice
	if strings.HasPrefix(s, "$") {
		do = "write env:NAME to take it from an environment variable"
	}
	v.fail("a secret is written in the file itself", do)
	return Secret{}
}

// secrets reads one secret, or a list of them during a rotation.
func (v value) secrets() []Secret {
	var all []Secret
	items := v.oneOrMore()
	for _, item := range items {
		if s := item.secret(); !s.IsZero() {
			all = append(all, s)
		}
	}
	if v.given() && len(items) == 0 {
		v.fail("holds no secret", secretAdvice)
	}
	return all
}

// open reads a value that may be written literally or as a reference.
func (v value) open() (Secret, bool) {
	s, ok := v.text()
	if !ok {
		return Secret{}, false
	}
	if ref, is := v.reference(s, true); is {
		return ref, !ref.IsZero()
	}
	return NewSecret(s), true
}

// written reports whether the file itself has a value, rather than a reference to where it is.
func (v value) written(s string) bool { return s != "" && v.n.Value == s }

// setting is open for a value that is no secret once it is known. It is empty when secrets are skipped.
func (v value) setting() (string, bool) {
	s, ok := v.open()
	return s.Reveal(), ok
}

// reference resolves env:NAME and file:PATH. is reports whether s is meant as a reference at all. A public file may be
// readable by everybody.
func (v value) reference(s string, public bool) (ref Secret, is bool) {
	if name, ok := strings.CutPrefix(s, "env:"); ok {
		return v.fromEnv(name), true
	}
	if path, ok := strings.CutPrefix(s, "file:"); ok {
		return v.fromFile(path, public), true
	}
	return Secret{}, false
}

func (v value) fromEnv(name string) Secret {
	if !envForm.MatchString(name) {
		v.l.hide[v.n] = hidden
		v.fail("after env: there is no name of an environment variable", "write env:NAME, with letters, digits and _ in NAME")
		return Secret{}
	}
	ref := Secret{ref: "env:" + name}
	if v.l.o.SkipSecrets {
		return ref
	}
	if ref.value = held(v.l.o.Getenv(name)); ref.value == nil {
		v.fail("the environment variable "+name+" is not set", "set "+name+", or run with the environment of the service")
	}
	return ref
}

func (v value) fromFile(path string, public bool) Secret {
	if strings.TrimSpace(path) == "" {
		v.fail("after file: there is no path", "write file:PATH")
		return Secret{}
	}
	ref := Secret{ref: "file:" + path}
	if v.l.o.SkipSecrets {
		return ref
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(v.l.dir, path)
	}
	data, err := v.l.o.ReadFile(path)
	if err != nil {
		v.fail(fmt.Sprintf("cannot read the file %s: %s", clip(path), reason(err)), "create it, or let rouse's user read it")
		return ref
	}
	if v.l.o.Stat != nil && !public {
		if info, err := v.l.o.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
			v.fail(fmt.Sprintf("everybody on this machine can read the file %s", clip(path)), "chmod 600 it")
		}
	}
	if ref.value = held(string(bytes.TrimRight(data, "\r\n"))); strings.TrimSpace(ref.Reveal()) == "" {
		v.fail(fmt.Sprintf("the file %s is empty", clip(path)), "write the secret into it")
	}
	return ref
}

// webURL reads an http or https address, literal or by reference, without a slash at the end.
func (v value) webURL() (string, bool) {
	s, ok := v.setting()
	if !ok || s == "" {
		return "", ok
	}
	if what := badURL(s); what != "" {
		v.fail(what, "write an address such as https://rouse.example.com")
		return "", false
	}
	return strings.TrimRight(s, "/"), true
}

// badURL says what is wrong with a web address without repeating it, for it may hold a secret.
func badURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "is not a web address"
	case u.Scheme != "http" && u.Scheme != "https":
		return "does not start with https:// or http://"
	case u.Hostname() == "":
		return "has no host"
	case u.Fragment != "":
		return "has a # part, which is never sent"
	}
	return ""
}

// hostPort reads host:port; the host may be empty only where wild is set.
func (v value) hostPort(wild bool) (string, bool) {
	s, ok := v.setting()
	if !ok || s == "" {
		return "", ok
	}
	host, port, err := net.SplitHostPort(s)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err == nil && (errors.Is(bad, strconv.ErrRange) || bad == nil && n == 0 && !wild) {
		v.fail(fmt.Sprintf("%q has a port that does not exist", clip(s)), "write a port from 1 to 65535")
		return "", false
	}
	if err != nil || bad != nil || (host == "" && !wild) || (n == 0 && !wild) {
		v.fail(fmt.Sprintf("%q is not host:port", clip(s)), map[bool]string{true: `write ":8420" or "127.0.0.1:8420"`, false: `write "smtp.example.com:587"`}[wild])
		return "", false
	}
	return s, true
}
