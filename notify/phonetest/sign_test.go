package phonetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
)

type vector struct {
	Name      string         `json:"name"`
	Token     string         `json:"auth_token"`
	URL       string         `json:"url"`
	Params    map[string]any `json:"params"`
	RawBody   string         `json:"raw_body"`
	Signature string         `json:"signature"`
	Valid     bool           `json:"valid"`
	Form      string         `json:"signed_url_form"`
}

func (v vector) params() url.Values {
	out := url.Values{}
	for k, x := range v.Params {
		switch x := x.(type) {
		case string:
			out.Add(k, x)
		case []any:
			for _, one := range x {
				out.Add(k, one.(string))
			}
		}
	}
	return out
}

// address is the URL in the form that the sender signed.
func (v vector) address(t *testing.T) string {
	u, err := url.Parse(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	switch v.Form {
	case "without-port":
		u.Host = u.Hostname()
	case "with-port":
		u.Host = u.Hostname() + map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	}
	return u.String()
}

func TestSignPublishedVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/signature-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 12 {
		t.Fatalf("%d vectors, want all of the published ones", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			got := Sign(v.Token, v.address(t), v.params())
			if (got == v.Signature) != v.Valid {
				t.Errorf("Sign = %s, vector says %s, valid %t", got, v.Signature, v.Valid)
			}
			if v.RawBody != "" && v.Valid {
				sum := sha256.Sum256([]byte(v.RawBody))
				if !strings.Contains(v.URL, "bodySHA256="+hex.EncodeToString(sum[:])) {
					t.Error("the body's hash is not in the address")
				}
			}
		})
	}
}
