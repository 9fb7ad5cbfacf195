package main

import (
	"net/http"
	"net/url"
	"strings"
)

// rooted takes away what stands before our paths, so that nothing of it is answered with a redirection, which curl takes for
// success: doubled slashes, and the path of the public address, below which a proxy may leave us. The request's RequestURI stays as it
// came, for Twilio's signature is over it.
func rooted(next http.Handler, below func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		if base := below(); base != "" {
			if rest, ok := strings.CutPrefix(path, base+"/"); ok {
				path = "/" + rest
			}
		}
		if path != r.URL.Path {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = path, ""
		}
		next.ServeHTTP(w, r)
	})
}

// pathOf is the path of an address, without a slash at its end.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}
