package twilio

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"
)

// sign does what Twilio does, for tests.
func sign(s signed, tok string) string {
	names := []string{}
	for n := range s.form {
		names = append(names, n)
	}
	slices.Sort(names)
	all := s.url
	for _, n := range names {
		vs := slices.Compact(slices.Sorted(slices.Values(s.form[n])))
		for _, v := range vs {
			all += n + v
		}
	}
	m := hmac.New(sha1.New, []byte(tok))
	m.Write([]byte(all))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

type vector struct {
	Name      string
	AuthToken string `json:"auth_token"`
	URL       string
	Params    map[string]any
	RawBody   string `json:"raw_body"`
	Signature string
	Valid     bool
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/signature-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(raw, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs) != 13 {
		t.Fatalf("%d vectors, want 13", len(vs))
	}
	return vs
}

func (v vector) signed() signed {
	s := signed{url: v.URL, signature: v.Signature, body: []byte(v.RawBody)}
	if v.Params == nil {
		return s
	}
	s.form = url.Values{}
	for n, p := range v.Params {
		switch p := p.(type) {
		case string:
			s.form.Set(n, p)
		case []any:
			for _, one := range p {
				s.form.Add(n, one.(string))
			}
		}
	}
	return s
}

func TestVerifyVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			s := v.signed()
			if got := s.verify([]string{v.AuthToken}); got != v.Valid {
				t.Fatalf("verify = %v, want %v", got, v.Valid)
			}
			if got := s.verify([]string{"another token", v.AuthToken}); got != v.Valid {
				t.Errorf("with the token second: verify = %v, want %v", got, v.Valid)
			}
			if s.verify([]string{"another token"}) || s.verify(nil) {
				t.Error("accepted without the token")
			}
			if !v.Valid {
				return
			}
			for name, change := range map[string]func(*signed){
				"host":      func(s *signed) { s.url = strings.Replace(s.url, "mycompany.com", "mycompany.org", 1) },
				"path":      func(s *signed) { s.url = strings.Replace(s.url, "myapp.php", "myapp2.php", 1) },
				"query":     func(s *signed) { s.url = strings.Replace(s.url, "foo=1", "foo=2", 1) },
				"scheme":    func(s *signed) { s.url = "ftp" + strings.TrimPrefix(strings.TrimPrefix(s.url, "https"), "http") },
				"body":      func(s *signed) { s.body = append(bytes.Clone(s.body), ' ') },
				"parameter": func(s *signed) { s.form = url.Values{"Extra": {"1"}}; s.url += "" },
				"empty":     func(s *signed) { s.signature = "" },
				"case":      func(s *signed) { s.signature = strings.ToLower(s.signature) },
			} {
				bad := v.signed()
				change(&bad)
				hashed := strings.Contains(v.URL, "bodySHA256")
				if (name == "body" && !hashed) || (name == "parameter" && hashed) {
					continue // not what that kind of signature covers
				}
				if bad.verify([]string{v.AuthToken}) {
					t.Errorf("accepted with a changed %s", name)
				}
			}
		})
	}
}

// TestVerifyAgainstTwilio compares with twilio-go's validator, which knows no repeated parameters.
func TestVerifyAgainstTwilio(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9 +=&é😀_.-]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.SampledFrom([]string{"https", "http"}).Draw(t, "scheme") + "://rouse.example.com" +
			rapid.SampledFrom([]string{"", ":443", ":80", ":8420"}).Draw(t, "port") + "/twilio/main/sms?" +
			url.Values{"page": {word.Draw(t, "page")}}.Encode()
		form := url.Values{}
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			form.Set("K"+word.Draw(t, "key"), word.Draw(t, "value"))
		}
		signedAs := address
		switch rapid.IntRange(0, 3).Draw(t, "signed as") {
		case 1:
			signedAs = strings.Replace(address, ".com/", ".com:443/", 1)
		case 2:
			signedAs = strings.Replace(strings.Replace(address, ":8420", "", 1), ":443", "", 1)
		case 3:
			signedAs = strings.Replace(address, "main", "spare", 1)
		}
		s := signed{url: address, form: form, signature: sign(signed{url: signedAs, form: form}, token)}
		v := client.NewRequestValidator(token)
		if got, want := s.verify([]string{token}), v.ValidateBody(address, []byte(form.Encode()), s.signature); got != want {
			t.Fatalf("%s signed as %s with %v: verify = %v, twilio-go says %v", address, signedAs, form, got, want)
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, v := range vectors(f) {
		s := v.signed()
		f.Add(v.URL, s.form.Encode(), v.Signature)
	}
	f.Add("https://[::1]:8420/x", "a=1", "x")
	f.Add("://", "%zz", "")
	f.Fuzz(func(t *testing.T, address, form, signature string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		s := signed{url: address, form: values, body: []byte(form), signature: signature}
		if s.verify([]string{"a token that signed none of these"}) {
			t.Fatalf("%q %q %q accepted", address, form, signature)
		}
		u, err := url.Parse(address)
		if err != nil || u.Query().Get("bodySHA256") != "" {
			return
		}
		s.signature = sign(s, token)
		if !s.verify([]string{other, token}) {
			t.Fatalf("%q %q: our own signature is refused", address, form)
		}
		s.form.Add("Zusätzlich", "1")
		if s.verify([]string{other, token}) {
			t.Fatalf("%q %q: accepted with a parameter more", address, form)
		}
	})
}

func TestHandlerTakesHashedJSON(t *testing.T) {
	body := `{"AccountSid":"` + account + `","To":"` + ours + `","From":"` + ana + `","MessageSid":"` + textSID + `","Body":"42","NumMedia":0}`
	sum := sha256.Sum256([]byte(body))
	path := "/twilio/main/sms?bodySHA256=" + hex.EncodeToString(sum[:])
	for name, tt := range map[string]struct {
		path, body string
		want       int
	}{
		"good":    {path, body, http.StatusOK},
		"changed": {path, strings.Replace(body, "42", "43", 1), http.StatusForbidden},
		"no hash": {"/twilio/main/sms", body, http.StatusForbidden},
	} {
		d := &desk{}
		r := httptest.NewRequest(http.MethodPost, tt.path, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Twilio-Signature", sign(signed{url: public + tt.path}, token))
		w, _ := serveTo(t, provider(t, nil), d, r)
		if w.Code != tt.want || d.touched() != (tt.want == http.StatusOK) {
			t.Errorf("%s: status %d, want %d; desk %v", name, w.Code, tt.want, d.texts)
		}
	}
}
