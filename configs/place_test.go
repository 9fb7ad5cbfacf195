package configs

import "testing"

func TestPlace(t *testing.T) {
	const text = `users: {ana: {}}
receivers:
  - name: one
    slack_configs: &slack
      - channel: "#ops"
        title: x
  - name: two
    slack_configs: *slack
`
	for _, tt := range []struct {
		path         string
		line, column int
	}{
		{"users.ana", 1, 9},
		{"receivers", 2, 1},
		{"receivers[0]", 3, 5},
		{"receivers[0].slack_configs[0].title", 6, 9},
		{"receivers[1].slack_configs", 8, 5},
		{"receivers[1].slack_configs[0].channel", 5, 9}, // through the alias, where it is written
		{"receivers[1].slack_configs[0].nowhere", 5, 9},
		{"receivers[7].name", 2, 1},
		{"users.ana.phone", 1, 9},
		{"nowhere", 1, 1},
		{"", 1, 1},
	} {
		if line, column := Place([]byte(text), tt.path); line != tt.line || column != tt.column {
			t.Errorf("Place(%q) = %d:%d, want %d:%d", tt.path, line, column, tt.line, tt.column)
		}
	}
	for _, text := range []string{"", "\t", "- [", "just words"} {
		if line, column := Place([]byte(text), "users.ana"); line != 1 || column != 1 {
			t.Errorf("in %q: %d:%d, want 1:1", text, line, column)
		}
	}
}

func TestRoutes(t *testing.T) {
	c, problems := Load("demo.yaml", Demo("http://phones.test", "http://rouse.test"), Options{Literal: true})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if got := c.Routes(); got != 3 {
		t.Errorf("got %d routes, want 3: the root and two below", got)
	}
}
