// Package amoracle holds no code, only a proof: package router routes and inhibits as Alertmanager itself does.
//
// Its tests ask Alertmanager's own dispatch and inhibit packages the same random questions. Those weigh some eighty modules, so
// they are linked here and not into router's own tests, and nothing may import this package.
package amoracle
