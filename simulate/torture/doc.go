// Package torture runs the real engine through a day and more of everything that goes wrong, once for each seed: crashes at any
// commit and send, disks that fail, are slow or lie about it, callbacks that are lost, repeated and reordered, carriers that are
// down, silent or angry, phones that are dead, people who sleep, clocks that jump by seconds or years, reloads that take a level
// away while it is paging, nights on which the clocks change.
//
// After every step it checks what must be true (see checks.go), and at the end that every alert that was answered with 2xx is
// accounted for and that everybody who had to be paged was. A seed that fails tells its story. Its law: the checks work from the
// configuration and from what was seen from outside; they use no timer of the engine's.
package torture
