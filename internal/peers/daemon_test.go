package peers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/web/client"
)

// filterAll chooses as many incidents as one answer holds.
var filterAll = client.Filter{Limit: 500}

func TestSecondProcessIsToldWhoHasTheStore(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	cmd := exec.Command(program.binary(t), "serve", "--config", w.file, "--listen", freeAddress(t))
	cmd.Env = environment()
	second := start(t, "second rouse", cmd)
	if status := second.wait(patience); status == 0 {
		t.Error("a second rouse on the same store ended with status 0")
	}
	want := fmt.Sprintf("the store in %s is in use by process %d ", w.store, w.daemon.cmd.Process.Pid)
	if said := second.out.String(); !strings.Contains(said, want) {
		t.Errorf("it said %q, want %q", said, want)
	}
	w.fire("Down")
	w.text(ana, patience, "INC-1")
}

func TestTakenPortIsSaid(t *testing.T) {
	t.Parallel()
	w := newTown(t, townConfig)
	ln, err := net.Listen("tcp", w.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p := start(t, "rouse", w.command())
	if status := p.wait(patience); status != 1 || !strings.Contains(p.out.String(), w.listen) {
		t.Errorf("status %d, want 1 and the address", status)
	}
}

func TestTerminateDrains(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	l := w.load(4, 10*time.Millisecond)
	eventually(t, patience, l.atLeast(30))
	w.stop()
	said := w.daemon.out.String()
	if !strings.Contains(said, "everything is written") || strings.Contains(said, "panic") {
		t.Errorf("its last words: %s", w.daemon.out.tail(2000))
	}
	accepted := l.stop()
	w.start()
	w.hasAll(accepted)
}

func TestReload(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	w.write(change(t, townConfig, "fallback: shop", "fallback: nobody-such"))
	w.daemon.signal(syscall.SIGHUP)
	w.daemon.says("the configuration was not reloaded")
	if said := w.daemon.out.String(); !regexp.MustCompile(`rouse\.yaml:\d+:\d+: .*nobody-such`).MatchString(said) {
		t.Errorf("it does not say where and what: %s", said)
	}
	err := w.api.Reload(t.Context())
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(refused.Message, "nobody-such") {
		t.Errorf("reload of a broken file by the API: %v", err)
	}
	w.fire("Before") // nothing has changed
	w.text(ana, patience, "INC-1")

	w.write(change(t, townConfig, "layers: [{users: [ana]", "layers: [{users: [bo]"))
	w.daemon.signal(syscall.SIGHUP)
	w.daemon.says("configuration reloaded")
	w.fire("After")
	w.text(bo, patience, "INC-2")
	w.faultless()
}

func TestBrokenConfigurationStartsNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t, change(t, townConfig, "service: checkout\n", "service: chekout\n"))
	p := start(t, "rouse", w.command())
	if status := p.wait(patience); status != 1 {
		t.Errorf("status %d, want 1", status)
	}
	if said := p.out.String(); !regexp.MustCompile(`rouse\.yaml:\d+:\d+: .*chekout`).MatchString(said) {
		t.Errorf("it said %q", said)
	}
	if _, err := os.Stat(w.store); err == nil {
		t.Error("it made a store all the same")
	}
}

func TestSystemdIsToldOfEachStep(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "n") // a socket's name must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	next := func(want string) {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1024)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("systemd was not told %s: %v", want, err)
			}
			if strings.Contains(string(buf[:n]), want) {
				return
			}
			if !strings.Contains(string(buf[:n]), "WATCHDOG=1") {
				t.Fatalf("systemd was told %q, want %s", buf[:n], want)
			}
		}
	}
	w := newTown(t, townConfig).start("NOTIFY_SOCKET="+path, "WATCHDOG_USEC=300000")
	next("READY=1")
	next("WATCHDOG=1")
	w.daemon.signal(syscall.SIGHUP)
	next("RELOADING=1")
	next("READY=1")
	w.stop()
	next("STOPPING=1")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, key, pool := selfSigned(t)
	dir := t.TempDir()
	tlsKeys := fmt.Sprintf(", tls: {cert: %q, key: %q}}", "file:"+write(t, dir, "tls.crt", certificate), "file:"+write(t, dir, "tls.key", key))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	w := newTownAt(t, change(t, townConfig, `store: "badger:STORE"}`, `store: "badger:STORE"`+tlsKeys), "https", transport).start()
	w.fire("Down")
	w.text(ana, patience, "INC-1", "https://"+w.listen+"/i/1")
	w.reply(ana, "1", "INC-1 acknowledged") // the phones' callbacks come by TLS too
	w.faultless()

	resp, err := http.Get("http://" + w.listen + "/-/healthy")
	if err == nil {
		defer resp.Body.Close()
		if resp.StatusCode/100 == 2 {
			t.Errorf("plain http is answered %s", resp.Status)
		}
	}
	old := &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	if conn, err := tls.Dial("tcp", w.listen, old); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is accepted")
	}
}

// selfSigned makes a certificate for 127.0.0.1, as PEM, and the pool that trusts it.
func selfSigned(t *testing.T) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rouse"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(certificate))
	return certificate, key, pool
}

// TestLostAnswerIsLookedUp has the provider create a text, lose its answer and all its callbacks: rouse finds the text by
// asking, and does not send it twice.
func TestLostAnswerIsLookedUp(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	w.street.Behave(phonetest.CreateThen500().Only(phonetest.SMS).Limit(1))
	w.street.Behave(phonetest.LoseCallbacks())
	w.fire("Down")
	var i client.IncidentDetail
	eventually(t, 45*time.Second, func() error {
		i = w.incident(1)
		if len(i.Pages) == 0 || i.Pages[0].State != "accepted" && i.Pages[0].State != "delivered" {
			return fmt.Errorf("the page is not known to be out:\n%s", story(i))
		}
		return nil
	})
	if n := len(w.street.Messages()); n != 1 {
		t.Errorf("%d texts were made, want 1\n%s", n, story(i))
	}
}
