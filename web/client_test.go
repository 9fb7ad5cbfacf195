package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rouse/rouse/web/client"
)

// TestClientMeetsStrangers: what is not rouse, or nothing at all, is an error that says so.
func TestClientMeetsStrangers(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"a proxy's page": func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, "<html>bad gateway</html>", http.StatusBadGateway)
		},
		"a page with 200": func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>hello</html>")) },
		"JSON of others": func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(404)
			_, _ = rw.Write([]byte(`{"error":"x"}`))
		},
	}
	for name, h := range answers {
		srv := httptest.NewServer(h)
		_, err := client.New(srv.URL+"/", "x", srv.Client()).Users(t.Context())
		srv.Close()
		var e *client.Error
		if !errors.As(err, &e) || e.Code != "not_rouse" || e.Hint == "" {
			t.Errorf("%s: got %v", name, err)
		}
		_, err = client.New(srv.URL, "x", nil).Users(t.Context())
		if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), "did not answer") {
			t.Errorf("%s, gone: got %v", name, err)
		}
	}
	if _, err := client.New("http://bad host", "x", nil).Users(t.Context()); err == nil {
		t.Error("an address that is none was taken")
	}
}
