// Package peers tests the program as people run it: the built binary, over sockets on loopback, against the programs it has to
// live with. Prometheus, Alertmanager, amtool, PostgreSQL and Chromium are the real ones, as Debian ships them; PagerDuty's client is its
// own library; phones, mail server and chat rooms stand in this process.
//
// It holds no product code and is imported by nobody. Its law: nothing waits for a fixed time, everything is polled for until
// a deadline; every process and port is the test's own and is gone when the test is; and a peer that is not installed fails
// the test with the command that installs it, for a test that is skipped proves nothing. (Those of PostgreSQL alone are
// skipped where it is not installed, with a line that says what to install.)
//
// ROUSE_BINARY=path tests that program instead of building one. ROUSE_KILLS=n is how often the daemon is killed in TestKill.
// ROUSE_SHOTS=directory keeps what the browser saw.
package peers
