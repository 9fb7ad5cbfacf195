// Package configs is the language of rouse's one configuration file: its types, a strict loader, and lint.
//
// Load reads YAML and answers with a Config or with everything that is wrong, at once and in the order of the file, each
// problem with its line and column, the key it is about, and what to do. A Config is immutable; a reload loads another.
// The file is the only place of users, schedules, policies, services and routes; what is made at run time (overrides,
// silences) lives in the store.
//
// It refuses what it does not understand: unknown keys, duplicate keys, dangling names and impossible values are errors,
// never guesses. It does not read the inside of receivers (notify/receivers does), opens no connection and reads no clock:
// Options.Now is the only "now" it knows. Its law: no panic, no error without a place, and a secret is never printed.
package configs
