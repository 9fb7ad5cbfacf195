package configs

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// openSecrets are the keys of Alertmanager's receivers and global section that hold a secret and have a twin KEY_file; those of one kind
// of receiver alone name it.
var openSecrets = map[string]string{
	"slack_api_url": "", "smtp_auth_password": "", "smtp_auth_secret": "", "opsgenie_api_key": "", "victorops_api_key": "", "telegram_bot_token": "", "rocketchat_token": "", "rocketchat_token_id": "",
	"auth_password": "", "auth_secret": "", "service_key": "pagerduty_configs", "routing_key": "pagerduty_configs", "api_key": "", "bot_token": "", "token": "", "user_key": "",
	"password": "", "credentials": "", "webhook_url": "", "api_url": "slack_configs", "client_secret": "",
}

// lintSecrets doubts secrets that stand in the file itself.
func (l *loader) lintSecrets() {
	for _, section := range []string{"global", "receivers"} {
		if v := l.draft.root.get(section); v.given() {
			l.secretsIn(v.n, section, "")
		}
	}
}

// secretsIn looks below a node; kind is the kind of receiver that it belongs to.
func (l *loader) secretsIn(n *yaml.Node, path, kind string) {
	for k := 0; n.Kind == yaml.SequenceNode && k < len(n.Content); k++ {
		l.secretsIn(n.Content[k], fmt.Sprintf("%s[%d]", path, k), kind)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, child := n.Content[k].Value, n.Content[k+1]
		of, secret := openSecrets[key]
		if secret && child.Kind == yaml.ScalarNode && child.Value != "" && (of == "" || of == kind) {
			l.lint(child, path+"."+key, "secret-in-file", "is a secret in the file itself, so whoever reads the file, or its history, has it", "write it into a file of mode 0600, and here `"+key+"_file: PATH`")
			continue
		}
		below := kind
		if child.Kind == yaml.SequenceNode && !slices.Contains([]string{"receivers", "to"}, key) {
			below = key
		}
		l.secretsIn(child, path+"."+key, below)
	}
}
